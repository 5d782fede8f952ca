"""What the world outside a campaign knows: zones, languages; and how to point at a misspelt word."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Final

from content.languages import locale_for

MAX_SHOWN: Final = 60
MAX_COMPARED: Final = 200


@cache
def zones() -> frozenset[str]:
    """Every IANA zone of the pinned tzdata package, never of the machine."""
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


@cache
def is_language(code: str) -> bool:
    """Whether CLDR has data for a BCP 47 code such as ``tr`` or ``zh-Hant``."""
    try:
        locale_for(code)
    except LookupError:
        return False
    return True


def shown(value: object) -> str:
    """A value as it may stand in a sentence: quoted, short, nothing invisible."""
    return f'"{_visible(str(value))}"'


def _visible(text: str) -> str:
    signs = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[: MAX_SHOWN + 1])
    return signs if len(signs) <= MAX_SHOWN else f"{signs[: MAX_SHOWN - 1]}…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or ``None``."""
    if len(word) > MAX_COMPARED:
        return None
    by_folded = {name.casefold(): name for name in sorted(known)}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.7)
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A remedy for a misspelt word."""
    meant = nearest(word, known)
    return f"Did you mean {shown(meant)}?" if meant else otherwise


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names for a sentence, sorted, the rest counted."""
    ordered = [_visible(name) for name in sorted(names)]
    rest = len(ordered) - most
    return ", ".join(ordered[:most]) + (f" and {rest} more" if rest > 0 else "")
