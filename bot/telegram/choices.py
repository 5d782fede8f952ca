"""What somebody can choose by buttons: the way they came, and short codes for names of any length."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Final

from channels.base import Button, Rows

CODE_DIGITS: Final = 8
"""Hex digits of a code; two names of one campaign do not share one."""
MARK: Final = "✓"
FIRST_PAGE: Final = 1
MOST_ROWS: Final = 40
"""On one page; Telegram takes 100 buttons in a message, and fewer where their data is long."""


class Way(StrEnum):
    """Why somebody chooses: on the way in, step after step, or to change one thing later."""

    JOINING = "j"
    SETTING = "s"


def way_of(argument: str) -> tuple[Way, str]:
    """The way that the argument of a button begins with, and what follows it."""
    return Way(argument[:1] or Way.SETTING), argument[1:]


def code(name: str) -> str:
    """A short name for a name, the same after every planning of the campaign."""
    return hashlib.sha256(name.encode()).hexdigest()[:CODE_DIGITS]


def coded(given: str, names: Iterable[str]) -> str | None:
    """Which of these names a code stands for; ``None`` where it is gone."""
    return next((name for name in names if code(name) == given), None)


def paged(rows: Sequence[tuple[Button, ...]], page: int, turn: Callable[[str, int], Button]) -> Rows:
    """One page of a long list of buttons, and below it the keys to the pages before and after it.

    Args:
        page: From ``FIRST_PAGE`` on; beyond the last one the last is shown.
        turn: Makes the key with this label to that page.
    """
    pages = [rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS)] or [()]
    shown = min(max(page, FIRST_PAGE), len(pages))
    around = (("‹", shown - 1), (f"{shown}/{len(pages)}", shown), ("›", shown + 1))
    keys = tuple(turn(label, number) for label, number in around if FIRST_PAGE <= number <= len(pages))
    return (*pages[shown - 1], keys) if len(pages) > 1 else tuple(pages[0])


def marked(text: str, *, chosen: bool) -> str:
    """The label of a choice, with a mark where it is the present one."""
    return f"{MARK} {text}" if chosen else text
