import asyncio
from datetime import timedelta

from schedules.store.engine import Store
from schedules.store.leases import drop, give_back, hold, is_held
from tests.support.crowd import MORNING, clock

MINUTE = timedelta(minutes=1)


async def test_one_of_many_gets_a_lease(store: Store) -> None:
    asked = [hold(store, clock(), "digest", holder, MINUTE) for holder in ("a", "b", "c")]
    assert sorted(await asyncio.gather(*asked)) == [False, False, True]


async def test_its_holder_keeps_a_lease_for_longer(store: Store) -> None:
    at = clock()
    assert await hold(store, at, "digest", "a", MINUTE)
    at.set(MORNING + MINUTE / 2)
    assert await hold(store, at, "digest", "a", MINUTE)
    at.set(MORNING + MINUTE)
    assert not await hold(store, at, "digest", "b", MINUTE)


async def test_a_lease_that_ran_out_is_free(store: Store) -> None:
    at = clock()
    assert await hold(store, at, "digest", "a", MINUTE)
    at.set(MORNING + MINUTE)
    assert await hold(store, at, "digest", "b", MINUTE)
    assert not await hold(store, at, "digest", "a", MINUTE)


async def test_leases_of_other_names_are_apart(store: Store) -> None:
    assert await hold(store, clock(), "digest", "a", MINUTE)
    assert await hold(store, clock(), "vacuum", "b", MINUTE)


async def test_what_is_given_back_is_free_at_once(store: Store) -> None:
    assert await hold(store, clock(), "digest", "a", MINUTE)
    await give_back(store, "digest", "b")
    assert not await hold(store, clock(), "digest", "b", MINUTE)
    await give_back(store, "digest", "a")
    assert await hold(store, clock(), "digest", "b", MINUTE)


async def test_a_lease_is_held_until_it_runs_out(store: Store) -> None:
    at = clock()
    assert not await is_held(store, at, "digest")
    assert await hold(store, at, "digest", "a", MINUTE)
    assert await is_held(store, at, "digest")
    at.set(MORNING + MINUTE)
    assert not await is_held(store, at, "digest")


async def test_what_is_dropped_is_free_whoever_had_it(store: Store) -> None:
    for name in ("digest", "vacuum", "count"):
        assert await hold(store, clock(), name, "a", MINUTE)
    await drop(store, ["digest", "vacuum"])
    assert await hold(store, clock(), "digest", "b", MINUTE)
    assert not await hold(store, clock(), "count", "b", MINUTE)
