"""What is known about a language: where to look it up, which way it runs, how it writes numbers."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal

from babel import Locale, UnknownLocaleError

Direction = Literal["rtl", "ltr"]

OURS: Final = ("ar", "en", "fr", "de", "tr")
"""The languages that Munasara itself speaks; English is the one it is written in."""

_RELATED: Final[Mapping[str, str]] = {"prs": "fa-AF", "apc": "ar-SY"}
_RTL_SCRIPTS: Final = frozenset({"arab", "hebr", "thaa", "syrc", "nkoo", "adlm", "rohg", "mand", "samr"})


def chain(language: str) -> tuple[str, ...]:
    """Where to look for a language, most specific first: ``ar-SY``, then ``ar`` (RFC 4647 look-up).

    Dari is looked up as Persian of Afghanistan and Levantine Arabic as Arabic of Syria. No other
    language stands in: what is not found is an error for the caller to tell.
    """
    parts = language.split("-")
    own = tuple("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    related = _RELATED.get(parts[0].lower())
    return own if related is None else own + chain(related)


def ours(language: str) -> str:
    """Which of our own languages answers a reader of ``language``: the nearest of its chain, else English."""
    return next((tag for tag in chain(language.lower()) if tag in OURS), "en")


@lru_cache(maxsize=256)
def locale_for(language: str) -> Locale:
    """The CLDR data of a language.

    Raises:
        LookupError: CLDR knows no language of its chain.
    """
    for tag in _looked_up(language):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    raise LookupError(language)


@lru_cache(maxsize=256)
def direction(language: str) -> Direction:
    """Which way a language runs. A script in its tag decides; an unknown language runs left to right."""
    scripts = {part.lower() for part in language.split("-")[1:] if len(part) == len("Arab")}
    if scripts & _RTL_SCRIPTS:
        return "rtl"
    try:
        return "rtl" if locale_for(language).character_order == "right-to-left" else "ltr"
    except LookupError:
        return "ltr"


def in_digits(text: str, system: str) -> str:
    """The text with its Latin digits written in ``latn``, ``arab`` or ``arabext``."""
    return text if system == "latn" else text.translate(_DIGITS[system])


def _looked_up(language: str) -> tuple[str, ...]:
    tags = chain(language)
    return tags[1:] if tags[0] in _RELATED else tags


def _digits_from(zero: int) -> Mapping[int, int]:
    return {ord("0") + digit: zero + digit for digit in range(10)}


_DIGITS: Final = {"arab": _digits_from(0x660), "arabext": _digits_from(0x6F0)}
