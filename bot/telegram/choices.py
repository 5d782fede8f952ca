"""What somebody can choose by buttons: the way they came, and short codes for names of any length."""

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

CODE_DIGITS: Final = 8
"""Hex digits of a code; two names of one campaign do not share one."""
MARK: Final = "✓"


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


def marked(text: str, *, chosen: bool) -> str:
    """The label of a choice, with a mark where it is the present one."""
    return f"{MARK} {text}" if chosen else text
