"""The world's time."""

import time
from datetime import datetime, timedelta

from schedules.clock import SystemClock


class WorldClock:
    """Runs like the machine's clock, and can be set forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The world's present, in UTC."""
        return SystemClock().now() + self._ahead

    def ticks(self) -> float:
        """Seconds that only count up, moved by ``advance`` as well."""
        return time.monotonic() + self._ahead.total_seconds()

    def advance(self, by: timedelta) -> None:
        """Let time pass at once."""
        self._ahead += by

    def set(self, instant: datetime) -> None:
        """Make it this instant, earlier or later than now, and go on from there."""
        self.advance(instant - self.now())
