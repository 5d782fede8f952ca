import base64
from datetime import timedelta

import pytest

from schedules.commands import people as commands
from schedules.commands.actor import Actor
from schedules.commands.people import InCharge, Volunteers, actor_of
from schedules.errors import CodeNeeded, Forbidden, PersonUnknown, ScheduleError
from schedules.people import audit, people, secondfactor
from schedules.people.audit import Journal
from schedules.people.roles import Grant, Role
from schedules.people.secondfactor import code_at, prove, step_at
from schedules.store.engine import Store
from tests.support.crowd import MORNING, VAULT, appoint, arrive, clock, enrolled, join
from tests.support.deliveries import add_accounts

ADMIN = Actor("root", (Grant(Role.ADMIN),), proven=True, journal=Journal(VAULT, clock()))
BERLIN = Actor("ines", (Grant(Role.ADMIN, "city:berlin"),), proven=True)
EDITOR = Grant(Role.EDITOR, "language:tr")


async def actor(store: Store, name: str) -> Actor:
    """Whom somebody acts as."""
    found = await people.get(store, name)
    assert found is not None
    return await actor_of(store, VAULT, clock(), found)


async def records(store: Store) -> list[tuple[str, str, str]]:
    """Who did what, the oldest first."""
    return [(one.actor, one.act, one.object) for one in reversed(await audit.records(store, 100))]


async def test_somebody_in_charge_acts_by_their_handle_with_what_they_were_granted(store: Store) -> None:
    found = await actor(store, await appoint(store, "amal", EDITOR))
    assert found == Actor("amal", (EDITOR,), proven=False)
    assert found.journal is not None


async def test_a_volunteer_acts_by_pseudonym_and_may_do_nothing(store: Store) -> None:
    name = await arrive(store)
    assert await actor(store, name) == Actor(name, (), proven=False)


async def test_a_code_makes_them_proven(store: Store) -> None:
    name = await appoint(store, "amal", EDITOR)
    enrolment = await enrolled(store, name)
    code = code_at(base64.b32decode(enrolment.secret), step_at(MORNING))
    await prove(store, VAULT, clock(), name, code)
    assert (await actor(store, name)).proven


@pytest.mark.parametrize("column", ["left_at", "locked_at"])
async def test_what_was_granted_sleeps_while_they_are_locked_or_away(store: Store, column: str) -> None:
    name = await appoint(store, "amal", EDITOR)
    await people.change(store, name, {column: MORNING, "open_until": MORNING + timedelta(days=1)})
    found = await actor(store, name)
    assert found.grants == ()
    assert not found.may_somewhere(*Role)


async def test_a_role_is_granted_and_withdrawn_and_both_are_recorded(store: Store) -> None:
    name = await appoint(store, "amal")
    await commands.grant(store, clock(), ADMIN, "amal", EDITOR)
    assert (await actor(store, name)).grants == (EDITOR,)
    await commands.withdraw(store, ADMIN, "amal", EDITOR)
    assert (await actor(store, name)).grants == ()
    assert await records(store) == [
        ("root", "granted", "amal: editor language:tr"),
        ("root", "withdrew", "amal: editor language:tr"),
    ]


async def test_what_they_do_not_have_is_not_withdrawn(store: Store) -> None:
    await appoint(store, "amal", EDITOR)
    with pytest.raises(ScheduleError, match="amal is not editor of everything"):
        await commands.withdraw(store, ADMIN, "amal", Grant(Role.EDITOR))


async def test_nobody_grants_beyond_their_own_scope(store: Store) -> None:
    name = await appoint(store, "amal")
    inside = Grant(Role.CAPTAIN, "city:berlin")
    await commands.grant(store, clock(), BERLIN, "amal", inside)
    for outside in (Grant(Role.CAPTAIN, "city:paris"), Grant(Role.VIEWER)):
        with pytest.raises(Forbidden):
            await commands.grant(store, clock(), BERLIN, "amal", outside)
    assert (await actor(store, name)).grants == (inside,)


async def test_whoever_is_not_proven_grants_nothing(store: Store) -> None:
    await appoint(store, "amal")
    unproven = Actor("root", (Grant(Role.ADMIN),))
    with pytest.raises(CodeNeeded):
        await commands.grant(store, clock(), unproven, "amal", EDITOR)


async def test_nobody_and_nowhere_are_explained(store: Store) -> None:
    with pytest.raises(PersonUnknown):
        await commands.grant(store, clock(), ADMIN, "amal", EDITOR)
    await appoint(store, "amal")
    with pytest.raises(ScheduleError, match="no scope"):
        await commands.grant(store, clock(), ADMIN, "amal", Grant(Role.EDITOR, "planet:earth"))


async def test_a_lost_phone_opens_nothing_and_its_second_factor_is_void(store: Store) -> None:
    name = await appoint(store, "amal", EDITOR)
    await enrolled(store, name)
    await people.change(store, name, {"open_until": MORNING + timedelta(minutes=15)})
    assert (await actor(store, name)).proven
    await commands.lock(store, clock(), ADMIN, "amal")
    assert await actor(store, name) == Actor("amal", (), proven=False)
    assert not await secondfactor.has_one(store, name)
    await commands.unlock(store, ADMIN, "amal")
    assert await actor(store, name) == Actor("amal", (EDITOR,), proven=False)


async def test_locking_asks_for_no_code_and_unlocking_does(store: Store) -> None:
    await appoint(store, "amal", EDITOR)
    unproven = Actor("root", (Grant(Role.ADMIN),))
    await commands.lock(store, clock(), unproven, "amal")
    with pytest.raises(CodeNeeded):
        await commands.unlock(store, unproven, "amal")


async def test_locking_twice_is_recorded_once(store: Store) -> None:
    await appoint(store, "amal", EDITOR)
    for _ in range(2):
        await commands.lock(store, clock(), ADMIN, "amal")
    assert await records(store) == [("root", "locked", "amal")]


async def test_nobody_locks_out_whoever_stands_above_them(store: Store) -> None:
    await appoint(store, "amal", Grant(Role.CAPTAIN, "city:berlin"), telegram=1)
    await appoint(store, "sami", Grant(Role.CAPTAIN, "city:berlin"), Grant(Role.ADMIN), telegram=2)
    await commands.lock(store, clock(), BERLIN, "amal")
    with pytest.raises(Forbidden):
        await commands.lock(store, clock(), BERLIN, "sami")


async def test_everybody_in_charge_is_listed_and_no_volunteer_is(store: Store) -> None:
    name = await appoint(store, "sami", EDITOR, telegram=1)
    await appoint(store, "amal", telegram=2)
    await arrive(store, 3)
    await enrolled(store, name, "sami")
    await people.left(store, clock(), name)
    assert await commands.in_charge(store, ADMIN) == (
        InCharge("amal", (), has_second_factor=False, locked_at=None, left_at=None),
        InCharge("sami", (EDITOR,), has_second_factor=True, locked_at=None, left_at=MORNING),
    )


async def test_an_admin_of_a_city_sees_who_is_in_charge_there_and_nothing_else_of_them(
    store: Store,
) -> None:
    await appoint(store, "sami", EDITOR, Grant(Role.CAPTAIN, "city:berlin"), telegram=1)
    await appoint(store, "omar", Grant(Role.CAPTAIN, "city:paris"), telegram=2)
    await appoint(store, "ines", telegram=3)
    found = await commands.in_charge(store, BERLIN)
    assert [(one.handle, one.grants) for one in found] == [("sami", (Grant(Role.CAPTAIN, "city:berlin"),))]


async def test_volunteers_are_counted_where_one_may_look_and_a_few_are_not_counted_out(
    store: Store,
) -> None:
    await add_accounts(store)
    for telegram in range(5):
        await join(store, telegram)
    for telegram in range(5, 9):
        await join(store, telegram, city="berlin", language="de", partner="union")
    await join(store, 9, city=None)
    assert await commands.volunteers(store, ADMIN) == (
        Volunteers(None, "ar", None),
        Volunteers("aleppo", "ar", 5),
        Volunteers("berlin", "de", None),
    )
    for scope in ("city:berlin", "language:de", "partner:union"):
        viewer = Actor("amal", (Grant(Role.VIEWER, scope),))
        assert await commands.volunteers(store, viewer) == (Volunteers("berlin", "de", None),)
