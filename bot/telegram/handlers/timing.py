"""When a queued message goes out, and what it asks for."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.telegram import gridview, queues, readers
from bot.telegram.choices import code
from bot.telegram.gridview import EVERY
from bot.telegram.queues import Desk
from bot.telegram.spoken import place_name, spoken
from bot.telegram.table import answer, button
from bot.telegram.talk import Talk
from channels.base import Button
from content.filters import datetime_
from content.models import Campaign
from schedules.commands import door_messages
from schedules.people.roles import Role
from schedules.planning.doors import When, simple_ask

MOST_ZONES: Final = 6
EACH_CITY: Final = "c"
EXAMPLES: Final = "\n18:30\n2026-11-26 18:30"
PACKED: Final = "%Y%m%d%H%M"
_TYPED: Final = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})[ T])?(\d{1,2})[:.](\d{2})")
_ARABIC_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")


@button("qt", role=Role.EDITOR)
async def when(talk: Talk, number: str) -> None:
    """Offer the ways to say when."""
    words = talk.words
    ways = (
        (talk.button(words.say("As soon as it is approved"), "qtn", number),),
        (talk.button(words.say("In an hour"), "qth", number),),
        (talk.button(words.say("Type a time"), "qtt", number),),
        back(talk, number),
    )
    await talk.show(words.say("When does it go out?"), ways)


@button("qtn", role=Role.EDITOR)
async def once_approved(talk: Talk, number: str) -> None:
    """As soon as it is approved."""
    await _set(talk, int(number), When())


@button("qth", role=Role.EDITOR)
async def in_an_hour(talk: Talk, number: str) -> None:
    """In an hour."""
    at = talk.means.clock.now().replace(microsecond=0) + timedelta(hours=1)
    await _set(talk, int(number), When(exact_at=at))


@button("qtt", role=Role.EDITOR)
async def type_time(talk: Talk, number: str) -> None:
    """Expect a time."""
    await ask_time(talk, f"qwhen:{number}")


@answer("qwhen", role=Role.EDITOR)
async def typed(talk: Talk, number: str) -> None:
    """A typed time: by which clocks?"""
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    wall = typed_time(talk, desk.campaign)
    if wall is None:
        await type_time(talk, number)
        return
    packed = f"{wall:{PACKED}}"
    language = talk.words.language
    rows = [
        (
            talk.button(
                f"{place_name(desk.campaign, zone, language)} ({zone})", "qtz", f"{number}.{place}.{packed}"
            ),
        )
        for place, zone in enumerate(zones(desk.campaign))
    ]
    each = talk.words.say("The clocks of each city")
    rows.append((talk.button(each, "qtz", f"{number}.{EACH_CITY}.{packed}"),))
    told = datetime_(talk.words.habits, wall, "medium")
    await talk.say(talk.words.say("{time} by which clocks?", time=told), tuple(rows))


@button("qtz", role=Role.EDITOR)
async def by_clocks(talk: Talk, argument: str) -> None:
    """The clocks by which a typed time is meant."""
    number, place, packed = argument.split(".")
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    known = zones(desk.campaign)
    zone = None if place == EACH_CITY else known[min(int(place), len(known) - 1)]
    wall = datetime.strptime(packed, PACKED).replace(tzinfo=UTC).replace(tzinfo=None)
    await _set(talk, desk.number, When(local_at=wall, zone=zone))


@button("qk", role=Role.EDITOR)
async def what(talk: Talk, number: str) -> None:
    """Offer the asks of the campaign's own messages."""
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    language = talk.words.language
    asks = {spoken(each.ask.text, language, desk.campaign): each.id for each in desk.campaign.messages}
    rows = [(talk.button(talk.words.say("To share it"), "qka", f"{number}.0"),)]
    rows += [(talk.button(text, "qka", f"{number}.{code(name)}"),) for text, name in asks.items()]
    await talk.show(talk.words.say("What does it ask its readers to do?"), (*rows[:20], back(talk, number)))


@button("qka", role=Role.EDITOR)
async def asks_for(talk: Talk, argument: str) -> None:
    """Take the ask of one of the campaign's messages."""
    number, _, given = argument.partition(".")
    desk = await queues.desk(talk.means, await talk.actor(), int(number))
    asks = [each.ask for each in desk.campaign.messages if code(each.id) == given]
    ask = asks[0] if asks else simple_ask(desk.campaign)
    await door_messages.set_ask(talk.means.store, desk.actor, desk.number, ask)
    await desk.follow()
    await show_grid(talk, desk)


async def ask_time(talk: Talk, expected: str) -> None:
    """Expect a typed time, and show how it is written."""
    await talk.expect(expected)
    await talk.say(talk.words.say("Write the time like one of these:") + EXAMPLES)


def typed_time(talk: Talk, campaign: Campaign) -> datetime | None:
    """The wall time that was typed, naive, by the clocks of the campaign; ``None`` where it is no time."""
    return wall_time(talk.text, talk.means.clock.now().astimezone(ZoneInfo(campaign.zone)))


def wall_time(text: str, now: datetime) -> datetime | None:
    """A typed wall time, naive; without a date the next moment at which clocks that show ``now`` show it."""
    found = _TYPED.fullmatch(text.strip().translate(_ARABIC_DIGITS))
    if found is None:
        return None
    year, month, day, hour, minute = (int(part) if part else None for part in found.groups())
    try:
        clock = time(hour or 0, minute or 0)
        if year and month and day:
            return datetime.combine(datetime(year, month, day, tzinfo=UTC).date(), clock)
    except ValueError:
        return None
    here = now.replace(tzinfo=None)
    today = datetime.combine(here.date(), clock)
    return today if today > here else today + timedelta(days=1)


def zones(campaign: Campaign) -> list[str]:
    """The clocks by which a time can be meant, those of the campaign first."""
    return list(dict.fromkeys((campaign.zone, *(city.zone for city in campaign.cities))))[:MOST_ZONES]


async def _set(talk: Talk, number: int, chosen: When) -> None:
    means = talk.means
    desk = await queues.desk(means, await talk.actor(), number)
    await door_messages.set_when(means.store, means.clock, desk.actor, number, chosen)
    await show_grid(talk, desk)


async def show_grid(talk: Talk, desk: Desk) -> None:
    """Put the grid in place of what was asked."""
    await talk.show(*gridview.shown(await desk.look(), await readers.reader_of(talk)))


def back(talk: Talk, number: str) -> tuple[Button, ...]:
    """The way back to the grid."""
    return (talk.button(talk.words.say("Back to the grid"), "qg", f"{number}.{EVERY}.0"),)
