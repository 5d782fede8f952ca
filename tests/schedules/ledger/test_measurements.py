"""Numbers about our own posts, taken at an hour, a day and a week."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

from sqlalchemy import select

from channels.base import Feature
from channels.errors import FeatureMissing, Unreachable
from schedules.ledger.measurements import measure_due
from schedules.store.tables import measurement
from tests.schedules.ledger.conftest import Bench
from tests.support.deliveries import add_accounts, add_deliveries

Benches: TypeAlias = Callable[..., Bench]


async def published(b: Bench) -> list[int]:
    await add_accounts(b.store, "a")
    ids = await add_deliveries(b.store, ["a"], 2)
    await b.run()
    return ids


async def measure(b: Bench) -> list[tuple[int, Any]]:
    await measure_due(b.store, b.clock, b.channels, lambda names: frozenset({"x"}) & set(names))
    async with b.store.read() as connection:
        found = await connection.execute(
            select(measurement.c.hours, measurement.c.counts).order_by(
                measurement.c.hours, measurement.c.delivery
            )
        )
        return [(row.hours, row.counts) for row in found]


async def test_a_post_is_measured_once_at_each_age(bench: Benches) -> None:
    b = bench(Feature.METRICS)
    await published(b)
    assert await measure(b) == []
    taken: list[int] = []
    for hours in (1, 24, 168):
        b.clock.set(b.clock.now() + timedelta(hours=hours))
        await measure(b)
        taken = [age for age, _ in await measure(b)]
    assert taken == [1, 1, 24, 24, 168, 168]


async def test_the_numbers_stay_with_the_receipt(bench: Benches) -> None:
    b = bench(Feature.METRICS)
    await published(b)
    b.clock.set(b.clock.now() + timedelta(hours=1))
    assert await measure(b) == [(1, {"likes": 3})] * 2


async def test_a_platform_that_is_down_is_asked_again(bench: Benches) -> None:
    b = bench(Feature.METRICS)
    await published(b)
    b.clock.set(b.clock.now() + timedelta(hours=1))
    b.platform.counts = Unreachable("x", "a", "no network")
    assert await measure(b) == []
    b.platform.counts = {"likes": 5}
    assert await measure(b) == [(1, {"likes": 5})] * 2


async def test_a_platform_that_says_nothing_is_asked_once(bench: Benches) -> None:
    b = bench(Feature.METRICS)
    await published(b)
    b.clock.set(b.clock.now() + timedelta(hours=1))
    b.platform.counts = FeatureMissing("x", "a", "no numbers")
    assert await measure(b) == [(1, {})] * 2
    b.platform.counts = {"likes": 5}
    assert await measure(b) == [(1, {})] * 2


async def test_a_measurement_that_was_missed_by_far_is_left_out(bench: Benches) -> None:
    b = bench(Feature.METRICS)
    await published(b)
    b.clock.set(b.clock.now() + timedelta(hours=30))
    assert [age for age, _ in await measure(b)] == [24, 24]


async def test_other_channels_and_what_is_not_out_are_not_asked_about(bench: Benches) -> None:
    b = bench(Feature.METRICS)
    await add_accounts(b.store, "a", channel="telegram")
    await add_accounts(b.store, "held", held="Revoked.")
    await add_deliveries(b.store, ["a"], 1)
    await add_deliveries(b.store, ["held"], 1)
    await b.run()
    b.clock.set(b.clock.now() + timedelta(hours=1))
    assert await measure(b) == []
