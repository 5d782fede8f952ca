"""Where people meet is written by whoever is in charge of a city, and recorded without a word of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from content.models import DayCity, Risk
from schedules.action_days.meetings import Meeting
from schedules.commands.actor import Actor
from schedules.commands.meetings import LONGEST, fill_in, meeting_of
from schedules.errors import Forbidden, ScheduleError
from schedules.people.audit import Journal
from schedules.people.roles import Grant, Role
from schedules.store.engine import Store
from schedules.store.tables import audit
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import city
from tests.support.crowd import VAULT, clock
from tests.support.volunteers import add_bot

CITIES = (city("berlin", "Europe/Berlin"), city("aleppo", "Asia/Damascus", Risk.GUARDED))
DAY = day_at(
    datetime(2027, 3, 20, 12, tzinfo=UTC),
    step("come", -120),
    cities=tuple(DayCity(id=each.id) for each in CITIES),
)
CAMPAIGN = with_day(DAY, *CITIES, id="demo")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store(database_url)
    try:
        await add_bot(opened)
        yield opened
    finally:
        await opened.close()


def _captain(city: str) -> Actor:
    grants = (Grant(Role.CAPTAIN, f"city:{city}"),)
    return Actor("cleo", grants, journal=Journal(VAULT, clock()))


async def _write(store: Store, what: str, text: str, *, of: str = "berlin", by: str = "berlin") -> Meeting:
    return await fill_in(store, VAULT, clock(), _captain(by), CAMPAIGN, "the-day", of, what, text)


async def test_one_thing_after_the_other_is_written_and_the_rest_stays(store: Store) -> None:
    await _write(store, "a", " the fountain ")
    await _write(store, "legal", "+49 30 1")
    filled = await meeting_of(store, VAULT, _captain("berlin"), CAMPAIGN, "the-day", "berlin")
    assert filled == Meeting(a="the fountain", legal="+49 30 1")
    async with store.read() as connection:
        told = (await connection.execute(select(audit.c.act, audit.c.object))).all()
    assert [tuple(each) for each in told] == [("wrote a meeting", "the-day city:berlin")] * 2


async def test_others_neither_write_nor_read_it(store: Store) -> None:
    with pytest.raises(Forbidden):
        await _write(store, "a", "the fountain", by="aleppo")
    with pytest.raises(Forbidden):
        await meeting_of(store, VAULT, _captain("aleppo"), CAMPAIGN, "the-day", "berlin")


async def test_a_guarded_city_has_numbers_and_no_place(store: Store) -> None:
    with pytest.raises(ScheduleError, match="nobody gathers"):
        await _write(store, "b", "the bridge", of="aleppo", by="aleppo")
    assert (await _write(store, "legal", "1", of="aleppo", by="aleppo")).legal == "1"
    with pytest.raises(ScheduleError, match="too long"):
        await _write(store, "legal", "1" * (LONGEST + 1), of="aleppo", by="aleppo")
