from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from schedules.commands import invites as commands
from schedules.commands.actor import Actor
from schedules.errors import CodeNeeded, Forbidden, InviteInvalid, ScheduleError
from schedules.people import audit, invites, people, roles
from schedules.people.audit import Journal
from schedules.people.invites import VOLUNTEER, Invite, new_id
from schedules.people.roles import Grant, Role
from schedules.store.engine import Store
from tests.support.crowd import MORNING, TELEGRAM, VAULT, appoint, clock
from tests.support.deliveries import add_accounts

ROOT = Actor("root", journal=Journal(VAULT, clock()))
CAPTAIN = Actor("noor", (Grant(Role.CAPTAIN, "city:berlin"),))
WEEK = MORNING + timedelta(days=7)


def in_charge(**values: Any) -> Invite:
    return replace(Invite(new_id(), None, "approver", WEEK, "city:berlin", handle="amal"), **values)


def for_volunteers(**values: Any) -> Invite:
    return replace(Invite(new_id(), "demo", VOLUNTEER, WEEK, city="berlin"), **values)


async def make(store: Store, new: Invite, actor: Actor = ROOT, *, guarded: bool = True) -> Invite:
    return await commands.invite(store, clock(), actor, new, guarded=guarded)


@pytest.fixture
async def campaign(store: Store) -> Store:
    """A store with the campaign ``demo``."""
    await add_accounts(store)
    return store


async def come(store: Store, invite: Invite, telegram: int = TELEGRAM) -> str:
    return await commands.accept(store, VAULT, clock(), telegram, invite.id, "ar")


async def test_the_first_admin_comes_by_a_link_of_the_command_line(store: Store) -> None:
    name = await come(store, await make(store, in_charge(role="admin", scope="everything")))
    assert await roles.of(store, name) == (Grant(Role.ADMIN),)
    found = await people.find(store, VAULT, TELEGRAM)
    assert found is not None
    assert (found.id, found.handle, found.language) == (name, "amal", "ar")
    assert [(one.actor, one.act, one.object) for one in await audit.records(store, 10)] == [
        ("amal", "came in", "admin everything"),
        ("root", "invited", "amal"),
    ]


async def test_a_link_lets_one_person_be_in_charge(store: Store) -> None:
    invite = await make(store, in_charge())
    await come(store, invite)
    with pytest.raises(InviteInvalid):
        await come(store, invite, 7)


async def test_whoever_is_known_is_given_another_role(store: Store) -> None:
    name = await appoint(store, "amal", Grant(Role.EDITOR))
    assert await come(store, await make(store, in_charge())) == name
    assert set(await roles.of(store, name)) == {
        Grant(Role.EDITOR),
        Grant(Role.APPROVER, "city:berlin"),
    }


async def test_nobody_takes_over_the_name_of_another(store: Store) -> None:
    await appoint(store, "amal", Grant(Role.EDITOR), telegram=7)
    invite = await make(store, in_charge())
    with pytest.raises(ScheduleError, match="Somebody else acts as amal"):
        await come(store, invite)
    assert (await invites.look(store, clock(), invite.id)).uses == 1


async def test_nobody_acts_under_two_names(store: Store) -> None:
    await appoint(store, "sami", Grant(Role.EDITOR))
    invite = await make(store, in_charge())
    with pytest.raises(ScheduleError, match="another name already"):
        await come(store, invite)


async def test_a_link_for_volunteers_puts_nobody_in_charge(campaign: Store) -> None:
    invite = await make(campaign, for_volunteers())
    with pytest.raises(InviteInvalid):
        await come(campaign, invite)


async def test_a_captain_invites_volunteers_of_their_city_alone(campaign: Store) -> None:
    await make(campaign, for_volunteers(), CAPTAIN)
    for elsewhere in (for_volunteers(city="paris"), for_volunteers(city=None), in_charge()):
        with pytest.raises(Forbidden):
            await make(campaign, elsewhere, CAPTAIN)


async def test_an_admin_invites_people_in_charge_of_their_scope_alone_and_by_code(store: Store) -> None:
    berlin = (Grant(Role.ADMIN, "city:berlin"),)
    await make(store, in_charge(), Actor("ines", berlin, proven=True))
    with pytest.raises(CodeNeeded):
        await make(store, in_charge(), Actor("ines", berlin))
    with pytest.raises(Forbidden):
        await make(store, in_charge(scope="everything"), Actor("ines", berlin, proven=True))


async def test_in_a_guarded_city_a_link_lets_in_one(campaign: Store) -> None:
    with pytest.raises(ScheduleError, match="guarded city"):
        await make(campaign, for_volunteers(uses=2))
    await make(campaign, for_volunteers(uses=2), guarded=False)


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (in_charge(expires_at=MORNING), "ended before"),
        (in_charge(uses=2), "one person"),
        (in_charge(handle=None), "names them by a handle"),
        (in_charge(handle="Amal K"), "short handle"),
        (in_charge(role="boss"), "no role 'boss'"),
        (in_charge(scope="planet:earth"), "no scope"),
        (for_volunteers(uses=0), "one person or more"),
        (for_volunteers(campaign=None), "which campaign"),
        (for_volunteers(campaign="other"), "no campaign 'other'. Known: demo"),
        (for_volunteers(handle="amal"), "names nobody"),
    ],
)
async def test_what_cannot_be_is_explained_and_not_kept(campaign: Store, new: Invite, told: str) -> None:
    with pytest.raises(ScheduleError, match=told):
        await make(campaign, new)
    assert await commands.open_invites(campaign, clock(), ROOT) == []


async def test_open_links_are_listed_to_whoever_may_revoke_them(campaign: Store) -> None:
    ours = await make(campaign, for_volunteers())
    theirs = await make(campaign, in_charge(expires_at=WEEK + timedelta(days=1)))
    assert await commands.open_invites(campaign, clock(), ROOT) == [ours, theirs]
    assert await commands.open_invites(campaign, clock(), CAPTAIN) == [ours]
    await come(campaign, theirs)
    assert await commands.open_invites(campaign, clock(), ROOT) == [ours]


async def test_a_link_is_revoked_by_whoever_could_have_made_it(campaign: Store) -> None:
    ours, theirs = await make(campaign, for_volunteers()), await make(campaign, in_charge())
    with pytest.raises(Forbidden):
        await commands.revoke(campaign, clock(), CAPTAIN, theirs.id)
    await commands.revoke(campaign, clock(), CAPTAIN, ours.id)
    with pytest.raises(InviteInvalid):
        await commands.revoke(campaign, clock(), CAPTAIN, ours.id)
    await come(campaign, theirs)
