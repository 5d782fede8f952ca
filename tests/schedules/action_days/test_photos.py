from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, true

from content.media import Picture
from schedules.action_days import photos
from schedules.clock import SetClock
from schedules.ledger.media import frozen_file
from schedules.store.engine import Store
from schedules.store.tables import erasure, photo
from tests.support.deliveries import add_accounts

NOON = datetime(2027, 3, 20, 12, tzinfo=UTC)
FIRST, SECOND = (
    Picture(data, "image/jpeg", digest * 64, 4, 3) for data, digest in ((b"one", "a"), (b"two", "b"))
)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url)
    await add_accounts(store, "a")
    yield store
    await store.close()


async def keep(store: Store, clock: SetClock, city: str, picture: Picture) -> None:
    async with store.write() as connection:
        await photos.keep(connection, clock, "demo", "release", city, picture)


async def test_pictures_wait_one_after_the_other_and_the_same_one_once(store: Store) -> None:
    clock = SetClock(NOON)
    for city, picture in (("berlin", FIRST), ("berlin", FIRST), ("lyon", SECOND)):
        await keep(store, clock, city, picture)
    first = await photos.waiting(store, true(), 0)
    assert first is not None
    second = await photos.waiting(store, true(), first.number)
    assert second is not None
    assert (first.city, second.city) == ("berlin", "lyon")
    assert await photos.waiting(store, photo.c.city == "paris", 0) is None
    async with store.write() as connection:
        await photos.decide(connection, clock, first.number, cleared_by="omar")
    assert await photos.waiting(store, true(), 0) == second


async def test_what_nobody_cleared_goes_with_its_bytes_and_what_was_cleared_stays(store: Store) -> None:
    clock = SetClock(NOON)
    await keep(store, clock, "berlin", FIRST)
    await keep(store, clock, "berlin", SECOND)
    await keep(store, clock, "lyon", SECOND)
    waiting = await photos.waiting(store, photo.c.city == "lyon", 0)
    assert waiting is not None
    async with store.write() as connection:
        await photos.decide(connection, clock, waiting.number, cleared_by="omar")
    clock.set(NOON + timedelta(days=30))
    await photos.forget_old(store, clock)
    assert await _count(store) == 3
    clock.set(NOON + timedelta(days=31))
    await photos.forget_old(store, clock)
    assert await _count(store) == 1
    assert await frozen_file(store, FIRST.sha256) is None
    assert await frozen_file(store, SECOND.sha256) == ("image/jpeg", b"two")
    async with store.read() as connection:
        assert (await connection.execute(select(erasure.c.at))).scalar() == clock.now()


async def _count(store: Store) -> int:
    async with store.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(photo))).scalar_one())
