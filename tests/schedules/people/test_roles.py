import pytest

from schedules.people import people, roles
from schedules.people.roles import INCLUDES, Grant, Role
from schedules.store.engine import Store
from tests.support.crowd import MORNING, appoint, arrive, clock

BERLIN = frozenset({"everything", "city:berlin", "campaign:demo"})


@pytest.mark.parametrize("role", Role)
def test_every_role_may_look(role: Role) -> None:
    assert Grant(role).allows(Role.VIEWER, BERLIN)


@pytest.mark.parametrize("role", Role)
def test_an_admin_stands_for_every_role_and_nobody_else_does(role: Role) -> None:
    assert Grant(Role.ADMIN).allows(role, BERLIN)
    assert (INCLUDES[role] == set(Role)) == (role is Role.ADMIN)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (Role.VIEWER, Role.EDITOR),
        (Role.EDITOR, Role.APPROVER),
        (Role.EDITOR, Role.CAPTAIN),
        (Role.APPROVER, Role.CAPTAIN),
        (Role.APPROVER, Role.ADMIN),
        (Role.CAPTAIN, Role.EDITOR),
    ],
)
def test_a_role_does_not_stand_for_another(held: Role, wanted: Role) -> None:
    assert not Grant(held).allows(wanted, BERLIN)


def test_a_grant_holds_within_its_scope_alone() -> None:
    assert Grant(Role.CAPTAIN, "city:berlin").allows(Role.CAPTAIN, BERLIN)
    assert not Grant(Role.CAPTAIN, "city:paris").allows(Role.CAPTAIN, BERLIN)
    assert not Grant(Role.CAPTAIN, "city:berlin").allows(Role.CAPTAIN, frozenset({"everything"}))


async def test_what_nobody_granted_is_denied(store: Store) -> None:
    assert await roles.of(store, await arrive(store)) == ()


async def test_granting_twice_is_granting_once(store: Store) -> None:
    given = Grant(Role.EDITOR, "language:tr")
    name = await appoint(store, "amal", given, given, Grant(Role.CAPTAIN, "city:izmir"))
    assert await roles.of(store, name) == (Grant(Role.CAPTAIN, "city:izmir"), given)


async def test_a_role_is_taken_back_alone(store: Store) -> None:
    name = await appoint(store, "amal", Grant(Role.EDITOR), Grant(Role.EDITOR, "language:tr"))
    async with store.write() as connection:
        assert await roles.withdraw(connection, name, Grant(Role.EDITOR))
        assert not await roles.withdraw(connection, name, Grant(Role.EDITOR))
    assert await roles.of(store, name) == (Grant(Role.EDITOR, "language:tr"),)


async def test_holders_are_those_whose_role_and_scope_fit(store: Store) -> None:
    captain = await appoint(store, "amal", Grant(Role.CAPTAIN, "city:berlin"), telegram=1)
    admin = await appoint(store, "sami", Grant(Role.ADMIN), Grant(Role.CAPTAIN), telegram=2)
    await appoint(store, "ines", Grant(Role.CAPTAIN, "city:paris"), telegram=3)
    await appoint(store, "noor", Grant(Role.APPROVER, "city:berlin"), telegram=4)
    assert set(await roles.holders(store, Role.CAPTAIN, BERLIN)) == {captain, admin}
    assert len(await roles.holders(store, Role.CAPTAIN, BERLIN)) == 2


@pytest.mark.parametrize("column", ["left_at", "locked_at"])
async def test_whoever_left_or_is_locked_holds_nothing(store: Store, column: str) -> None:
    name = await appoint(store, "amal", Grant(Role.ADMIN))
    await people.change(store, name, {column: MORNING})
    assert await roles.holders(store, Role.ADMIN, BERLIN) == ()


async def test_a_role_cannot_be_given_to_nobody(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        async with store.write() as connection:
            await roles.grant(connection, clock(), "f" * 32, Grant(Role.ADMIN), by="root")
