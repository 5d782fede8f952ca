"""How fast the bot answers: within Telegram's limits, ahead of bulk, and on the same rate as everything else of its token.

The limits are not published exactly; the FAQ of bots names about 30 messages a second over all chats, one a
second in one chat and 20 a minute in one group (core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
The library's own limiter lets 20 go to a group at once and lifts a halt too early.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, Final, TypeAlias

from telegram.ext import BaseRateLimiter

from channels.telegram.client import FloodControl
from schedules import clock

SHOWING: Final = ("send", "edit", "copy", "forward")
"""How the methods begin that show something in a chat."""
CHAT_PAUSE: Final = 1.1
GROUP_PAUSE: Final = 3.3
"""Seconds between two messages in one chat, and in one group: nine tenths of what is allowed."""
MOST_CHATS: Final = 10_000

Answer: TypeAlias = "bool | dict[str, Any] | list[dict[str, Any]]"
Call: TypeAlias = Callable[..., Coroutine[Any, Any, Answer]]


class Lanes(BaseRateLimiter[None]):
    """Spaces what is shown in one chat, draws it on the rate of the token, and stands still while Telegram asks to wait.

    Args:
        draw: Spends one message of the token's rate and tells how long to wait for it.
        block: Told when Telegram asks every sender of this token to wait.
        elapsed: A clock that only counts up, in seconds.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        draw: Callable[[], Awaitable[timedelta]],
        block: Callable[[timedelta], Awaitable[None]],
        *,
        elapsed: Callable[[], float] = clock.elapsed,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._draw = draw
        self._block = block
        self._elapsed = elapsed
        self._sleep = sleep
        self._free_at: OrderedDict[int | str, float] = OrderedDict()
        self._halts = 0

    async def initialize(self) -> None:
        """Nothing is to be prepared."""

    async def shutdown(self) -> None:
        """Nothing is to be closed."""

    async def process_request(
        self,
        callback: Call,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Answer:
        """Make one request at its time. Where Telegram asks to wait, it is made once more afterwards: nothing was shown."""
        del rate_limit_args
        if not endpoint.startswith(SHOWING):
            return await callback(*args, **kwargs)
        chat = data.get("chat_id", 0)
        await self._turn(chat)
        try:
            return await callback(*args, **kwargs)
        except FloodControl as flood:
            await self._halt(chat, flood.wait)
        await self._turn(chat)
        return await callback(*args, **kwargs)

    async def _turn(self, chat: int | str) -> None:
        await self._rest(self._book(chat))
        seen = None
        while seen != self._halts:
            # Whoever was asleep when Telegram asked to wait draws once more, or all would begin at one instant.
            seen = self._halts
            await self._rest((await self._draw()).total_seconds())

    def _book(self, chat: int | str) -> float:
        """Take the next turn in a chat; how many seconds it is away."""
        now = self._elapsed()
        begins = max(now, self._free_at.pop(chat, 0.0))
        self._free_at[chat] = begins + _pause(chat)
        if len(self._free_at) > MOST_CHATS:
            self._free_at.popitem(last=False)
        return begins - now

    async def _halt(self, chat: int | str, wait: timedelta) -> None:
        """In a group it is the group that has had enough; elsewhere nobody can tell, and all stand still."""
        if _is_group(chat):
            self._free_at[chat] = self._elapsed() + wait.total_seconds()
            return
        self._halts += 1
        await self._block(wait)

    async def _rest(self, seconds: float) -> None:
        if seconds > 0:
            await self._sleep(seconds)


def _is_group(chat: int | str) -> bool:
    """The ids of groups are negative."""
    return isinstance(chat, int) and chat < 0


def _pause(chat: int | str) -> float:
    return GROUP_PAUSE if _is_group(chat) else CHAT_PAUSE
