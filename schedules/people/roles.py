"""Who may do what, and where: roles within scopes. What nobody granted is denied."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import Phrase, later
from schedules.clock import Clock
from schedules.store.engine import Store
from schedules.store.tables import person, role
from schedules.store.upsert import insert_new

EVERYTHING: Final = "everything"


class Role(StrEnum):
    """What a person in charge may do."""

    VIEWER = "viewer"
    """Looks."""
    EDITOR = "editor"
    """Looks, and writes and moves posts."""
    APPROVER = "approver"
    """An editor who also lets posts go out and takes them back."""
    CAPTAIN = "captain"
    """Looks after one city: its volunteers, its group, its action day."""
    ADMIN = "admin"
    """Everything: accounts, roles, exports, the wipe."""


CALLED: Final[Mapping[Role, Phrase]] = {
    Role.VIEWER: later("viewer"),
    Role.EDITOR: later("editor"),
    Role.APPROVER: later("approver"),
    Role.CAPTAIN: later("captain"),
    Role.ADMIN: later("admin"),
}
"""What people call the roles."""

INCLUDES: Final[Mapping[Role, AbstractSet[Role]]] = {
    Role.VIEWER: frozenset({Role.VIEWER}),
    Role.EDITOR: frozenset({Role.VIEWER, Role.EDITOR}),
    Role.APPROVER: frozenset({Role.VIEWER, Role.EDITOR, Role.APPROVER}),
    Role.CAPTAIN: frozenset({Role.VIEWER, Role.CAPTAIN}),
    Role.ADMIN: frozenset(Role),
}
"""Which roles a role stands for."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One role within one scope: ``everything``, or ``campaign:``, ``city:``, ``language:``, ``account:``, ``partner:`` and an id."""

    role: Role
    scope: str = EVERYTHING

    def allows(self, wanted: Role, scopes: AbstractSet[str]) -> bool:
        """Whether it lets its holder act as ``wanted`` on something that these scopes cover."""
        return wanted in INCLUDES[self.role] and self.scope in scopes


async def of(store: Store, name: str) -> tuple[Grant, ...]:
    """What a person was granted."""
    async with store.read() as connection:
        rows = await connection.execute(
            select(role.c.name, role.c.scope)
            .where(role.c.person == name)
            .order_by(role.c.name, role.c.scope)
        )
        return tuple(Grant(Role(row.name), row.scope) for row in rows)


async def holders(store: Store, wanted: Role, scopes: AbstractSet[str]) -> tuple[str, ...]:
    """The pseudonyms of everybody who may act as ``wanted`` on something that these scopes cover."""
    async with store.read() as connection:
        rows = await connection.execute(
            select(role.c.person, role.c.name, role.c.scope)
            .join(person, person.c.id == role.c.person)
            .where(role.c.scope.in_(scopes), person.c.left_at.is_(None), person.c.locked_at.is_(None))
            .order_by(role.c.granted_at, role.c.person)
        )
        found = [row.person for row in rows if Grant(Role(row.name), row.scope).allows(wanted, scopes)]
    return tuple(dict.fromkeys(found))


async def grant(connection: AsyncConnection, clock: Clock, name: str, given: Grant, by: str) -> None:
    """Give a person a role; giving it twice changes nothing."""
    row = {"person": name, "name": given.role.value, "scope": given.scope}
    await insert_new(connection, role, [row | {"granted_by": by, "granted_at": clock.now()}])


async def withdraw(connection: AsyncConnection, name: str, given: Grant) -> bool:
    """Take a role back. Whether it was there."""
    gone = await connection.execute(
        delete(role).where(
            role.c.person == name, role.c.name == given.role.value, role.c.scope == given.scope
        )
    )
    return bool(gone.rowcount)
