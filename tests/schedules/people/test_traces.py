from datetime import timedelta

from schedules.clock import SetClock
from schedules.people import traces
from schedules.people.traces import LIVES, REACH, Left
from schedules.store.engine import Store
from tests.support.crowd import MORNING, arrive, clock

LATER = MORNING + LIVES


async def test_messages_are_due_in_a_day(store: Store) -> None:
    name, at = await arrive(store), clock()
    await traces.leave(store, at, name, 2)
    at.set(MORNING + timedelta(minutes=1))
    await traces.leave(store, at, name, 1)
    assert await traces.owners(store, LATER - timedelta(seconds=1), 10) == ()
    assert await traces.owners(store, LATER, 10) == (name,)
    assert (await traces.left(store, name, LATER)).messages == (2,)
    assert (await traces.left(store, name)).messages == (1, 2)


async def test_their_owners_come_in_pages(store: Store) -> None:
    names = sorted([await arrive(store, number) for number in (1, 2, 3)])
    for name in names:
        await traces.leave(store, clock(), name, 1, 2)
    first = await traces.owners(store, LATER, 2)
    assert list(first) == names[:2]
    assert await traces.owners(store, LATER, 2, first[-1]) == (names[2],)


async def test_what_vanishes_sooner_does_so(store: Store) -> None:
    name = await arrive(store)
    await traces.leave(store, clock(), name, 5)
    await traces.leave(store, clock(), name, 5, lives=timedelta(minutes=10))
    await traces.leave(store, clock(), name, 5)
    assert (await traces.left(store, name, MORNING + timedelta(minutes=10))).messages == (5,)


async def test_a_message_under_way_is_among_the_next_numbers(store: Store) -> None:
    name = await arrive(store)
    await traces.leave(store, clock(), name, 40)
    key = await traces.begin(store, clock(), name, seen=38)
    later = SetClock(MORNING + timedelta(hours=1))
    await traces.leave(store, later, name, 45)
    left = await traces.left(store, name, LATER)
    assert left.messages == (40, *range(41, 45), *range(46, 41 + REACH))
    assert left.under_way == (key,)
    assert await traces.owners(store, LATER, 10) == (name,)


async def test_what_has_arrived_is_known_by_its_number_and_only_once(store: Store) -> None:
    name = await arrive(store)
    key = await traces.begin(store, clock(), name, "a letter")
    assert await traces.begin(store, clock(), name, "a letter") == key
    assert await traces.arrived(store, key, 7, 8)
    assert await traces.left(store, name) == Left((7, 8), ())
    assert not await traces.arrived(store, key, 9)
    assert await traces.of(store, name) == (7, 8)


async def test_what_was_not_sent_leaves_nothing(store: Store) -> None:
    name = await arrive(store)
    await traces.not_sent(store, await traces.begin(store, clock(), name))
    assert await traces.left(store, name) == Left()


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
