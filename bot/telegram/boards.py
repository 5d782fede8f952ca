"""The board of an action day as a message in a group of organisers, which changes in place."""

import hashlib
from datetime import datetime, timedelta
from html import escape
from typing import Final
from uuid import uuid4

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.telegram.boardtold import city_told, totals_told
from bot.telegram.spoken import spoken, words_for
from bot.telegram.talk import UNCHANGED, Means
from channels.telegram.client import FloodControl
from content.counting import utf16_units
from content.models import Campaign
from content.words import Words, isolated
from schedules.action_days import boards
from schedules.action_days.board import Board, CityView, has_begun, is_kept, read_board
from schedules.action_days.boards import Place
from schedules.errors import ScheduleError
from schedules.planning.cities import OVER, Status, load_cities
from schedules.store import leases

BETWEEN: Final = timedelta(seconds=20)
"""At least so long lies between two changes of a board; a group takes 20 messages a minute, of all that the bot does there."""
LONGEST: Final = 3800
"""UTF-16 units; Telegram takes 4096 (core.telegram.org/bots/api#sendmessage)."""

log = structlog.get_logger()


async def keep_boards(means: Means) -> None:
    """Let every board show how the day is going; where one fails, the others are kept all the same.

    A day after the last T-0 it stays as it is, and the group is forgotten.
    """
    for place in await boards.places(means.store):
        try:
            await _keep(means, place)
        except (TelegramError, ScheduleError) as error:
            log.info(
                "a board was not kept", campaign=place.campaign, day=place.day, error=type(error).__name__
            )


def board_told(board: Board, campaign: Campaign, reader_words: Words) -> str:
    """The board as one message: all cities together, then those of which there is something to say, then the others."""
    language = reader_words.language
    title = f"<b>{escape(isolated(spoken(board.title, language, campaign)))}</b>"
    lines = [title, *map(escape, totals_told(board, reader_words)), ""]
    left = LONGEST - sum(utf16_units(line) + 1 for line in lines)
    cities = sorted(board.cities, key=_concern)
    for number, city in enumerate(cities):
        line = _line(city, campaign, reader_words, board.seen_at)
        left -= utf16_units(line) + 1
        if left < 0:
            rest = len(cities) - number
            return "\n".join(
                [*lines, reader_words.count("… and {n} more city", "… and {n} more cities", rest)]
            )
        lines.append(line)
    return "\n".join(lines)


async def _keep(means: Means, place: Place) -> None:
    campaign = await means.kits.get(place.campaign)
    day = next((each for each in campaign.action_days if each.id == place.day), None)
    if day is None:
        return
    now, states = means.clock.now(), await load_cities(means.store, campaign.id)
    if place.message is not None and not is_kept(campaign, day, states, now):
        if has_begun(campaign, day, now):
            await boards.forget(means.store, place.campaign, place.day)
        return
    board = await read_board(means.store, campaign, day, now, public=False)
    html = board_told(board, campaign, words_for(campaign, place.language))
    shown = hashlib.sha256(html.encode()).hexdigest()
    if shown != place.shown:
        await _in_turn(means, place, html, shown)


async def _in_turn(means: Means, place: Place, html: str, shown: str) -> None:
    """Show it, unless it changed a moment ago, or Telegram has asked to wait."""
    lease, holder = f"board:{place.campaign}:{place.day}", uuid4().hex
    chat = await boards.address(means.store, means.vault, place.campaign, place.day)
    if chat is None or not await leases.hold(means.store, means.clock, lease, holder, BETWEEN):
        return
    try:
        message = await _shown(means, place, chat, html)
    except FloodControl as flood:
        await leases.hold(means.store, means.clock, lease, holder, max(flood.wait, BETWEEN))
        raise
    except ChatMigrated as error:
        await boards.moved(means.store, means.vault, chat, error.new_chat_id)
        raise
    except Forbidden:
        await boards.lost(means.store, means.vault, chat)
        raise
    await boards.note_shown(means.store, place, message, shown)


async def _shown(means: Means, place: Place, chat: int, html: str) -> int:
    """The number of the message that shows it: the one that stands there, or a new one where that is gone."""
    if place.message is not None:
        try:
            await means.bot.edit_message_text(html, chat, place.message)
        except BadRequest as error:
            if UNCHANGED in error.message.lower():
                return place.message
        else:
            return place.message
    return (await means.bot.send_message(chat, html)).message_id


def _concern(city: CityView) -> int:
    """What is urgent comes first, and what is over last."""
    if city.danger_at is not None:
        return 0
    if city.is_held or city.delay:
        return 1
    if city.status in OVER:
        return 4
    return 3 if city.status is Status.PLANNED else 2


def _line(city: CityView, campaign: Campaign, reader_words: Words, seen_at: datetime) -> str:
    name = escape(isolated(spoken(city.name, reader_words.language, campaign)))
    told = escape(" · ".join(city_told(city, reader_words, seen_at)))
    return f"<b>{name}</b> · {told}"
