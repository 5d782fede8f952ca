"""Whether tags, handles and numbers keep their look where lines run from right to left."""

from collections.abc import Iterator
from typing import Final

import regex
from bidi import get_display

from content.errors import Problem, Severity
from content.scripts import has_right_to_left, is_right_to_left, script_of_language
from content.tagform import BIDI_CONTROLS

LONGEST_LINE: Final = 5_000
"""Of a longer line only the beginning is looked at."""

_RIGHT_TO_LEFT_SCRIPTS: Final = frozenset({"Arabic", "Hebrew", "Syriac", "Thaana"})
_ADDRESS: Final = regex.compile(r"(?:https?://|www\.)\S+")
_TOKEN: Final = regex.compile(
    r"(?<![\p{L}\p{N}/])[#＃@][\p{L}\p{M}\p{N}_]+|(?<![\p{L}\p{N}_#@/.])[+\-]?\p{Nd}[\p{Nd}:.,/\-]*\p{Nd}[%+]?"
)
_WORD: Final = regex.compile(r"[^\s]+")
_CONTROLS: Final = regex.compile(rf"[{BIDI_CONTROLS}]")
_MOST_TOKENS: Final = 50


def check_bidi(text: str, *, language: str, where: str) -> tuple[Problem, ...]:
    """Tags, handles and numbers that look different where a platform guesses the direction of a line wrongly.

    Each line is laid out by the Unicode bidirectional algorithm with both base directions, as platforms guess
    it differently. A line that holds nothing but tags, handles and addresses of one direction is exempt: it is
    the remedy.
    """
    runs_right_to_left = script_of_language(language) in _RIGHT_TO_LEFT_SCRIPTS
    lines = (line[:LONGEST_LINE] for line in text.splitlines())
    mixed = (
        line
        for line in lines
        if (runs_right_to_left or has_right_to_left(line)) and not _stands_alone(line)
    )
    changed = dict.fromkeys(token for line in mixed for token in _changed_tokens(line))
    return tuple(_problem(token, where) for token in changed)


def _changed_tokens(line: str) -> Iterator[str]:
    tokens = dict.fromkeys(_TOKEN.findall(_ADDRESS.sub(" ", line)))
    if not tokens:
        return
    layouts = [_layout(line, base) for base in "LR"]
    for token in list(tokens)[:_MOST_TOKENS]:
        look = _layout(token, "R" if is_right_to_left(token) else "L")
        if any(look not in layout for layout in layouts):
            yield token


def _layout(text: str, base: str) -> str:
    return _CONTROLS.sub("", str(get_display(text, base_dir=base)))


def _stands_alone(line: str) -> bool:
    words = _WORD.findall(line)
    lonely = all(_TOKEN.fullmatch(word) or _ADDRESS.fullmatch(word) for word in words)
    return lonely and len({is_right_to_left(word) for word in words}) <= 1


def _problem(token: str, where: str) -> Problem:
    tag = token[0] in "#＃@"
    return Problem(
        code="bidi-token-moves",
        where=where,
        what=f"{token} can look different where the line is read in the other direction",
        remedy="Put it on its own last line, with nothing else."
        if tag
        else "Put it on a line of its own, or wrap it in the invisible marks U+2066 and U+2069.",
        severity=Severity.WARNING,
    )
