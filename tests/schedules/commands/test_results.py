from collections.abc import AsyncIterator

import pytest

from schedules.commands.actor import Actor
from schedules.commands.results import results
from schedules.errors import Forbidden
from schedules.people.roles import Grant, Role
from schedules.store.engine import Store
from schedules.store.tables import measurement, tally
from tests.support.deliveries import NOON, add_accounts, add_deliveries

SARA = Actor("sara")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url)
    await add_accounts(store, "x-en", "x-de", channel="x")
    await add_accounts(store, "feed", channel="feed")
    yield store
    await store.close()


async def test_the_latest_numbers_of_each_post_are_added_up(store: Store) -> None:
    first, second = await add_deliveries(store, ["x-en", "x-de"], 1, state="sent")
    await add_deliveries(store, ["feed"], 1, state="sent")
    await add_deliveries(store, ["feed"], 1, state="refused")
    rows = [(first, 1, {"likes": 2}), (first, 24, {"likes": 5, "shares": 1}), (second, 1, {"likes": 3})]
    async with store.write() as connection:
        await connection.execute(
            measurement.insert(),
            [
                {"delivery": number, "hours": hours, "taken_at": NOON, "counts": counts}
                for number, hours, counts in rows
            ],
        )
    found = await results(store, SARA, "demo")
    assert found.posts == {"feed": 1, "x": 2}
    assert found.numbers == {"x": {"likes": 8, "shares": 1}}


async def test_what_volunteers_say_is_counted_apart_from_posts(store: Store) -> None:
    await add_deliveries(store, ["feed"], 1, state="sent", slot="prompt:day-1:en")
    counts = {"sent": 40, "unknown": 1, "done": 12, "declined": 3}
    async with store.write() as connection:
        await connection.execute(
            tally.insert(), [{"post": 1, "city": city, **counts} for city in ("", "berlin")]
        )
    found = await results(store, SARA, "demo")
    assert found.posts == {}
    assert (found.prompts.people, found.prompts.done, found.prompts.declined) == (80, 24, 6)


async def test_whoever_may_not_look_sees_nothing(store: Store) -> None:
    stranger = Actor("vera", grants=(Grant(Role.VIEWER, "campaign:other"),))
    with pytest.raises(Forbidden):
        await results(store, stranger, "demo")
