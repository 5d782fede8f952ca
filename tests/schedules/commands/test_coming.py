"""Coming to an action day: as long as there is room and time, and in guarded cities as a number only."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from content.models import ActionDay, Campaign, DayCity, Permit, Risk
from schedules.action_days.signups import Coming, coming
from schedules.clock import SetClock
from schedules.commands.coming import Answer, count_one, open_days, sign_up, withdraw
from schedules.people import volunteers
from schedules.people.volunteers import Volunteer
from schedules.store.engine import Store
from schedules.store.tables import day_city
from schedules.store.tables import sign_up as signed
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import city
from tests.support.volunteers import add_bot, add_volunteers

T0 = datetime(2027, 3, 20, 12, tzinfo=UTC)
CITIES = (city("berlin", "Europe/Berlin"), city("aleppo", "Asia/Damascus", Risk.GUARDED))


def _campaign(capacity: int | None = None) -> Campaign:
    entries = (
        DayCity(id="berlin", permit=Permit.GRANTED, capacity=capacity),
        DayCity(id="aleppo", permit=Permit.NOT_NEEDED),
    )
    day: ActionDay = day_at(T0, step("come", -120), cities=entries)
    return with_day(day, *CITIES, id="demo")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store(database_url)
    try:
        await add_bot(opened)
        await add_volunteers(opened, ["ada", "ben", "eva"], city="berlin")
        await add_volunteers(opened, ["amal"], city="aleppo")
        yield opened
    finally:
        await opened.close()


async def _kept(store: Store, name: str) -> Volunteer:
    found = await volunteers.get(store, name)
    assert found is not None
    return found


async def test_no_more_come_than_there_is_room_for_however_fast_they_press(store: Store) -> None:
    clock, campaign = SetClock(T0 - timedelta(days=1)), _campaign(capacity=4)
    people = [await _kept(store, name) for name in ("ada", "ben", "eva")]
    said = await asyncio.gather(*(sign_up(store, clock, campaign, who, "the-day", 1) for who in people))
    assert sorted(said) == [Answer.COMING, Answer.COMING, Answer.FULL]
    assert await coming(store, "demo", "the-day") == {"berlin": Coming(2, 2)}
    first = people[said.index(Answer.COMING)]
    assert await sign_up(store, clock, campaign, first, "the-day", 2) is Answer.FULL
    assert await sign_up(store, clock, campaign, first, "the-day", 0) is Answer.COMING
    assert await withdraw(store, clock, first, "the-day")
    assert (
        await sign_up(store, clock, campaign, people[said.index(Answer.FULL)], "the-day", 1)
        is Answer.COMING
    )


@pytest.mark.parametrize(
    ("after", "delay", "status", "is_open"),
    [(59, 0, "begun", True), (61, 0, "begun", False), (61, 30, "begun", True), (-60, 0, "aborted", False)],
)
async def test_a_day_is_open_until_nobody_can_come_in_time(
    store: Store, after: int, delay: int, status: str, is_open: bool
) -> None:
    clock, ada = SetClock(T0 + timedelta(minutes=after)), await _kept(store, "ada")
    row = {"campaign": "demo", "day": "the-day", "city": "berlin", "ticked": [], "changed_at": T0}
    async with store.write() as connection:
        await connection.execute(day_city.insert(), [row | {"status": status, "delay_minutes": delay}])
    assert bool(await open_days(store, clock, _campaign(), ada)) is is_open
    assert (await sign_up(store, clock, _campaign(), ada, "the-day", 0) is Answer.COMING) is is_open


async def test_a_guarded_city_counts_and_keeps_nobody(store: Store) -> None:
    clock, amal = SetClock(T0 - timedelta(days=1)), await _kept(store, "amal")
    assert await sign_up(store, clock, _campaign(), amal, "the-day", 1) is Answer.OVER
    for _ in range(2):
        assert await count_one(store, clock, _campaign(), amal, "the-day") is Answer.COMING
    assert await count_one(store, clock, _campaign(), await _kept(store, "ada"), "the-day") is Answer.OVER
    async with store.read() as connection:
        assert (await connection.execute(select(day_city.c.city, day_city.c.coming))).all() == [
            ("aleppo", 2)
        ]
        assert (await connection.execute(select(signed))).all() == []
