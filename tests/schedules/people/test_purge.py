from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, select, update

from schedules.clock import SetClock
from schedules.people import expecting, people, purge, roles, traces, volunteers
from schedules.people.invites import Invite, new_id, save
from schedules.people.purge import AFTER_LEAVING, AFTER_SILENCE, PURGERS, Forgotten, forget, forget_due
from schedules.people.roles import Grant, Role
from schedules.store import tables
from schedules.store.engine import Store
from schedules.store.tables import metadata
from tests.support.crowd import MORNING, appoint, arrive, clock, join
from tests.support.deliveries import NOON, add_accounts, add_deliveries

WEEK, MONTH = AFTER_LEAVING, AFTER_SILENCE
SECOND = timedelta(seconds=1)


async def counts(store: Store) -> dict[str, int]:
    """How many rows each personal table has."""
    async with store.read() as connection:
        return {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in PURGERS
        }


async def everybody(store: Store) -> set[str]:
    async with store.read() as connection:
        return set((await connection.execute(select(tables.person.c.id))).scalars())


async def insert(store: Store, table: Table, *rows: dict[str, Any]) -> None:
    async with store.write() as connection:
        await connection.execute(table.insert(), list(rows))


async def send_letter(store: Store, post: int, name: str) -> None:
    """A letter of a post to one person, tried, answered and measured."""
    times = {
        "due_at": NOON,
        "planned_at": NOON,
        "expires_at": NOON + timedelta(hours=6),
        "changed_at": NOON,
    }
    fixed = {"post": post, "account": "bot", "campaign": "demo", "state": "sent"} | times
    async with store.write() as connection:
        made = await connection.execute(
            tables.delivery.insert().values(kind=f"letter-{name}", **fixed).returning(tables.delivery.c.id)
        )
        letter = made.scalar_one()
    await insert(
        store, tables.attempt, {"delivery": letter, "number": 1, "ended_at": NOON, "outcome": "sent"}
    )
    await insert(store, tables.response, {"delivery": letter, "answer": "done", "answered_at": NOON})
    row = {"delivery": letter, "hours": 1, "taken_at": NOON, "counts": {}}
    await insert(store, tables.measurement, row)


@dataclass
class Campaign:
    """A store with one post, and how its people are filled in."""

    store: Store
    post: int

    async def fill(self, telegram: int) -> str:
        """Somebody of whom there is a row in every personal table."""
        name = await join(self.store, telegram)
        await traces.leave(self.store, clock(), name, telegram * 10, telegram * 10 + 1)
        await traces.begin(self.store, clock(), name)
        await expecting.expect(self.store, clock(), name, "link:17")
        async with self.store.write() as connection:
            await roles.grant(connection, clock(), name, Grant(Role.CAPTAIN, "city:x"), by="root")
        await send_letter(self.store, self.post, name)
        day = {"campaign": "demo", "day": "release", "city": "x", "person": name}
        await insert(self.store, tables.sign_up, day | {"guests": 0, "signed_at": NOON})
        await insert(self.store, tables.call, day | {"step": "roll-call", "asked_at": NOON})
        return name


@pytest.fixture
async def campaign(store: Store) -> Campaign:
    await add_accounts(store, "bot")
    (post,) = await add_deliveries(store, ["bot"], 1, state="sent")
    return Campaign(store, post)


def refers_to_people(table: Table) -> bool:
    known = {"person", "delivery"} | {found.name for found in PURGERS}
    pointed_at = {key.column.table.name for key in table.foreign_keys}
    return "person" in table.columns or table.name == "person" or bool(pointed_at & known)


def test_every_personal_table_has_a_purger() -> None:
    personal = {table.name for table in metadata.tables.values() if refers_to_people(table)}
    assert personal == {table.name for table in PURGERS}


async def test_every_row_of_one_person_goes_and_none_of_another(campaign: Campaign) -> None:
    one, two = await campaign.fill(1), await campaign.fill(2)
    before = await counts(campaign.store)
    assert all(before.values())
    done = await forget(campaign.store, clock(), one)
    after = await counts(campaign.store)
    assert done == Forgotten(sum(before.values()) - sum(after.values()), None, (10, 11))
    await forget(campaign.store, clock(), two)
    assert await counts(campaign.store) == dict.fromkeys(before, 0) | {"delivery": 1}


async def test_whoever_was_in_charge_leaves_a_handle_behind(campaign: Campaign) -> None:
    name = await appoint(campaign.store, "amal", Grant(Role.ADMIN))
    assert (await forget(campaign.store, clock(), name)).handle == "amal"


async def test_forgetting_nobody_is_no_error(campaign: Campaign) -> None:
    assert await forget(campaign.store, clock(), "f" * 32) == Forgotten(0)


async def test_nobody_is_half_forgotten(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    name = await campaign.fill(1)
    before = await counts(campaign.store)

    async def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(purge, "note_erasure", fail)
    with pytest.raises(RuntimeError):
        await forget(campaign.store, clock(), name)
    assert await counts(campaign.store) == before


async def test_whoever_left_is_forgotten_after_seven_days(campaign: Campaign) -> None:
    leaver = await appoint(campaign.store, "amal", Grant(Role.ADMIN), telegram=1)
    stays = await join(campaign.store, 2)
    await people.left(campaign.store, clock(), leaver)
    await forget_due(campaign.store, SetClock(MORNING + WEEK - SECOND))
    assert await everybody(campaign.store) == {leaver, stays}
    await forget_due(campaign.store, SetClock(MORNING + WEEK))
    assert await everybody(campaign.store) == {stays}


async def test_whoever_is_silent_is_forgotten_after_thirty_days(campaign: Campaign) -> None:
    silent, acts = await join(campaign.store, 1), await join(campaign.store, 2)
    await volunteers.change(campaign.store, acts, active_on=date(2027, 3, 20))
    await add_deliveries(campaign.store, ["bot"], 1, due_at=MORNING + 2 * MONTH, state="planned")
    await forget_due(campaign.store, SetClock(MORNING + MONTH))
    assert await everybody(campaign.store) == {silent, acts}
    await forget_due(campaign.store, SetClock(MORNING + MONTH + timedelta(days=1)))
    assert await everybody(campaign.store) == {acts}


async def test_after_the_campaign_everybody_is_forgotten_but_who_asked_to_stay(campaign: Campaign) -> None:
    stays, goes = await join(campaign.store, 1), await join(campaign.store, 2)
    over = NOON + MONTH + SECOND
    for name in (stays, goes):
        await volunteers.change(campaign.store, name, active_on=over.date())
    await volunteers.change(campaign.store, stays, keep_until=over + timedelta(days=300))
    await forget_due(campaign.store, SetClock(NOON + MONTH))
    assert await everybody(campaign.store) == {stays, goes}
    await forget_due(campaign.store, SetClock(over))
    assert await everybody(campaign.store) == {stays}
    await forget_due(campaign.store, SetClock(over + timedelta(days=300)))
    assert await everybody(campaign.store) == set()


async def test_a_pause_is_no_silence(campaign: Campaign) -> None:
    name = await join(campaign.store)
    await add_deliveries(campaign.store, ["bot"], 1, due_at=MORNING + 4 * MONTH, state="planned")
    await volunteers.change(campaign.store, name, paused_until=MORNING + MONTH)
    await forget_due(campaign.store, SetClock(MORNING + 2 * MONTH - SECOND))
    assert await everybody(campaign.store) == {name}
    await forget_due(campaign.store, SetClock(MORNING + 2 * MONTH))
    assert await everybody(campaign.store) == set()


async def test_people_in_charge_are_kept_and_who_serves_nothing_any_more_is_not(campaign: Campaign) -> None:
    admin = await appoint(campaign.store, "amal", Grant(Role.ADMIN), telegram=1)
    await arrive(campaign.store, 2)
    await forget_due(campaign.store, SetClock(MORNING + MONTH))
    assert await everybody(campaign.store) == {admin}


async def test_what_is_of_no_more_use_goes(campaign: Campaign) -> None:
    name = await join(campaign.store)
    await traces.leave(campaign.store, clock(), name, 5)
    await traces.begin(campaign.store, clock(), name)
    await expecting.expect(campaign.store, clock(), name, "code")
    async with campaign.store.write() as connection:
        old = Invite(new_id(), "demo", "captain", MORNING, handle="amal")
        await save(connection, clock(), old, by="root")
    asked = {"campaign": "demo", "day": "release", "city": "x", "step": "roll", "person": name}
    await insert(campaign.store, tables.call, asked | {"asked_at": MORNING})
    await forget_due(campaign.store, SetClock(MORNING + traces.LIVES + purge.TOO_OLD_TO_DELETE))
    after = await counts(campaign.store)
    assert (after["trace"], after["under_way"], after["expecting"], after["call"]) == (0, 0, 0, 1)
    await forget_due(campaign.store, SetClock(MORNING + purge.AFTER_CALL))
    assert (await counts(campaign.store))["call"] == 0
    await forget_due(campaign.store, SetClock(MORNING + MONTH))
    async with campaign.store.read() as connection:
        assert (await connection.execute(select(tables.invite.c.id))).all() == []


async def test_many_are_forgotten_at_once(campaign: Campaign) -> None:
    for telegram in range(1, 4):
        await campaign.fill(telegram)
    async with campaign.store.write() as connection:
        await connection.execute(update(tables.person).values(left_at=MORNING))
    await forget_due(campaign.store, SetClock(MORNING + WEEK))
    assert await everybody(campaign.store) == set()


async def test_what_was_erased_is_noted_and_nothing_else_is(campaign: Campaign) -> None:
    await forget_due(campaign.store, clock())
    assert await _noted(campaign.store) == []
    await forget(campaign.store, clock(), await campaign.fill(1))
    assert await _noted(campaign.store) == [MORNING]
    later = SetClock(MORNING + SECOND)
    await forget(campaign.store, later, await campaign.fill(1))
    assert await _noted(campaign.store) == [MORNING + SECOND]


async def _noted(store: Store) -> list[Any]:
    async with store.read() as connection:
        return list((await connection.execute(select(tables.erasure.c.at))).scalars())
