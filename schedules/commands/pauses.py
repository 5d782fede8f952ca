"""Stopping at once, by one person; starting again, by two."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import CompoundSelect, Select, bindparam, delete, func, select, text, true, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import later
from schedules.accounts.accounts import REMOVED
from schedules.clock import Clock
from schedules.commands.actor import COORDINATORS, Actor
from schedules.commands.scopes import called, of_scope
from schedules.errors import Forbidden, ScheduleError
from schedules.ledger.control import WIPED
from schedules.people.roles import EVERYTHING, Role
from schedules.planning.kits import places
from schedules.store import tables
from schedules.store.columns import Instant
from schedules.store.engine import Store

_PAUSE: Final = (
    text("""
INSERT INTO pause (scope, actor, paused_at) VALUES (:scope, :actor, :paused_at)
ON CONFLICT (scope) DO UPDATE SET resume_asked_by = NULL
RETURNING scope, actor, paused_at, resume_asked_by
""")
    .bindparams(bindparam("paused_at", type_=Instant))
    .columns(*tables.pause.c)
)


_CONNECTED: Final = tables.account.c.held.is_distinct_from(REMOVED)


def _everywhere(kind: str) -> CompoundSelect[str]:
    """The names of what is known by the posts, connected accounts, volunteers or roles that belong to it."""
    belonging = [
        select(table.c[kind]).where(table.c[kind].is_not(None), condition)
        for table, condition in (
            (tables.delivery, true()),
            (tables.account, _CONNECTED),
            (tables.volunteer, true()),
        )
    ]
    granted = select(func.substr(tables.role.c.scope, len(kind) + 2)).where(
        tables.role.c.scope.startswith(f"{kind}:")
    )
    return union(*belonging, granted)


_KNOWN: Final[Mapping[str, Select[str] | CompoundSelect[str]]] = {
    "campaign": select(tables.campaign.c.id),
    "city": _everywhere("city"),
    "partner": _everywhere("partner"),
    "account": select(tables.account.c.id).where(_CONNECTED),
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pause:
    """What is stopped, by whom and since when (UTC), and who has asked to start it again."""

    scope: str
    actor: str
    paused_at: datetime
    resume_asked_by: str | None = None


class Resumed(StrEnum):
    """What asking to start again has done."""

    ASKED = "asked"
    """Recorded; it stays paused until another person asks as well."""
    RESUMED = "resumed"


async def pause(store: Store, clock: Clock, actor: Actor, scope: str) -> Pause:
    """Stop every send in a scope, at once. Repeating it takes back a wish to resume and nothing else.

    Args:
        scope: ``everything``, or one of ``campaign:``, ``city:``, ``partner:``, ``account:`` and an id.

    Raises:
        Forbidden: They have no role there but that of a viewer.
        ScheduleError: There is no such scope; nothing was paused.
    """
    async with store.write() as connection:
        actor.require_coordinator(await of_scope(connection, scope))
        await _check(connection, scope)
        stopped = await stop(connection, clock, actor, scope)
        await actor.record(connection, "paused", scope)
    log.warning("paused", scope=scope)
    return stopped


async def stop(connection: AsyncConnection, clock: Clock, actor: Actor, scope: str) -> Pause:
    """The same within a transaction, of somebody who may, for a scope that exists; it records nothing."""
    values = {"scope": scope, "actor": actor.name, "paused_at": clock.now()}
    return Pause(*(await connection.execute(_PAUSE, values)).one())


async def resume(store: Store, clock: Clock, actor: Actor, scope: str) -> Resumed:
    """Start a paused scope again, once two different people have asked for it.

    Raises:
        Forbidden: They are no approver there; or asked before, and another must.
        CodeNeeded: Their second factor was not shown.
        ScheduleError: The scope is not paused, or the installation was wiped.
    """
    del clock
    async with store.write() as connection:
        actor.require(Role.APPROVER, await of_scope(connection, scope))
        actor.require_proof()
        outcome = await _resume(connection, actor, scope)
        await actor.record(connection, outcome.value, scope)
    log.warning("resumed" if outcome is Resumed.RESUMED else "resume asked", scope=scope)
    return outcome


async def paused(store: Store) -> tuple[Pause, ...]:
    """Everything that is paused now, the oldest first."""
    columns = tables.pause.c
    async with store.read() as connection:
        rows = await connection.execute(select(tables.pause).order_by(columns.paused_at, columns.scope))
        return tuple(Pause(*row) for row in rows)


async def stoppable(store: Store, actor: Actor) -> tuple[str, ...]:
    """What they may stop: campaigns, cities, partners and accounts, each by name.

    Raises:
        Forbidden: They have no role at all.
    """
    actor.require_somewhere(Role.VIEWER)
    async with store.read() as connection:
        found = [f"{kind}:{name}" for kind in _KNOWN for name in await _names(connection, kind)]
        covering = [await of_scope(connection, scope) for scope in found]
    return tuple(
        scope
        for scope, scopes in zip(found, covering, strict=True)
        if any(actor.may(role, scopes) for role in COORDINATORS)
    )


async def seen(store: Store, actor: Actor) -> tuple[Pause, ...]:
    """What is paused now of what they may see, and whether everything is; the oldest first.

    Raises:
        Forbidden: They have no role at all.
    """
    actor.require_somewhere(Role.VIEWER)
    every = await paused(store)
    async with store.read() as connection:
        covering = [await of_scope(connection, each.scope) for each in every]
    return tuple(
        each
        for each, scopes in zip(every, covering, strict=True)
        if each.scope == EVERYTHING or actor.may(Role.VIEWER, scopes)
    )


async def _resume(connection: AsyncConnection, actor: Actor, scope: str) -> Resumed:
    if scope == WIPED:
        raise ScheduleError(
            "This installation was wiped; nothing in it can be started again. Any other command says how to begin anew.",
            later("This installation was wiped; nothing in it can be started again."),
        )
    columns = tables.pause.c
    found = await _find(connection, scope)
    if found is None:
        raise await _not_paused(connection, scope)
    if found.resume_asked_by is None:
        asked = update(tables.pause).where(columns.scope == scope).values(resume_asked_by=actor.name)
        await connection.execute(asked)
        return Resumed.ASKED
    if found.resume_asked_by == actor.name:
        raise Forbidden(
            f"You have asked to resume {scope} already. It stays paused until another person asks: "
            f"`munasara resume {scope}`.",
            later(
                "You have asked already. It stays stopped until another person asks too: {scope}",
                scope=called(scope),
            ),
        )
    await connection.execute(delete(tables.pause).where(columns.scope == scope))
    return Resumed.RESUMED


async def _find(connection: AsyncConnection, scope: str) -> Pause | None:
    found = select(tables.pause).where(tables.pause.c.scope == scope).with_for_update()
    row = (await connection.execute(found)).one_or_none()
    return None if row is None else Pause(*row)


async def _not_paused(connection: AsyncConnection, scope: str) -> ScheduleError:
    scopes = select(tables.pause.c.scope).order_by(tables.pause.c.scope)
    names = ", ".join((await connection.execute(scopes)).scalars())
    now = f"Paused now: {names}." if names else "Nothing is paused."
    return ScheduleError(
        f"{scope!r:.80} is not paused. {now}", later("This is not stopped: {scope}", scope=called(scope))
    )


async def _check(connection: AsyncConnection, scope: str) -> None:
    if scope == EVERYTHING:
        return
    kind, colon, name = scope.partition(":")
    if not colon or not name or kind not in _KNOWN:
        raise ScheduleError(
            f"{scope!r:.80} is nothing that can be paused. Write `everything`, or one of "
            "campaign:, city:, partner:, account: and its name.",
            later("This is nothing that can be stopped: {scope}", scope=called(scope)),
        )
    known = await _names(connection, kind)
    if name not in known:
        names = f"Known: {', '.join(known)}" if known else "None is known"
        raise ScheduleError(
            f"There is no {kind} {name!r:.80}. {names}; to be safe, stop all: `munasara pause everything`.",
            later(
                "There is no such thing here: {scope}. To be safe, stop everything.", scope=called(scope)
            ),
        )


async def _names(connection: AsyncConnection, kind: str) -> list[str]:
    """Everything of a kind that there is to stop: what anything here belongs to, and what is planned."""
    used = set((await connection.execute(_KNOWN[kind])).scalars())
    cities, partners = await places(connection)
    return sorted(used | {"city": cities, "partner": partners}.get(kind, frozenset()))
