"""The world's time."""

import asyncio
import time
from datetime import datetime, timedelta

from schedules.clock import SystemClock


class WorldClock:
    """Runs like the machine's clock, and can be set forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._alarms: list[tuple[float, asyncio.Event]] = []

    def now(self) -> datetime:
        """The world's present, in UTC."""
        return SystemClock().now() + self._ahead

    def ticks(self) -> float:
        """Seconds that only count up, moved by ``advance`` as well."""
        return time.monotonic() + self._ahead.total_seconds()

    def advance(self, by: timedelta) -> None:
        """Let time pass at once."""
        self._ahead += by
        for at, alarm in self._alarms:
            if at <= self.ticks():
                alarm.set()

    def alarm(self, seconds: float) -> asyncio.Event:
        """Set when so much more of the world's time has been let pass."""
        alarm = asyncio.Event()
        self._alarms.append((self.ticks() + seconds, alarm))
        return alarm

    def set(self, instant: datetime) -> None:
        """Make it this instant, earlier or later than now, and go on from there."""
        self.advance(instant - self.now())
