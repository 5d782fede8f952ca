"""Open channels, shared between deliveries and renewed often enough to notice a new token."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from channels.base import Channel

RENEW_AFTER_SECONDS: Final = 60.0


@dataclass(slots=True)
class _Entry:
    channel: Channel
    opened: float
    users: int = 0
    stale: bool = False


class ChannelPool:
    """One open channel per account.

    Args:
        connect: Opens the channel of an account.
        elapsed: A clock that only counts up, in seconds.
    """

    def __init__(
        self,
        connect: Callable[[str], Awaitable[Channel]],
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect = connect
        self._elapsed = elapsed
        self._entries: dict[str, _Entry] = {}

    @asynccontextmanager
    async def open(self, account: str) -> AsyncIterator[Channel]:
        """The channel of an account, for as long as the block lasts."""
        entry = await self._entry(account)
        entry.users += 1
        try:
            yield entry.channel
        finally:
            entry.users -= 1
            await self._close_if_done(entry)

    async def aclose(self) -> None:
        """Close every channel that nobody uses; the others close with their last user."""
        for entry in self._entries.values():
            entry.stale = True
            await self._close_if_done(entry)
        self._entries.clear()

    async def _entry(self, account: str) -> _Entry:
        known = self._entries.get(account)
        if known is not None and self._elapsed() - known.opened < RENEW_AFTER_SECONDS:
            return known
        channel = await self._connect(account)
        newer = self._entries.get(account)
        if newer is not None and newer is not known:
            await channel.aclose()
            return newer
        entry = self._entries[account] = _Entry(channel, self._elapsed())
        if known is not None:
            known.stale = True
            await self._close_if_done(known)
        return entry

    async def _close_if_done(self, entry: _Entry) -> None:
        if entry.stale and entry.users == 0:
            entry.stale = False
            await entry.channel.aclose()
