"""The lists of cities within a scope, what is ticked in them, and the permit that a person sets."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from content.models import Campaign, DayCity, Permit, StepKind
from schedules.clock import SetClock
from schedules.commands.actor import Actor
from schedules.commands.readiness import lists, set_permit, tick
from schedules.errors import Forbidden, ScheduleError
from schedules.people.roles import Grant, Role
from schedules.planning.changes import PERMIT_CLOSED, WITHDRAWN
from schedules.planning.cities import load_cities
from schedules.store.engine import Store
from schedules.store.tables import delivery
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import city, utc
from tests.support.crowd import VAULT
from tests.support.deliveries import add_accounts, add_deliveries

T0 = utc("2027-03-20 12:00")
CLOCK = SetClock(T0 - timedelta(days=2))
LENA = Actor("lena", grants=(Grant(Role.CAPTAIN, "city:berlin"),))
SARA = Actor("sara", grants=(Grant(Role.APPROVER, "campaign:demo"),))


def _campaign() -> Campaign:
    entries = (DayCity(id="berlin", permit=Permit.APPLIED), DayCity(id="lyon", permit=Permit.GRANTED))
    named = step("group-place", -1, StepKind.POST, channels=("telegram",), cities="all", names_place=True)
    day = day_at(T0, step("place", -2, StepKind.REVEAL), named, step("come", -48), cities=entries)
    return with_day(day, city("berlin", "Europe/Berlin"), city("lyon", "Europe/Paris"), id="demo")


CAMPAIGN = _campaign()


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store(database_url)
    try:
        await add_accounts(opened, "a")
        yield opened
    finally:
        await opened.close()


async def _shown(store: Store, actor: Actor) -> list[str]:
    found = await lists(store, VAULT, CLOCK, actor, CAMPAIGN, "the-day")
    return [one.city.id for one in found]


async def test_each_sees_the_cities_that_they_look_after(store: Store) -> None:
    assert await _shown(store, LENA) == ["berlin"]
    assert await _shown(store, SARA) == ["berlin", "lyon"]
    elsewhere = Actor("omar", grants=(Grant(Role.APPROVER, "campaign:another"),))
    assert await _shown(store, elsewhere) == []
    with pytest.raises(ScheduleError, match="no action day 'tomorrow'"):
        await lists(store, VAULT, CLOCK, SARA, CAMPAIGN, "tomorrow")


async def test_a_captain_ticks_her_city_alone_and_takes_it_back(store: Store) -> None:
    names = (CAMPAIGN, "the-day")
    for _ in range(2):
        await tick(store, CLOCK, LENA, *names, "berlin", "material", done=True)
    assert (await load_cities(store, "demo"))["the-day", "berlin"].ticked == {"material"}
    await tick(store, CLOCK, SARA, *names, "berlin", "material", done=False)
    with pytest.raises(Forbidden):
        await tick(store, CLOCK, LENA, *names, "lyon", "material", done=True)
    for where, item in (("berlin", "permit"), ("atlantis", "material")):
        with pytest.raises(ScheduleError):
            await tick(store, CLOCK, SARA, *names, where, item, done=True)
    assert (await load_cities(store, "demo"))["the-day", "berlin"].ticked == set()


async def test_a_permit_that_opens_asks_to_plan_again_once(store: Store) -> None:
    names = (CAMPAIGN, "the-day", "berlin")
    assert not await set_permit(store, CLOCK, LENA, *names, Permit.NEEDED)
    assert await set_permit(store, CLOCK, LENA, *names, Permit.GRANTED)
    assert not await set_permit(store, CLOCK, LENA, *names, Permit.NOTIFIED)
    (found,) = await lists(store, VAULT, CLOCK, LENA, CAMPAIGN, "the-day")
    assert found.permit is Permit.NOTIFIED
    with pytest.raises(Forbidden):
        await set_permit(store, CLOCK, LENA, CAMPAIGN, "the-day", "lyon", Permit.NEEDED)


async def test_a_permit_that_closes_withdraws_what_names_the_place_there_at_once(store: Store) -> None:
    kept = [
        *await add_deliveries(store, ["a"], 1, slot="the-day:come:en", city="lyon"),
        *await add_deliveries(store, ["a"], 1, slot="the-day:place:en", city="berlin"),
        *await add_deliveries(store, ["a"], 1, slot="the-day:place:fr", city="lyon", state="sent"),
    ]
    gone = [
        *await add_deliveries(store, ["a"], 1, slot="the-day:place:en", city="lyon"),
        *await add_deliveries(store, ["a"], 1, slot="the-day:group-place", city="lyon", state="planned"),
    ]
    await set_permit(store, CLOCK, SARA, CAMPAIGN, "the-day", "lyon", Permit.NEEDED)
    cancelled = select(delivery.c.id, delivery.c.reason).where(delivery.c.state == "cancelled")
    async with store.read() as connection:
        found = {row.id: row.reason for row in await connection.execute(cancelled)}
    assert found == dict.fromkeys(gone, PERMIT_CLOSED)
    assert not found.keys() & set(kept)
    assert PERMIT_CLOSED in WITHDRAWN
