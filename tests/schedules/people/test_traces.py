from datetime import timedelta

from schedules.people import traces
from schedules.people.traces import LIVES
from schedules.store.engine import Store
from tests.support.crowd import MORNING, arrive, clock

LATER = MORNING + LIVES


async def test_messages_are_due_in_a_day_the_oldest_first(store: Store) -> None:
    name, at = await arrive(store), clock()
    await traces.leave(store, at, name, 2)
    at.set(MORNING + timedelta(minutes=1))
    await traces.leave(store, at, name, 1)
    assert await traces.due(store, LATER - timedelta(seconds=1), 10) == ()
    assert await traces.due(store, LATER, 10) == ((name, 2),)
    assert await traces.due(store, LATER + timedelta(hours=1), 10) == ((name, 2), (name, 1))


async def test_no_more_are_told_than_were_asked_for(store: Store) -> None:
    await traces.leave(store, clock(), await arrive(store), *range(1, 6))
    assert len(await traces.due(store, LATER, 3)) == 3


async def test_the_same_message_leaves_one_trace(store: Store) -> None:
    name = await arrive(store)
    await traces.leave(store, clock(), name, 5)
    await traces.leave(store, clock(), name, 5, 6)
    assert set(await traces.of(store, name)) == {5, 6}


async def test_no_message_leaves_no_trace(store: Store) -> None:
    name = await arrive(store)
    await traces.leave(store, clock(), name)
    assert await traces.of(store, name) == ()


async def test_what_is_gone_is_forgotten_and_the_rest_is_not(store: Store) -> None:
    one, two = await arrive(store, 1), await arrive(store, 2)
    for name in (one, two):
        await traces.leave(store, clock(), name, 5, 6)
    await traces.gone(store, one, 5)
    assert await traces.of(store, one) == (6,)
    assert set(await traces.of(store, two)) == {5, 6}
