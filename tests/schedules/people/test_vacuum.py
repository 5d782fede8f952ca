from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Table, select

from schedules.clock import SetClock
from schedules.people import vacuum
from schedules.people.purge import forget
from schedules.people.vacuum import QUIET, is_quiet, vacuum_when_quiet
from schedules.store import erasing
from schedules.store.engine import Store
from schedules.store.tables import erasure
from tests.support.crowd import MORNING, arrive, clock
from tests.support.deliveries import add_accounts, add_deliveries

SECOND = timedelta(seconds=1)


async def is_noted(store: Store) -> bool:
    async with store.read() as connection:
        return (await connection.execute(select(erasure.c.id))).first() is not None


async def forget_somebody(store: Store) -> None:
    await forget(store, clock(), await arrive(store))


async def test_where_nothing_was_erased_nothing_is_done(store: Store) -> None:
    assert not await vacuum_when_quiet(store, clock())


async def test_what_was_erased_is_vacuumed_once(store: Store) -> None:
    await forget_somebody(store)
    assert await vacuum_when_quiet(store, clock())
    assert not await is_noted(store)
    assert not await vacuum_when_quiet(store, clock())


@pytest.mark.parametrize("away", [-QUIET, timedelta(0), QUIET])
async def test_it_waits_while_something_is_due(store: Store, away: timedelta) -> None:
    await add_accounts(store, "a")
    await add_deliveries(store, ["a"], 1, due_at=MORNING + away)
    await forget_somebody(store)
    assert not await vacuum_when_quiet(store, clock())
    assert await is_noted(store)
    assert await vacuum_when_quiet(store, SetClock(MORNING + away + QUIET + SECOND))


@pytest.mark.parametrize("state", ["claimed", "sending"])
async def test_it_waits_while_something_is_being_sent(store: Store, state: str) -> None:
    await add_accounts(store, "a")
    await add_deliveries(store, ["a"], 1, due_at=MORNING - timedelta(hours=1), state=state)
    assert not await is_quiet(store, MORNING)


@pytest.mark.parametrize("state", ["planned", "sent", "cancelled", "unknown"])
async def test_what_is_not_about_to_go_out_is_not_waited_for(store: Store, state: str) -> None:
    await add_accounts(store, "a")
    await add_deliveries(store, ["a"], 1, due_at=MORNING, state=state)
    assert await is_quiet(store, MORNING)


async def test_what_is_erased_while_it_works_is_not_taken_as_done(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await forget_somebody(store)

    async def forgets_meanwhile(_: Store, tables: Sequence[Table]) -> bool:
        await forget(store, SetClock(MORNING + SECOND), await arrive(store))
        return await erasing.vacuum(store, tables)

    monkeypatch.setattr(vacuum, "vacuum", forgets_meanwhile)
    assert await vacuum_when_quiet(store, clock())
    assert await is_noted(store)
