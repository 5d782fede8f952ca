"""Whoever is away for a while is turned to last."""

from datetime import timedelta

from schedules.people.absences import absence, is_away, who_is_away
from schedules.store import leases
from schedules.store.engine import Store
from tests.support.crowd import MORNING, clock


async def test_somebody_is_away_until_the_time_is_over(store: Store) -> None:
    at = clock()
    await leases.hold(store, at, absence("lena"), "lena", timedelta(days=1))
    assert await is_away(store, at, "lena")
    assert not await is_away(store, at, "noor")
    assert await who_is_away(store, at) == {"lena"}
    at.set(MORNING + timedelta(days=1))
    assert not await is_away(store, at, "lena")
    assert await who_is_away(store, at) == frozenset()
