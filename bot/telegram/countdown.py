"""Before an action day, organisers hear by themselves which cities are not ready: a day ahead, and three hours ahead."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from html import escape
from typing import Final

import structlog

from bot.telegram.deputies import on_duty
from bot.telegram.readers import Reader
from bot.telegram.readyview import Meant, days_ahead, missing_lines, overview
from bot.telegram.talk import Means
from channels.base import Button
from schedules.action_days.readiness import Readiness
from schedules.action_days.timeline import timelines
from schedules.commands.readiness import lists
from schedules.commands.scopes import named
from schedules.errors import ScheduleError
from schedules.people.roles import Role
from schedules.planning.cities import OVER, UNCHANGED, load_cities
from schedules.store import leases

DIGEST: Final = timedelta(hours=24)
ALERT: Final = timedelta(hours=3)
REMEMBERED: Final = timedelta(days=7)
"""How long it is known that organisers were told."""

log = structlog.get_logger()


async def tell_readiness(means: Means) -> None:
    """Tell the organisers of each action day what is missing, a day before T-0 once and three hours before it again.

    T-0 is that of the first city for the day ahead, and that of each city for the three hours.
    """
    now = means.clock.now()
    for meant in await days_ahead(means.kits, now):
        starts = await _starts(means, meant)
        first = min(starts.values(), default=now)
        if first - DIGEST <= now < first - ALERT:
            await _tell_once(means, meant, {"all"}, _digest)
        soon = {city for city, at in starts.items() if at - ALERT <= now < at}
        await _tell_once(means, meant, soon, _alert)


async def _starts(means: Means, meant: Meant) -> Mapping[str, datetime]:
    """T-0 of each city in which it takes place, with every delay."""
    states = await load_cities(means.store, meant.campaign.id)
    found = {}
    for line in timelines(meant.day, meant.campaign):
        if line.city is not None:
            state = states.get((meant.day.id, line.city.id), UNCHANGED)
            if state.status not in OVER:
                found[line.city.id] = line.starts_at + state.delay
    return found


async def _tell_once(
    means: Means,
    meant: Meant,
    wanted: Collection[str],
    tell: Callable[[Reader, Meant, list[Readiness], Collection[str]], Awaitable[bool]],
) -> None:
    names = {city: f"ready:{meant.campaign.id}:{meant.day.id}:{city}" for city in sorted(wanted)}
    new = [
        city
        for city, name in names.items()
        if await leases.take(means.store, means.clock, name, REMEMBERED)
    ]
    is_told = not new
    try:
        is_told = is_told or await _reached(means, meant, new, tell)
    finally:
        if not is_told:
            await leases.drop(means.store, [names[city] for city in new])


async def _reached(
    means: Means,
    meant: Meant,
    new: Collection[str],
    tell: Callable[[Reader, Meant, list[Readiness], Collection[str]], Awaitable[bool]],
) -> bool:
    """Whether somebody was told, or there was nothing to tell."""
    told = []
    for reader in await on_duty(means, named(campaign=meant.campaign.id), Role.APPROVER):
        try:
            found = await lists(
                means.store, means.vault, means.clock, reader.actor, meant.campaign, meant.day.id
            )
            told.append(await tell(reader, meant, list(found), new))
        except ScheduleError as error:
            log.warning("somebody does not hear what is missing", error=type(error).__name__)
    return any(told)


async def _digest(reader: Reader, meant: Meant, found: list[Readiness], new: Collection[str]) -> bool:
    del new
    text = overview(reader.words, meant, found, reader.means.clock.now())
    return await reader.say(text, ((_more(reader, meant),),)) is not None


async def _alert(reader: Reader, meant: Meant, found: list[Readiness], new: Collection[str]) -> bool:
    lines = missing_lines(reader.words, meant.campaign, [one for one in found if one.city.id in new])
    if not lines:
        return True
    head = reader.words.say(
        "⚠ {title}: it begins soon, and something is missing.", title=escape(meant.title(reader.words))
    )
    return await reader.say("\n".join((head, *lines)), ((_more(reader, meant),),)) is not None


def _more(reader: Reader, meant: Meant) -> Button:
    return reader.button(reader.words.say("Look at the day"), "day", meant.code)
