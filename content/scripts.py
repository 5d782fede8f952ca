"""Which script a text is written in, and which letters pass for those of another."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

import regex
from babel.core import get_global

_ISO_NAMES: Final[Mapping[str, str]] = {
    "Arab": "Arabic",
    "Armn": "Armenian",
    "Beng": "Bengali",
    "Cyrl": "Cyrillic",
    "Deva": "Devanagari",
    "Ethi": "Ethiopic",
    "Geor": "Georgian",
    "Grek": "Greek",
    "Gujr": "Gujarati",
    "Guru": "Gurmukhi",
    "Hang": "Hangul",
    "Hani": "Han",
    "Hans": "Han",
    "Hant": "Han",
    "Hebr": "Hebrew",
    "Hira": "Hiragana",
    "Jpan": "Japanese",
    "Kana": "Katakana",
    "Khmr": "Khmer",
    "Knda": "Kannada",
    "Kore": "Hangul",
    "Laoo": "Lao",
    "Latn": "Latin",
    "Mlym": "Malayalam",
    "Mymr": "Myanmar",
    "Sinh": "Sinhala",
    "Syrc": "Syriac",
    "Taml": "Tamil",
    "Telu": "Telugu",
    "Tfng": "Tifinagh",
    "Thaa": "Thaana",
    "Thai": "Thai",
    "Tibt": "Tibetan",
}
_JAPANESE: Final = frozenset({"Han", "Hiragana", "Katakana"})
_NAMES: Final = tuple(sorted(set(_ISO_NAMES.values()) - {"Japanese"}))
_LETTER_OF: Final = {name: regex.compile(rf"(?=\p{{L}})\p{{Script={name}}}") for name in _NAMES}
_DIGIT: Final = regex.compile(r"(?![0-9])\p{Nd}")
_LETTER: Final = regex.compile(r"\p{L}")
_SHARED: Final = regex.compile(r"\p{Script=Common}|\p{Script=Inherited}")
_RIGHT_TO_LEFT: Final = regex.compile(r"\p{Bidi_Class=R}|\p{Bidi_Class=AL}")
_STRONG: Final = regex.compile(r"\p{Bidi_Class=L}|\p{Bidi_Class=R}|\p{Bidi_Class=AL}")

# Letters that Unicode TR39 calls confusable with an ASCII letter and that NFKC leaves alone; after the equals
# sign Cyrillic, Greek, Armenian, Cherokee, Coptic, Lisu and rare Latin letters that look like the one before.
_LOOK_ALIKES: Final = (
    "A=ΑАᎪꓮ B=ΒВᏴꓐꞴ C=СᏟⲤꓚ D=Ꭰꓓ E=ΕЕᎬꓰ F=ϜꓝꞘ G=ԌᏀᏳꓖ H=ΗНᎻⲎꓧ J=ͿЈᎫꓙꞲ K=ΚКᏦⲔꓗ L=ᏞⳐꓡ M=ΜϺМᎷⲘꓟ N=ΝⲚꓠ O=ΟОՕⲞꓳ "
    "P=ΡРᏢⲢꓑ R=ƦᎡᏒꓣ S=ЅՏᏕᏚꓢ T=ΤТᎢⲦꓔ U=Սꓴ V=ѴᏙꓦ W=ԜᎳᏔꓪ X=ΧХⲬꓫꞳ Y=ΥУҮᎩᎽⲨꓬ Z=ΖᏃꓜ a=ɑαа b=ƄЬᏏ c=сᴄⲥꮯ d=ԁᏧꓒ "
    "e=еҽꬲ f=քꞙꬵ g=ƍɡցᶃ h=һհᏂ i=ɩɪιіιꙇꭵ j=јϳ l=ƖǀΙІӀӏⲒꓲ n=ոռ o=οσоօᴏᴑⲟꬽ p=ρрⲣ q=ԛգզ r=гᴦⲅꭇꭈꮁ s=ƽѕꜱꮪ "
    "u=ʋυսᴜꞟꭎꭒ v=νѵᴠꮩ w=ɯѡԝաᴡꮃ x=х y=ɣʏγуүᶌỿꭚ z=ᴢꮓ O=0 l=1"
)
_SKELETON: Final = str.maketrans(
    {look: plain for plain, looks in (entry.split("=") for entry in _LOOK_ALIKES.split()) for look in looks}
)


def scripts_of(text: str) -> frozenset[str]:
    """The scripts of the letters in a text; Han, Hiragana and Katakana together are ``Japanese``."""
    found = frozenset(_script(letter) for letter in set(_LETTER.findall(text))) - {""}
    together = found & _JAPANESE
    return (found - _JAPANESE) | {"Japanese"} if len(together) > 1 else found


@cache
def script_of_language(language: str) -> str:
    """The script that a language is usually written in, such as ``Arabic`` for ``ckb``; empty if unknown."""
    parts = language.replace("_", "-").split("-")
    for part in parts[1:]:
        if part.title() in _ISO_NAMES:
            return _ISO_NAMES[part.title()]
    return _ISO_NAMES.get(_likely_script(parts), "")


def is_right_to_left(text: str) -> bool:
    """Whether the first strongly directed letter of a text runs from right to left."""
    first = _STRONG.search(text)
    return bool(first and _RIGHT_TO_LEFT.match(first.group()))


def has_right_to_left(text: str) -> bool:
    """Whether any letter of a text runs from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def plain_digits(text: str) -> str:
    """The text with the digits of every script as 0 to 9; digits unknown to this Python stay."""
    return _DIGIT.sub(lambda digit: str(unicodedata.decimal(digit.group(), digit.group())), text)


def plain_look(text: str) -> str:
    """The text with each look-alike letter replaced by the plain Latin letter that it passes for."""
    return unicodedata.normalize("NFKC", text).translate(_SKELETON)


def skeletons(text: str) -> frozenset[str]:
    """What a text looks like, caselessly; two, as a capital I passes for itself and for an l."""
    plain = plain_look(text)
    return frozenset({plain.casefold(), plain.replace("I", "l").casefold()})


@cache
def _script(letter: str) -> str:
    if _SHARED.match(letter):
        return ""
    return next((name for name, pattern in _LETTER_OF.items() if pattern.match(letter)), "another script")


def _likely_script(parts: list[str]) -> str:
    likely = get_global("likely_subtags")
    alias = str(get_global("language_aliases").get(parts[0], parts[0])).partition("_")[0]
    found = likely.get("_".join(parts[:2])) or likely.get(parts[0]) or likely.get(alias) or ""
    return next((part for part in str(found).split("_") if part in _ISO_NAMES), "")
