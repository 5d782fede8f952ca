"""The brake: what is paused, and whether this worker still knows it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from schedules import clock
from schedules.ledger.values import Claimed

POLL_SECONDS: Final = 0.2
FRESH_SECONDS: Final = 0.8
"""A worker that has not confirmed the pauses for this long stops sending: within a second of losing them."""

WIPED: Final = "wiped"
"""The scope that nobody resumes: the keys are destroyed, and every worker ends."""

log = structlog.get_logger()


class Control:
    """Knows which scopes are paused, by asking often; forgets it, and stops, when nobody answers.

    Args:
        pauses: Asks the store for every paused scope.
        elapsed: A clock that only counts up, in seconds.
    """

    def __init__(
        self,
        pauses: Callable[[], Awaitable[frozenset[str]]],
        elapsed: Callable[[], float] = clock.elapsed,
    ) -> None:
        self._pauses = pauses
        self._elapsed = elapsed
        self._paused: frozenset[str] = frozenset()
        self._confirmed: float | None = None

    def allows(self, held: Claimed) -> bool:
        """Whether this delivery may be sent at this very moment."""
        stopped = not held.takes_back and not self._paused.isdisjoint(held.scopes)
        return self.is_fresh() and not stopped and not self.is_wiped

    @property
    def is_wiped(self) -> bool:
        """Whether this installation was wiped while the worker ran."""
        return WIPED in self._paused

    def is_fresh(self) -> bool:
        """Whether the pauses were confirmed within the last ``FRESH_SECONDS``."""
        return self._confirmed is not None and self._elapsed() - self._confirmed < FRESH_SECONDS

    async def refresh(self) -> None:
        """Ask once. What is known counts from before the question, so a slow answer is an old one."""
        asked = self._elapsed()
        self._paused = await self._pauses()
        self._confirmed = asked

    async def watch(self) -> None:
        """Ask again and again until cancelled."""
        was_fresh = True
        while True:
            try:
                async with asyncio.timeout(FRESH_SECONDS):
                    await self.refresh()
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                if was_fresh and not self.is_fresh():
                    log.warning(
                        "sending stopped", why="the database does not answer", error=type(error).__name__
                    )
            if self.is_fresh() and not was_fresh:
                log.info("sending resumed", why="the database answers again")
            was_fresh = self.is_fresh()
            await asyncio.sleep(POLL_SECONDS)
