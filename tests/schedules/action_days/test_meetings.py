"""Meeting places open only with the key, in their own row, and move to a new key."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from content.models import Risk
from schedules.accounts.keys import KEY_BYTES, Key
from schedules.accounts.vault import Vault, rotate
from schedules.action_days.meetings import (
    Meeting,
    forget_guarded,
    forget_old,
    read_meeting,
    write_meeting,
)
from schedules.clock import SetClock
from schedules.errors import StoreUnusable
from schedules.planning.kits import Kits
from schedules.store.engine import Store
from schedules.store.tables import campaign, meeting
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import city
from tests.support.deliveries import add_stale_campaign
from tests.support.volunteers import BEGINS, add_bot

VAULT, OTHER = Vault(Key(b"1" * KEY_BYTES)), Vault(Key(b"2" * KEY_BYTES))
CLOCK = SetClock(BEGINS)
PLACES = Meeting(a="the fountain", b="the gate", legal="+49 30 1", first_aid="+49 30 2", contacts="Mina")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store(database_url)
    try:
        await add_bot(opened)
        await write_meeting(opened, VAULT, CLOCK, "demo", "release", "berlin", Meeting(a="nowhere"))
        await write_meeting(opened, VAULT, CLOCK, "demo", "release", "berlin", PLACES)
        yield opened
    finally:
        await opened.close()


async def test_what_is_filled_in_last_counts_and_is_sealed(store: Store) -> None:
    assert await read_meeting(store, VAULT, "demo", "release", "berlin") == PLACES
    assert await read_meeting(store, VAULT, "demo", "release", "lyon") is None
    assert [PLACES.place(which) for which in ("a", "b")] == ["the fountain", "the gate"]
    assert "fountain" not in repr(PLACES)
    async with store.read() as connection:
        sealed = (await connection.execute(select(meeting.c.sealed))).scalar_one()
    assert b"fountain" not in sealed


async def test_a_row_that_was_moved_opens_no_more(store: Store) -> None:
    async with store.write() as connection:
        await connection.execute(meeting.update().values(city="lyon"))
    with pytest.raises(StoreUnusable):
        await read_meeting(store, VAULT, "demo", "release", "lyon")


async def test_a_new_key_opens_them_after_rotation(store: Store) -> None:
    await rotate(store, VAULT, OTHER)
    assert await read_meeting(store, OTHER, "demo", "release", "berlin") == PLACES


@pytest.mark.parametrize("planned", [True, False])
async def test_a_week_after_the_day_nobody_knows_any_more_where_it_was(
    store: Store, *, planned: bool
) -> None:
    day = day_at(BEGINS + timedelta(days=3), step("come", -120)).model_copy(update={"id": "release"})
    kit = with_day(day, city("berlin", "Europe/Berlin"), id="demo").model_dump_json() if planned else None
    async with store.write() as connection:
        await connection.execute(campaign.update().values(kit=kit))
    ends = BEGINS + timedelta(days=10 if planned else 7)
    await forget_old(store, SetClock(ends - timedelta(minutes=1)), Kits(store))
    assert await read_meeting(store, VAULT, "demo", "release", "berlin") == PLACES
    await forget_old(store, SetClock(ends), Kits(store))
    assert await read_meeting(store, VAULT, "demo", "release", "berlin") is None


async def test_where_a_plan_must_be_made_again_first_a_place_is_not_forgotten_before_its_day(
    store: Store,
) -> None:
    async with store.write() as connection:
        await connection.execute(campaign.update().values(kit="{}"))
    written = CLOCK.now()
    await forget_old(store, SetClock(written + timedelta(days=89)), Kits(store))
    assert await read_meeting(store, VAULT, "demo", "release", "berlin") == PLACES
    await forget_old(store, SetClock(written + timedelta(days=90)), Kits(store))
    assert await read_meeting(store, VAULT, "demo", "release", "berlin") is None


async def test_a_city_that_becomes_guarded_forgets_where_people_meet(store: Store) -> None:
    await write_meeting(store, VAULT, CLOCK, "demo", "release", "lyon", PLACES)
    await add_stale_campaign(store)
    cities = (city("berlin", "Europe/Berlin", Risk.GUARDED), city("lyon", "Europe/Paris"))
    kit = with_day(day_at(BEGINS, step("come", -120)), *cities, id="demo").model_dump_json()
    async with store.write() as connection:
        await connection.execute(campaign.update().where(campaign.c.id == "demo").values(kit=kit))
    for _ in range(2):
        await forget_guarded(store, VAULT, CLOCK, Kits(store))
    left = replace(PLACES, a="", b="")
    assert await read_meeting(store, VAULT, "demo", "release", "berlin") == left
    assert await read_meeting(store, VAULT, "demo", "release", "lyon") == PLACES
