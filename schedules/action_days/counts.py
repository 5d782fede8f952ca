"""The count of an action day: when it closes, and the numbers that are frozen then, once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from content.crowds import Crowd
from content.models import ActionDay, Campaign, Risk, StepKind
from schedules.action_days.checkins import NOTHING, CheckIns, latest
from schedules.action_days.timeline import Timeline, timelines
from schedules.clock import Clock
from schedules.planning.cities import GENERAL, UNCHANGED, CityStates, Status, load_cities
from schedules.planning.counts import Frozen, load_counts
from schedules.store.engine import Store
from schedules.store.tables import day_count
from schedules.store.upsert import insert_new

SOONEST: Final = timedelta(days=2)
"""No count closes longer than this before the date of its day, in any zone."""


def closes_at(day: ActionDay, campaign: Campaign) -> datetime | None:
    """When the count of a day closes, in UTC; ``None`` where no step closes it.

    Where a city has two such steps, the first counts. That is when the last open city's closes, so that on a day that follows the local hours no city is left out. A
    city that is delayed is not waited for: the round-up is sent per plan. Where no city is open, all of them count.
    """
    lines = [line for line in timelines(day, campaign) if line.city is not None]
    of_open = [line for line in lines if line.city is not None and line.city.risk is Risk.OPEN]
    return max((at for line in of_open or lines if (at := _closes_in(line)) is not None), default=None)


def count_up(
    campaign: Campaign, day: ActionDay, states: CityStates, reports: Mapping[str, CheckIns]
) -> tuple[Crowd, Mapping[str, int]]:
    """The numbers of a day as they are now, and the estimates of open cities by city. Pure.

    A city has begun that said so or said how many are there, not one that was only ended. Where a day was aborted before it had begun, its city
    counts nowhere; where it was aborted later, the people who had come count.
    """
    people: dict[str, int] = {}
    of = 0
    for city in campaign.cities_of(day):
        state, report = states.get((day.id, city.id), UNCHANGED), reports.get(city.id, NOTHING)
        has_begun = _has_begun(state.status, report)
        of += has_begun or state.status is not Status.ABORTED
        if has_begun:
            people[city.id] = report.people or 0
    still_open = {city.id for city in campaign.cities if city.risk is Risk.OPEN}
    by_city = {city: number for city, number in people.items() if city in still_open}
    return Crowd(sum(people.values()), len(people), of), by_city


async def frozen(store: Store, campaign: str, day: str) -> Frozen | None:
    """The numbers of a day as they were when its count closed; ``None`` while it is open."""
    return (await load_counts(store, campaign)).get(day)


async def freeze_due(store: Store, clock: Clock, campaign: Campaign) -> None:
    """Freeze the numbers of every day whose count has closed. Whoever comes second changes nothing.

    Where the whole day was delayed, its count closes later too.
    """
    known, now = await load_counts(store, campaign.id), clock.now()
    for day in campaign.action_days:
        if day.id not in known and _is_near(day, now):
            closes, states = closes_at(day, campaign), await load_cities(store, campaign.id)
            delay = states.get((day.id, GENERAL), UNCHANGED).delay
            if closes is not None and closes + delay <= now:
                await _freeze(store, clock, campaign, day, states)


async def _freeze(
    store: Store, clock: Clock, campaign: Campaign, day: ActionDay, states: CityStates
) -> None:
    reports = await latest(store, campaign.id, day.id)
    crowd, by_city = count_up(campaign, day, states, reports)
    numbers = {"people": crowd.people, "cities": crowd.cities, "of": crowd.of, "by_city": dict(by_city)}
    row = {"campaign": campaign.id, "day": day.id, "frozen_at": clock.now(), "numbers": numbers}
    async with store.write() as connection:
        await insert_new(connection, day_count, [row])


def _closes_in(line: Timeline) -> datetime | None:
    closing = (timed.at for timed in line.steps if timed.step.kind is StepKind.COUNT_CLOSES)
    return next(closing, None)


def _has_begun(status: Status, report: CheckIns) -> bool:
    return status is Status.BEGUN or report.begun_at is not None or report.people is not None


def _is_near(day: ActionDay, now: datetime) -> bool:
    """Spares whole timelines of days that are far away."""
    return day.at.date() <= (now + SOONEST).date()
