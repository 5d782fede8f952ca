"""Who comes is kept for as long as it is needed, and only where it endangers nobody; over both databases."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from schedules.clock import SetClock
from schedules.people import signups
from schedules.people.signups import SignUp
from schedules.store.engine import Store
from schedules.store.tables import erasure
from tests.support.volunteers import BEGINS, add_bot, add_volunteers

CLOCK = SetClock(BEGINS)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store(database_url)
    try:
        await add_bot(opened)
        await add_volunteers(opened, ["ada", "ben"], city="berlin")
        async with opened.write() as connection:
            for day, city, guests in (
                ("release", "berlin", 1),
                ("release", "berlin", 2),
                ("second", "lyon", 0),
            ):
                await signups.keep(connection, "demo", "ada", SignUp(day, city, guests), BEGINS)
            await signups.keep(connection, "demo", "ben", SignUp("release", "berlin", 0), BEGINS)
        yield opened
    finally:
        await opened.close()


async def test_the_latest_word_counts_and_so_do_guests(store: Store) -> None:
    assert await signups.of(store, "ada") == (SignUp("release", "berlin", 2), SignUp("second", "lyon", 0))
    async with store.read() as connection:
        assert await signups.taken(connection, "demo", "release", "berlin", but="nobody") == 4
        assert await signups.taken(connection, "demo", "release", "berlin", but="ada") == 1


async def test_withdrawing_takes_away_one_day_and_wants_its_bytes_gone(store: Store) -> None:
    async with store.write() as connection:
        assert await signups.withdraw(connection, CLOCK, "ada", "release")
        assert not await signups.withdraw(connection, CLOCK, "ada", "release")
    assert await signups.of(store, "ada") == (SignUp("second", "lyon", 0),)
    async with store.read() as connection:
        assert (await connection.execute(select(erasure.c.at))).scalar() == BEGINS


@pytest.mark.parametrize(("city", "left"), [("lyon", ["second"]), ("aleppo", []), (None, [])])
async def test_in_another_city_nobody_comes_anywhere_else(
    store: Store, city: str | None, left: list[str]
) -> None:
    async with store.write() as connection:
        await signups.move(connection, CLOCK, "ada", city)
    assert [each.day for each in await signups.of(store, "ada")] == left


async def test_a_city_that_becomes_guarded_forgets_who_comes(store: Store) -> None:
    async with store.write() as connection:
        await signups.guard(connection, CLOCK, "demo", ["lyon"])
    assert [each.city for each in await signups.of(store, "ada")] == ["lyon"]
    assert await signups.of(store, "ben") == ()
