"""Messages vanish from the phones of people in guarded cities."""

from itertools import groupby
from typing import Final

import structlog
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.telegram.talk import Means
from schedules.errors import StoreUnusable
from schedules.people import people, traces

MOST: Final = 100
"""Messages in one call (core.telegram.org/bots/api#deletemessages)."""

log = structlog.get_logger()


async def tidy_phones(means: Means) -> None:
    """Delete what has been on a phone for a day. What cannot be deleted now is tried again."""
    due = await traces.due(means.store, means.clock.now(), MOST)
    for person, mine in groupby(sorted(due), key=lambda each: each[0]):
        try:
            await wipe_phone(means, person, tuple(number for _, number in mine))
        except StoreUnusable as error:
            log.error("a phone cannot be tidied", why=str(error))  # noqa: TRY400 - the others are


async def hide(means: Means, person: str) -> None:
    """Delete at once whatever would vanish later."""
    await wipe_phone(means, person, await traces.of(means.store, person))


async def wipe_phone(means: Means, person: str, messages: tuple[int, ...]) -> None:
    """Delete messages of one private chat, and forget them once they are gone."""
    chat = await people.address(means.store, means.vault, person)
    for start in range(0, len(messages), MOST):
        some = messages[start : start + MOST]
        if chat is None or await _deleted(means, chat, some):
            await traces.gone(means.store, person, *some)


async def _deleted(means: Means, chat: int, messages: tuple[int, ...]) -> bool:
    """Whether nothing more can be done about them: they are gone, or Telegram refuses for good."""
    try:
        await means.bot.delete_messages(chat, messages)
    except (BadRequest, Forbidden):
        return True
    except TelegramError:
        return False
    return True
