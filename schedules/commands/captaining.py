"""What a captain says of her city on an action day: that she is there, that it has begun, how many are there, danger."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import later
from content.models import ActionDay, Campaign
from schedules.action_days import calls, checkins
from schedules.action_days.checkins import What
from schedules.clock import Clock
from schedules.commands import pauses
from schedules.commands.actor import Actor
from schedules.commands.scopes import named
from schedules.errors import PersonUnknown, ScheduleError
from schedules.people import people
from schedules.people.roles import Role
from schedules.planning.cities import OVER, CityState, Status, lock_city, write_city
from schedules.store.engine import Store

MOST_PEOPLE: Final = 999_999

log = structlog.get_logger()


class Danger(StrEnum):
    """What a city is in danger of."""

    POLICE = "police"
    INJURY = "injury"
    ATTACK = "attack"
    WEATHER = "weather"


async def answer(store: Store, clock: Clock, actor: Actor, campaign: Campaign, day: str, city: str) -> None:
    """Say that they are there, whatever they were asked. Saying it again changes nothing.

    Raises:
        Forbidden: They are no captain there.
        ScheduleError: There is no such day in that city.
    """
    meant = _their_day(actor, campaign, day, city)
    person = await _person(store, actor)
    async with store.write() as connection:
        await _answer(connection, clock, campaign, meant, city, person)
        await actor.record(connection, "is there", f"city:{city}")


async def begin(
    store: Store, clock: Clock, actor: Actor, campaign: Campaign, day: str, city: str, at: datetime
) -> bool:
    """Say that it has begun. Whether nobody had said so.

    Raises:
        Forbidden: They are no captain there.
        ScheduleError: There is no such day in that city, or it is over there.
    """
    meant = _their_day(actor, campaign, day, city)
    person = await _person(store, actor)
    async with store.write() as connection:
        state = await _lock(connection, clock, campaign, day, city)
        _require_going_on(state)
        await _answer(connection, clock, campaign, meant, city, person)
        if state.status is Status.BEGUN:
            return False
        await _begin(connection, clock, campaign, day, city, at)
        await actor.record(connection, "begun", f"city:{city}")
    return True


async def count(
    store: Store,
    clock: Clock,
    actor: Actor,
    campaign: Campaign,
    day: str,
    city: str,
    number: int,
    at: datetime,
) -> None:
    """Say how many people are there, as they estimate. After T-0 it has begun with that, if nobody said so.

    Also when it is over: the latest number counts, by when it was written.

    Raises:
        Forbidden: They are no captain there.
        ScheduleError: There is no such day in that city, it does not take place there, or that is no number of people.
    """
    meant = _their_day(actor, campaign, day, city)
    if not 0 <= number <= MOST_PEOPLE:
        raise ScheduleError(later("Write how many people are there, as a number."))
    person = await _person(store, actor)
    async with store.write() as connection:
        state = await _lock(connection, clock, campaign, day, city)
        if state.status is Status.ABORTED:
            _require_going_on(state)
        if state.status is Status.PLANNED and at >= _starts_at(campaign, meant, city) + state.delay:
            await _begin(connection, clock, campaign, day, city, at)
        await checkins.write(
            connection, clock, campaign.id, day, city, What.PEOPLE, happened_at=at, people=number
        )
        await _answer(connection, clock, campaign, meant, city, person)
        await actor.record(connection, "counted", f"city:{city}")


async def danger(
    store: Store, clock: Clock, actor: Actor, campaign: Campaign, day: str, city: str, kind: Danger
) -> None:
    """Say that a city is in danger: nothing of it is sent from this moment on, until two people start it again.

    Also when it is over. Saying it again changes nothing but the time.

    Raises:
        Forbidden: They are no captain there.
        ScheduleError: There is no such day in that city.
    """
    meant = _their_day(actor, campaign, day, city)
    person = await _person(store, actor)
    scope = f"city:{city}"
    async with store.write() as connection:
        await pauses.stop(connection, clock, actor, scope)
        await checkins.write(
            connection, clock, campaign.id, day, city, What.DANGER, happened_at=clock.now()
        )
        await _answer(connection, clock, campaign, meant, city, person)
        await actor.record(connection, f"danger {kind}", scope)
    log.warning("paused", scope=scope)


async def safe(store: Store, clock: Clock, actor: Actor, campaign: Campaign, day: str, city: str) -> None:
    """Say that they are home safe.

    Raises:
        Forbidden: They are no captain there.
        ScheduleError: There is no such day in that city.
    """
    meant = _their_day(actor, campaign, day, city)
    person = await _person(store, actor)
    async with store.write() as connection:
        await checkins.write(connection, clock, campaign.id, day, city, What.SAFE, happened_at=clock.now())
        await _answer(connection, clock, campaign, meant, city, person, home=True)
        await actor.record(connection, "home safe", f"city:{city}")


def _their_day(actor: Actor, campaign: Campaign, day: str, city: str) -> ActionDay:
    actor.require(Role.CAPTAIN, named(campaign=campaign.id, city=city))
    meant = next((each for each in campaign.action_days if each.id == day), None)
    if meant is None or all(each.id != city for each in campaign.cities_of(meant)):
        raise ScheduleError(later("There is no such action day there."))
    return meant


def _starts_at(campaign: Campaign, day: ActionDay, city: str) -> datetime:
    [at] = [each.starts_at for each in calls.gatherings(campaign, {}) if each.keys[1:] == (day.id, city)]
    return at


async def _person(store: Store, actor: Actor) -> str | None:
    """Whoever acts; ``None`` for whoever sits at the command line and never came to the bot."""
    try:
        return (await people.called(store, actor.name)).id
    except PersonUnknown:
        return None


async def _answer(
    connection: AsyncConnection,
    clock: Clock,
    campaign: Campaign,
    day: ActionDay,
    city: str,
    person: str | None,
    *,
    home: bool = False,
) -> None:
    if person is not None:
        await calls.answer(connection, clock, campaign.id, day, city, person, home=home)


async def _lock(
    connection: AsyncConnection, clock: Clock, campaign: Campaign, day: str, city: str
) -> CityState:
    return await lock_city(connection, clock, campaign.id, day, city)


async def _begin(
    connection: AsyncConnection, clock: Clock, campaign: Campaign, day: str, city: str, at: datetime
) -> None:
    await write_city(connection, clock, campaign.id, day, city, status=Status.BEGUN.value)
    await checkins.write(connection, clock, campaign.id, day, city, What.BEGUN, happened_at=at)


def _require_going_on(state: CityState) -> None:
    if state.status in OVER:
        raise ScheduleError(later("It is over there, or does not take place."))
