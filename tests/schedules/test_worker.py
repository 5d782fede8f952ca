import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from channels.base import OutgoingPost
from schedules import worker as worker_module
from schedules.clock import SystemClock
from schedules.commands.actor import Actor
from schedules.commands.status import status
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher, Pace
from schedules.ledger.ledger import Ledger
from schedules.store.engine import Store
from schedules.store.tables import campaign
from schedules.store.tables import worker as worker_table
from schedules.worker import Job, Worker
from tests.support.deliveries import add_accounts, add_deliveries, states
from tests.support.fake_channels import FakeChannels

ENOUGH = timedelta(seconds=20).total_seconds()


class Running:
    """A worker on the machine's clock, with channels in memory."""

    def __init__(
        self, store: Store, *, in_flight: int = 200, chores: Sequence[tuple[timedelta, Job]] = ()
    ) -> None:
        self.channels = FakeChannels()
        self.ledger = Ledger(store, SystemClock(), server_time=True, lease=timedelta(minutes=1))
        control = Control(self.ledger.pauses)
        dispatcher = Dispatcher(
            self.ledger, self.channels, control, name="w", pace=Pace(in_flight=in_flight)
        )
        self.worker = Worker(
            store, SystemClock(), dispatcher, control, name="w", version="1", chores=chores
        )
        self.stop = asyncio.Event()


async def _fill(store: Store, each: int) -> None:
    await add_accounts(store, "a", "b")
    await add_deliveries(store, ["a", "b"], each, due_at=SystemClock().now())


async def test_a_worker_sends_what_is_due_until_it_is_told_to_stop(store: Store) -> None:
    await _fill(store, 15)
    running = Running(store)
    all_begun = asyncio.Event()

    async def count(_: OutgoingPost) -> None:
        if len(running.channels.platform.begun) == 30:
            all_begun.set()

    running.channels.platform.on_publish = count
    working = asyncio.create_task(running.worker.run(running.stop))
    await asyncio.wait_for(all_begun.wait(), ENOUGH)
    assert running.worker.is_ready
    running.stop.set()
    await working
    assert await states(store) == {"sent": 30}


async def test_what_has_begun_is_finished_before_it_stops(store: Store) -> None:
    await _fill(store, 1)
    running = Running(store)
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def wait(_: OutgoingPost) -> None:
        begun.set()
        await may_end.wait()

    running.channels.platform.on_publish = wait
    working = asyncio.create_task(running.worker.run(running.stop))
    await asyncio.wait_for(begun.wait(), ENOUGH)
    running.stop.set()
    may_end.set()
    await working
    assert "sending" not in await states(store)
    async with store.read() as connection:
        assert (await connection.execute(select(worker_table.c.id))).all() == []


async def test_a_plan_made_with_older_time_zones_is_followed_before_anything_is_sent(store: Store) -> None:
    await _fill(store, 1)
    running = Running(store)
    running.stop.set()
    await running.worker.run(running.stop)
    async with store.read() as connection:
        versions = (await connection.execute(select(campaign.c.tzdata))).scalars().all()
    assert "2026f" in versions


async def test_a_tick_that_meets_a_dead_database_is_not_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _fill(store, 2)
    running = Running(store)
    tidy, sent = running.ledger.tidy, asyncio.Event()
    failures: list[int] = []

    async def fail_twice() -> int:
        if len(failures) < 2:
            failures.append(1)
            raise OperationalError("SELECT", {}, OSError())
        return await tidy()

    async def done(_: OutgoingPost) -> None:
        sent.set()

    monkeypatch.setattr(running.ledger, "tidy", fail_twice)
    running.channels.platform.on_publish = done
    working = asyncio.create_task(running.worker.run(running.stop))
    await asyncio.wait_for(sent.wait(), ENOUGH)
    running.stop.set()
    await working
    assert (failures, await states(store)) == ([1, 1], {"sent": 4})


async def test_a_lane_is_used_as_soon_as_it_has_room_and_not_at_the_next_tick(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "TICK", timedelta(seconds=2 * ENOUGH))
    await add_accounts(store, "slow", rate=20, burst=1)
    await add_deliveries(store, ["slow"], 4, due_at=SystemClock().now())
    running, all_begun = Running(store), asyncio.Event()

    async def count(_: OutgoingPost) -> None:
        if len(running.channels.platform.begun) == 4:
            all_begun.set()

    running.channels.platform.on_publish = count
    working = asyncio.create_task(running.worker.run(running.stop))
    await asyncio.wait_for(all_begun.wait(), ENOUGH)
    running.stop.set()
    await working
    assert await states(store) == {"sent": 4}


async def test_a_worker_that_is_told_to_stop_leaves_what_has_not_begun(store: Store) -> None:
    await _fill(store, 30)
    running = Running(store, in_flight=1)

    async def stop_now(_: OutgoingPost) -> None:
        running.stop.set()

    running.channels.platform.on_publish = stop_now
    await asyncio.wait_for(running.worker.run(running.stop), ENOUGH)
    left = await states(store)
    assert set(left) == {"ready", "sent"}
    assert left["sent"] <= 3


async def test_a_worker_is_seen_at_work_from_its_first_post(store: Store) -> None:
    await _fill(store, 1)
    running = Running(store)
    seen: list[tuple[str, ...]] = []

    async def look(_: OutgoingPost) -> None:
        seen.append((await status(store, SystemClock(), Actor("sara"))).workers)
        running.stop.set()

    running.channels.platform.on_publish = look
    await asyncio.wait_for(running.worker.run(running.stop), ENOUGH)
    assert seen[0] == ("w",)
    assert (await status(store, SystemClock(), Actor("sara"))).workers == ()


async def test_a_worker_stops_cleanly_without_its_database(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Running(store)

    async def dead() -> None:
        raise OperationalError("DELETE", {}, OSError())

    monkeypatch.setattr(running.worker, "_forget", dead)
    running.stop.set()
    await asyncio.wait_for(running.worker.run(running.stop), ENOUGH)
    async with store.read() as connection:
        assert (await connection.execute(select(worker_table.c.id))).scalars().all() == ["w"]


async def test_a_chore_that_fails_or_hangs_keeps_nothing_else_waiting(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "GRACE", 0.1)
    await _fill(store, 5)
    rounds = 0
    again = asyncio.Event()

    async def broken() -> None:
        nonlocal rounds
        rounds += 1
        if rounds > 1:
            again.set()
        raise ValueError(rounds)

    async def endless() -> None:
        await asyncio.Event().wait()

    running = Running(store, chores=((timedelta(milliseconds=1), broken), (timedelta(), endless)))
    working = asyncio.create_task(running.worker.run(running.stop))
    await asyncio.wait_for(again.wait(), ENOUGH)
    while (await states(store)) != {"sent": 10}:
        await asyncio.sleep(0)
    assert running.worker.is_ready
    running.stop.set()
    await asyncio.wait_for(working, ENOUGH)
