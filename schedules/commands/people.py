"""Who is in charge of what: granting, locking a lost phone, and counting volunteers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from content.later import later
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.scopes import checked, named, of_scope
from schedules.errors import ScheduleError
from schedules.people import people, roles, secondfactor
from schedules.people.audit import Journal
from schedules.people.days import FEW
from schedules.people.people import Person
from schedules.people.roles import Grant, Role
from schedules.store import tables
from schedules.store.engine import Store


@dataclass(frozen=True, slots=True)
class InCharge:
    """Somebody in charge. ``locked_at`` and ``left_at`` are in UTC."""

    handle: str
    grants: tuple[Grant, ...]
    has_second_factor: bool
    locked_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class Volunteers:
    """How many volunteers of a city speak a language; ``number`` is ``None`` where they are fewer than five."""

    city: str | None
    language: str
    number: int | None


async def actor_of(store: Store, vault: Vault, clock: Clock, person: Person) -> Actor:
    """The actor that somebody is who came to the bot: nobody's grants count who is locked or has left."""
    is_away = person.locked_at is not None or person.left_at is not None
    return Actor(
        person.handle or person.id,
        grants=() if is_away else await roles.of(store, person.id),
        proven=await secondfactor.is_proven(store, clock, person.id),
        journal=Journal(vault, clock),
    )


async def grant(store: Store, clock: Clock, actor: Actor, handle: str, given: Grant) -> None:
    """Give a role to somebody who has come to the bot.

    Raises:
        Forbidden: They are no admin of that scope.
        CodeNeeded: Their second factor was not shown.
        PersonUnknown: Nobody with that handle has come.
        ScheduleError: There is no such scope.
    """
    actor.require(Role.ADMIN, {given.scope})
    actor.require_proof()
    checked(given.scope)
    person = await people.called(store, handle)
    async with store.write() as connection:
        await roles.grant(connection, clock, person.id, given, by=actor.name)
        await actor.record(connection, "granted", f"{handle}: {given.role} {given.scope}")


async def withdraw(store: Store, actor: Actor, handle: str, given: Grant) -> None:
    """Take a role back.

    Raises:
        Forbidden: They are no admin of that scope.
        CodeNeeded: Their second factor was not shown.
        PersonUnknown: Nobody with that handle has come.
        ScheduleError: They do not have it.
    """
    actor.require(Role.ADMIN, {given.scope})
    actor.require_proof()
    person = await people.called(store, handle)
    async with store.write() as connection:
        if not await roles.withdraw(connection, person.id, given):
            raise ScheduleError(
                f"{handle} is not {given.role} of {given.scope}. See: munasara people list",
                later("{handle} does not have that role there. See: /team", handle=handle),
            )
        await actor.record(connection, "withdrew", f"{handle}: {given.role} {given.scope}")


async def lock(store: Store, clock: Clock, actor: Actor, handle: str) -> None:
    """Lock somebody out, whose phone was lost: what they were granted sleeps, and they need a new second factor.

    Asks for no code. Locking twice changes nothing.

    Raises:
        Forbidden: They are no admin of everything that this person was granted.
        PersonUnknown: Nobody with that handle has come.
    """
    person = await _of_theirs(store, actor, handle)
    closed = {
        "locked_at": clock.now(),
        "open_until": None,
        "enrol_until": None,
        "totp": None,
        "totp_step": None,
    }
    columns = tables.person.c
    async with store.write() as connection:
        done = await connection.execute(
            update(tables.person).where(columns.id == person.id, columns.locked_at.is_(None)).values(closed)
        )
        if done.rowcount:
            await actor.record(connection, "locked", handle)


async def unlock(store: Store, actor: Actor, handle: str) -> None:
    """Let somebody in again, with what they were granted before.

    Raises:
        Forbidden: They are no admin of everything that this person was granted.
        CodeNeeded: Their second factor was not shown.
        PersonUnknown: Nobody with that handle has come.
    """
    actor.require_somewhere(Role.ADMIN)
    actor.require_proof()
    person = await _of_theirs(store, actor, handle)
    async with store.write() as connection:
        await connection.execute(
            update(tables.person).where(tables.person.c.id == person.id).values(locked_at=None)
        )
        await actor.record(connection, "unlocked", handle)


async def in_charge(store: Store, actor: Actor) -> tuple[InCharge, ...]:
    """Everybody in charge of what they are an admin of, by handle; an admin of everything also sees who was granted nothing.

    Raises:
        Forbidden: They are nowhere an admin.
    """
    actor.require_somewhere(Role.ADMIN)
    columns = tables.person.c
    async with store.read() as connection:
        rows = await connection.execute(
            select(columns.id, columns.handle, columns.totp, columns.locked_at, columns.left_at)
            .where(columns.handle.is_not(None))
            .order_by(columns.handle)
        )
        found = rows.all()
    everybody = [await _in_charge(store, actor, row) for row in found]
    return tuple(one for one in everybody if one.grants or actor.may(Role.ADMIN))


async def volunteers(store: Store, actor: Actor) -> tuple[Volunteers, ...]:
    """How many volunteers there are where they may look, by city and language. Nobody is named.

    Raises:
        Forbidden: They have no role.
    """
    actor.require_somewhere(Role.VIEWER)
    columns = tables.volunteer.c
    kinds = (columns.city, columns.language, columns.campaign, columns.partner)
    async with store.read() as connection:
        rows = (
            await connection.execute(select(*kinds, func.count().label("number")).group_by(*kinds))
        ).all()
    counts: Counter[tuple[str | None, str]] = Counter()
    for row in rows:
        scopes = named(campaign=row.campaign, city=row.city, language=row.language, partner=row.partner)
        if actor.may(Role.VIEWER, scopes):
            counts[row.city, row.language] += row.number
    return _told(counts)


async def _in_charge(store: Store, actor: Actor, row: Any) -> InCharge:
    every = await roles.of(store, row.id)
    async with store.read() as connection:
        covering = [await of_scope(connection, given.scope) for given in every]
    grants = tuple(
        given for given, scopes in zip(every, covering, strict=True) if actor.may(Role.ADMIN, scopes)
    )
    return InCharge(row.handle, grants, row.totp is not None, row.locked_at, row.left_at)


def _told(counts: Mapping[tuple[str | None, str], int]) -> tuple[Volunteers, ...]:
    by_name = sorted(counts.items(), key=lambda one: (one[0][0] or "", one[0][1]))
    return tuple(
        Volunteers(city, language, number if number >= FEW else None)
        for (city, language), number in by_name
    )


async def _of_theirs(store: Store, actor: Actor, handle: str) -> Person:
    """Somebody over whom they are an admin: of everything that was granted there."""
    actor.require_somewhere(Role.ADMIN)
    person = await people.called(store, handle)
    for given in await roles.of(store, person.id):
        actor.require(Role.ADMIN, {given.scope})
    return person
