"""A new release of the time zone database: wall times stay, instants move, approvals hold."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from content.models import Gap
from schedules.errors import LocalTimeInvalid
from schedules.lifecycle import State
from schedules.planning import reresolve
from schedules.planning.changes import SKIPPED_BY_CLOCKS, Change
from schedules.planning.reresolve import Moved, follow_time_zones
from schedules.store.columns import MICROSECOND
from schedules.store.tables import campaign, delivery, post
from schedules.walltime import Note, Resolution
from tests.support.office import NOON_SLOT, Office

HOUR = timedelta(hours=1)


async def _age(office: Office) -> None:
    """Make the ledger as an older release of the time zone database would have left it."""
    async with office.store.write() as connection:
        for name in ("due_at", "planned_at", "expires_at"):
            moved = text(f"UPDATE delivery SET {name} = {name} + {HOUR // MICROSECOND}")
            await connection.execute(moved)
        await connection.execute(campaign.update().values(tzdata="2020a"))


async def _planned(office: Office, **slot: Any) -> Any:
    office.write({**NOON_SLOT, **slot})
    await office.plan()
    await office.approve()
    return await office.post()


async def test_an_approved_post_moves_and_stays_approved(office: Office) -> None:
    before = await _planned(office)
    await _age(office)
    moved = await follow_time_zones(office.store, office.clock)
    assert moved == (Moved(before.id, before.planned_at + HOUR, before.planned_at),)
    assert await office.post() == before
    await office.run_at("12:00")
    assert (await office.post()).state is State.SENT


async def test_planning_with_new_zones_also_keeps_the_approval(office: Office) -> None:
    before = await _planned(office)
    await _age(office)
    assert (await office.plan()).counts == {Change.MOVED_BY_CLOCKS: 1}
    assert await office.post() == before


async def test_a_pin_moves_with_its_post(office: Office) -> None:
    before = await _planned(office, pin=True)
    await _age(office)
    assert len(await follow_time_zones(office.store, office.clock)) == 1
    async with office.store.read() as connection:
        found = (await connection.execute(select(delivery.c.planned_at))).scalars().all()
    assert found == [before.planned_at] * 2


async def test_an_instant_is_moved_by_no_government(office: Office) -> None:
    await _planned(office, at="2026-09-05T10:00:00Z")
    await _age(office)
    assert await follow_time_zones(office.store, office.clock) == ()


@pytest.mark.parametrize("state", sorted(set(State) - {State.PLANNED, State.READY}))
async def test_what_has_begun_or_ended_is_left_alone(office: Office, state: State) -> None:
    await _planned(office)
    await _age(office)
    async with office.store.write() as connection:
        await connection.execute(delivery.update().values(state=state.value))
    before = await office.post()
    assert await follow_time_zones(office.store, office.clock) == ()
    assert await office.post() == before


async def test_the_same_release_asks_nothing(office: Office) -> None:
    await _planned(office)
    await _age(office)
    assert len(await follow_time_zones(office.store, office.clock)) == 1
    assert await follow_time_zones(office.store, office.clock) == ()


@pytest.mark.parametrize("gap", [Gap.SKIP, Gap.REFUSE])
async def test_a_wall_time_that_no_longer_exists_is_cancelled_and_told(
    office: Office, monkeypatch: pytest.MonkeyPatch, gap: Gap
) -> None:
    before = await _planned(office)
    await _age(office)
    async with office.store.write() as connection:
        await connection.execute(post.update().values(gap=gap.value))

    def no_such_time(local: datetime, zone: str, *, gap: Gap, overlap: object) -> Resolution:
        if gap is Gap.REFUSE:
            raise LocalTimeInvalid("There is no such time.")
        return Resolution(None, Note.GAP_SKIPPED, None)

    monkeypatch.setattr(reresolve, "resolve", no_such_time)
    assert await follow_time_zones(office.store, office.clock) == (
        Moved(before.id, before.planned_at + HOUR, None),
    )
    gone = await office.post()
    assert (gone.state, gone.reason) == (State.CANCELLED, SKIPPED_BY_CLOCKS)
    assert (
        gone.remedy == "Give it a time that exists: munasara posts reschedule <id> --at YYYY-MM-DDTHH:MM."
    )


async def test_a_wall_time_that_exists_again_is_planned_again(office: Office) -> None:
    await _planned(office)
    async with office.store.write() as connection:
        await connection.execute(delivery.update().values(state="cancelled", reason=SKIPPED_BY_CLOCKS))
    assert (await office.plan()).counts == {Change.REVIVED: 1}
