"""Asking Telegram for updates, so that none is lost when the process dies and none waits behind another chat."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from typing import Any, Final, TypeAlias

import structlog
from telegram import Update
from telegram.error import Conflict, TelegramError
from telegram.ext import ExtBot

from channels.telegram.bot import UNREADABLE

ASK_SECONDS: Final = 15
"""How long one question stays open; shorter than the timeout of reading."""
PATIENCE_SECONDS: Final = 0.5
"""After so long the next updates are asked for although a handler of these is still at work."""
GRACE_SECONDS: Final = 20.0
"""What handlers at work may take to end when the bot stops."""
PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE: Final = 30.0
MOST_UPDATES: Final = 100
KINDS: Final = (
    Update.MESSAGE,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
    Update.CHAT_MEMBER,
    Update.CHAT_JOIN_REQUEST,
)
"""What the bot wants to know; of anything else Telegram tells it nothing."""

Raw: TypeAlias = dict[str, Any]
Handle: TypeAlias = Callable[[Update], Awaitable[None]]

log = structlog.get_logger()


class PollingBot(ExtBot[None]):
    """The library's bot, which also gives updates as they came.

    The library reads all updates of an answer at once: one that it cannot read would hide the others for ever, and it
    writes them all into the log.
    """

    async def ask(self, offset: int, *, limit: int = MOST_UPDATES, seconds: int = ASK_SECONDS) -> list[Raw]:
        """Confirm every update before ``offset`` and wait for the next ones.

        Raises:
            TelegramError: There is no answer, or none that could be read.
        """
        data: Raw = {"offset": offset, "limit": limit, "timeout": seconds, "allowed_updates": KINDS}
        found = await self._post("getUpdates", data)
        if not isinstance(found, list) or not all(_is_update(each) for each in found):
            raise TelegramError("the answer could not be read")
        return found


class InOrder:
    """Handles updates of one chat one after the other, and those of different chats side by side."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._last: dict[int, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, update: Update) -> asyncio.Task[None]:
        """Begin with an update, or queue it behind what is under way in its chat."""
        chat = update.effective_chat.id if update.effective_chat else 0
        task = asyncio.create_task(self._after(self._last.get(chat), update))
        self._last[chat] = task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finished(chat, done))
        return task

    async def drain(self, seconds: float) -> bool:
        """Wait until everything that has begun is done; what takes longer is broken off. Whether all was done."""
        if not self._tasks:
            return True
        _, unfinished = await asyncio.wait(self._tasks, timeout=seconds)
        for task in unfinished:
            task.cancel()
        if unfinished:
            log.warning("updates broken off", count=len(unfinished))
            await asyncio.wait(unfinished)
        return not unfinished

    async def _after(self, earlier: asyncio.Task[None] | None, update: Update) -> None:
        if earlier is not None:
            await asyncio.wait({earlier})
        try:
            await self._handle(update)
        except Exception as error:  # noqa: BLE001 - one update must not stop the others
            log_failure("update not handled", error)

    def _finished(self, chat: int, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._last.get(chat) is task:
            del self._last[chat]


async def _nothing() -> None:
    return None


def log_failure(what: str, error: BaseException) -> None:
    """Say what failed and where, but neither the error's text nor the traceback: both may hold what somebody wrote."""
    where = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-3:]]
    log.error(what, error=type(error).__name__, where=" ".join(where))


async def poll(
    bot: PollingBot,
    handle: Handle,
    stop: asyncio.Event,
    *,
    elsewhere: Callable[[], Awaitable[None]] = _nothing,
) -> None:
    """Fetch and handle updates until ``stop`` is set.

    Args:
        elsewhere: Called whenever Telegram says that somebody else asks for this bot's updates.

    Updates are confirmed when the next ones are asked for, which is after their handlers ended or had
    ``PATIENCE_SECONDS``: after a crash Telegram sends again what was not finished, so handlers must bear seeing an
    update twice.
    """
    order = InOrder(handle)
    offset, pause = 0, PAUSE_SECONDS
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            found = await _unless(stopping, _ask(bot, offset, elsewhere))
            if found is None:
                await asyncio.wait({stopping}, timeout=pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause = PAUSE_SECONDS
            begun = [order.begin(update) for update in _read(found, bot)]
            if begun:
                await asyncio.wait(begun, timeout=PATIENCE_SECONDS)
            if found:
                offset = found[-1]["update_id"] + 1
    finally:
        stopping.cancel()
        if await order.drain(GRACE_SECONDS) and offset:
            await _confirm(bot, offset)


async def _ask(
    bot: PollingBot, offset: int, elsewhere: Callable[[], Awaitable[None]]
) -> Sequence[Raw] | None:
    try:
        return await bot.ask(offset)
    except Conflict:
        log.warning("another process asks for this bot's updates; waiting")
        await elsewhere()
    except (TelegramError, *UNREADABLE) as error:
        log.warning("no updates", error=type(error).__name__)
    return None


def _read(found: Sequence[Raw], bot: PollingBot) -> Iterator[Update]:
    for raw in found:
        try:
            yield Update.de_json(raw, bot)
        except UNREADABLE as error:
            log.warning("update not understood", error=type(error).__name__)


def _is_update(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("update_id"), int)


async def _unless(
    stopping: asyncio.Task[Any], asking: Coroutine[Any, Any, Sequence[Raw] | None]
) -> Sequence[Raw] | None:
    task = asyncio.create_task(asking)
    try:
        await asyncio.wait({stopping, task}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else ()
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _confirm(bot: PollingBot, offset: int) -> None:
    """Tell Telegram what was handled, so that a restart does not see it again."""
    try:
        await bot.ask(offset, limit=1, seconds=0)
    except TelegramError as error:
        log.info("updates not confirmed", error=type(error).__name__)
