"""The canonical form of a campaign tag: what every platform, keyboard and screen reader can take."""

import unicodedata
from typing import Final

import regex

from content.scripts import plain_digits, plain_look, scripts_of

LONGEST_TAG: Final = 50
"""Threads: ``topic_tag`` has 1 to 50 characters, the least of all platforms."""

BIDI_CONTROLS: Final = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"

_IGNORABLE: Final = regex.compile(r"\p{Default_Ignorable_Code_Point}")
_BIDI: Final = regex.compile(rf"[{BIDI_CONTROLS}]")
_MARK: Final = regex.compile(r"\p{M}")
_LETTER: Final = regex.compile(r"\p{L}")
_FOREIGN: Final = regex.compile(r"[^\p{L}\p{M}\p{Nd}_\p{Default_Ignorable_Code_Point}]")
_LOCAL_DIGIT: Final = regex.compile(r"(?![0-9])\p{Nd}")
_JOINT: Final = regex.compile(r"[\s_\-\u00b7.]+")
_TATWEEL: Final = "ـ"


def form_faults(tag: str) -> tuple[str, ...]:
    """What keeps a tag, written without ``#``, from being canonical; empty where nothing does."""
    return tuple(fault for fault, applies in _checks(tag) if applies)


def mended(tag: str) -> str:
    """The nearest canonical form of a tag; empty where nothing is left of it."""
    plain = _IGNORABLE.sub("", unicodedata.normalize("NFKC", tag.lstrip("#＃")))
    unmarked = _MARK.sub("", plain).replace(_TATWEEL, "")
    joined = _JOINT.sub("_", _FOREIGN.sub("", _JOINT.sub("_", unmarked))).strip("_")
    named = plain_digits(joined)
    return _one_script(named)[:LONGEST_TAG].strip("_") if _LETTER.search(named) else ""


def _one_script(tag: str) -> str:
    plain = plain_look(tag)
    return plain if len(scripts_of(tag)) > 1 and len(scripts_of(plain)) == 1 else tag


def _checks(tag: str) -> tuple[tuple[str, bool], ...]:
    nfc, nfkc = (unicodedata.normalize(form, tag) for form in ("NFC", "NFKC"))
    return (
        ("it begins with #, which is added for you", tag.startswith(("#", "＃"))),
        ("it holds invisible direction marks", bool(_BIDI.search(tag))),
        ("it holds invisible characters", bool(_IGNORABLE.search(_BIDI.sub("", tag)))),
        ("its letters are not composed (NFC)", nfc != tag),
        ("it holds wide, styled or presentation forms of letters", nfkc != nfc),
        ("it holds vowel or accent marks of their own, at which Telegram cuts it", bool(_MARK.search(nfc))),
        ("it holds a tatweel, which many will leave out", _TATWEEL in tag),
        ("it holds characters other than letters, digits and _", bool(_FOREIGN.search(tag.lstrip("#＃")))),
        ("it has no letter", not _LETTER.search(tag)),
        ("it has digits other than 0 to 9", bool(_LOCAL_DIGIT.search(nfkc))),
        ("it begins or ends with _, or has two in a row", tag.strip("_") != tag or "__" in tag),
        (f"it is longer than {LONGEST_TAG} characters", len(tag) > LONGEST_TAG),
        ("it mixes scripts", len(scripts_of(nfkc)) > 1),
    )
