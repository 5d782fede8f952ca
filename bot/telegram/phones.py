"""Messages vanish from the phones of people in guarded cities."""

from datetime import datetime
from typing import Final

import structlog
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.telegram.talk import Means
from schedules.errors import StoreUnusable
from schedules.people import people, traces
from schedules.people.traces import Left

MOST: Final = 100
"""Messages in one call (core.telegram.org/bots/api#deletemessages)."""

log = structlog.get_logger()


async def tidy_phones(means: Means) -> None:
    """Delete what has been on phones long enough. What cannot be deleted now is tried again, and stops no other phone."""
    now, after = means.clock.now(), ""
    while some := await traces.owners(means.store, now, MOST, after):
        for person in some:
            await _tidy(means, person, now)
        after = some[-1]


async def hide(means: Means, person: str) -> bool:
    """Delete at once whatever would vanish later. Whether nothing of it is left."""
    return await wipe_phone(means, person, await traces.left(means.store, person))


async def hide_brief(means: Means, person: str, until: datetime) -> None:
    """Delete now what would vanish by then."""
    await wipe_phone(means, person, await traces.left(means.store, person, until))


async def wipe_phone(means: Means, person: str, left: Left) -> bool:
    """Delete messages of one private chat, and forget them once they are gone. Whether they are.

    Raises:
        StoreUnusable: Nobody can tell which chat it is.
    """
    chat = await people.address(means.store, means.vault, person)
    is_gone = True
    for start in range(0, len(left.messages), MOST):
        some = left.messages[start : start + MOST]
        if chat is None or await _deleted(means, chat, some):
            await traces.gone(means.store, person, *some)
        else:
            is_gone = False
    if is_gone and left.under_way:
        await traces.not_sent(means.store, *left.under_way)
    return is_gone


async def _tidy(means: Means, person: str, now: datetime) -> None:
    try:
        await wipe_phone(means, person, await traces.left(means.store, person, now))
    except StoreUnusable as error:
        log.error("a phone cannot be tidied", why=str(error))  # noqa: TRY400 - the others are


async def _deleted(means: Means, chat: int, messages: tuple[int, ...]) -> bool:
    """Whether nothing more can be done about them: they are gone, or Telegram refuses for good."""
    try:
        await means.bot.delete_messages(chat, messages)
    except (BadRequest, Forbidden):
        return True
    except TelegramError:
        return False
    return True
