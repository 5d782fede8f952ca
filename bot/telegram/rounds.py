"""What the bot does in groups by itself: leave where nobody wants it, keep the prompt's count, tell how the week went."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from html import escape
from typing import Final

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.telegram.cards import LONGEST
from bot.telegram.groups import is_published_to, is_stopped, private_rows
from bot.telegram.guarding import city_of
from bot.telegram.talk import UNCHANGED, Means
from channels.base import Topic
from channels.telegram.entities import serialise
from channels.telegram.keyboards import markup
from content.counting import utf16_units
from content.words import Words, words
from schedules.action_days import boards
from schedules.errors import ScheduleError
from schedules.ledger import squares, tallies
from schedules.ledger.squares import Shown
from schedules.people import groups
from schedules.people.days import below_five
from schedules.people.groups import Group
from schedules.store import leases
from schedules.walltime import zone

BETWEEN: Final = timedelta(minutes=3)
"""At least so long lies between two changes of a count."""
SUNDAY: Final = 6
EVENING: Final = 18
"""The wall hour, in the zone of the city, from which on the week is told."""
WEEK: Final = timedelta(days=7)

log = structlog.get_logger()


async def leave_strangers(means: Means) -> None:
    """Leave the groups that nobody bound in time, and say why."""
    for chat in await groups.overdue(means.store, means.vault, means.clock.now()):
        if await groups.of_chat(means.store, means.vault, chat) is None and not await _is_ours(means, chat):
            await _leave(means, chat)
        await groups.stop_waiting(means.store, means.vault, chat)


async def keep_prompts(means: Means) -> None:
    """In each group: one prompt pinned, and below it how many have done it."""
    await _in_each(means, _keep_prompt)


async def tell_the_week(means: Means) -> None:
    """On Sunday evening, once, in each group: how many tasks were done this week."""
    await _in_each(means, _tell_week)


async def _is_ours(means: Means, chat: int) -> bool:
    """Whether a board stands there, or an account was connected meanwhile that posts there."""
    if await boards.is_board(means.store, means.vault, chat):
        return True
    try:
        return await is_published_to(means.store, await means.bot.get_chat(chat))
    except (BadRequest, Forbidden):
        return False


async def _leave(means: Means, chat: int) -> None:
    bot_words = words("en")
    try:
        await means.bot.send_message(
            chat,
            bot_words.say("This bot serves only groups that a captain of the campaign binds to a city."),
        )
    except TelegramError as error:
        log.info("left a group without a word", error=type(error).__name__)
    try:
        await means.bot.leave_chat(chat)
    except (BadRequest, Forbidden):
        return


async def _in_each(means: Means, job: Callable[[Means, Group, int], Awaitable[None]]) -> None:
    """Do something in every group that nothing stops; where one fails, the others are served all the same."""
    for name in [each.account for each in await groups.served(means.store)]:
        group = await groups.of_account(means.store, name)
        chat = await groups.address(means.store, means.vault, name)
        if group is None or chat is None or await is_stopped(means.store, group):
            continue
        try:
            await job(means, group, chat)
        except ChatMigrated as error:
            await groups.moved(means.store, means.vault, means.clock, group.account, error.new_chat_id)
        except (TelegramError, ScheduleError) as error:
            log.info("a group was not served", account=group.account, error=type(error).__name__)


async def _keep_prompt(means: Means, group: Group, chat: int) -> None:
    shown = await squares.newest(means.store, group.account, group.bound_at)
    if shown is None:
        return
    if shown.message != group.pinned:
        await _take_down(means, group, chat)
        await groups.note_pinned(means.store, group.account, shown.message)
        return
    posts = await tallies.posts_on(means.store, group.campaign, shown.on)
    progress = await tallies.progress(means.store, posts, group.city)
    count = below_five(progress.done)
    if progress.done and count != group.shown and await _is_time(means, group):
        await _show_count(means, chat, shown, progress.done, count)
        await groups.note_shown(means.store, group.account, count)


async def _is_time(means: Means, group: Group) -> bool:
    return await leases.take(means.store, means.clock, f"count:{group.account}", BETWEEN)


async def _take_down(means: Means, group: Group, chat: int) -> None:
    if group.pinned is None:
        return
    try:
        await means.bot.unpin_chat_message(chat, group.pinned)
    except BadRequest as error:
        # Somebody took it down, or it is gone.
        log.info("yesterday's prompt was not unpinned", error=type(error).__name__)


async def _show_count(means: Means, chat: int, shown: Shown, done: int, count: str) -> None:
    group_words = words(shown.language)
    text, entities = serialise(shown.text)
    longer = f"{text}\n\n{_count_line(group_words, done, count)}"
    if utf16_units(longer) > LONGEST:
        return
    try:
        await means.bot.edit_message_text(
            longer,
            chat,
            shown.message,
            parse_mode=None,
            entities=entities,
            reply_markup=markup(private_rows(group_words, means.username)),
        )
    except BadRequest as error:
        if UNCHANGED not in error.message.lower():
            raise


def _count_line(group_words: Words, done: int, count: str) -> str:
    """Fewer than five are not counted out, so that nobody can be singled out."""
    if count.startswith("<"):
        return group_words.say("{few} people say that they have done it.", few=count)
    return group_words.count(
        "{n} person says that they have done it.", "{n} people say that they have done it.", done
    )


async def _tell_week(means: Means, group: Group, chat: int) -> None:
    campaign = await means.kits.get(group.campaign)
    city = city_of(campaign, group.city)
    now = means.clock.now()
    local = now.astimezone(zone(city.zone if city else campaign.zone))
    if not _is_sunday_evening(local) or not campaign.starts_on <= local.date() <= campaign.ends_on + WEEK:
        return
    days = [local.date() - timedelta(days=back) for back in range(7)]
    posts = [number for on in days for number in await tallies.posts_on(means.store, group.campaign, on)]
    progress = await tallies.progress(means.store, posts, group.city)
    if progress.done and await leases.take(
        means.store, means.clock, f"week:{group.account}:{local.date()}", WEEK
    ):
        await means.bot.send_message(
            chat,
            escape(_week_line(words(group.language), progress.done)),
            message_thread_id=group.topics.get(Topic.ANNOUNCEMENTS),
        )


def _is_sunday_evening(local: datetime) -> bool:
    return local.weekday() == SUNDAY and local.hour >= EVENING


def _week_line(group_words: Words, done: int) -> str:
    count = below_five(done)
    if count.startswith("<"):
        return group_words.say("This week here: {few} tasks done, as people say themselves.", few=count)
    return group_words.count(
        "This week here: {n} task done, as people say themselves.",
        "This week here: {n} tasks done, as people say themselves.",
        done,
    )
