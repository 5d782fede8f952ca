"""The only source of "now"."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time: an aware UTC datetime."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


def elapsed() -> float:
    """Seconds that only count up, also while the machine is suspended where the system can tell."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SetClock:
    """A clock that moves only when it is told to: for rehearsals and tests.

    It never goes back.
    """

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was last set to, in UTC."""
        return self._now

    def set(self, instant: datetime) -> None:
        """Move forward to ``instant``; an earlier one changes nothing."""
        self._now = max(self._now, instant.astimezone(UTC))
