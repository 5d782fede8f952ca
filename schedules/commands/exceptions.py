"""Permissions to show an identifiable minor: recorded, expiring, and given by two different people."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Text, bindparam, cast, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.commands.actor import COORDINATORS, Actor
from schedules.errors import ScheduleError
from schedules.lifecycle import UNCLAIMED, State
from schedules.people.roles import Role
from schedules.planning.changes import PERMISSION_WITHDRAWN
from schedules.store import tables
from schedules.store.columns import Instant
from schedules.store.engine import Store

LONGEST: Final = timedelta(days=90)
PEOPLE: Final = 2

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_ALLOW: Final = text("""
INSERT INTO exception (sha256, actor, reason, until) VALUES (:sha256, :actor, :reason, :until)
ON CONFLICT (sha256, actor) DO UPDATE SET reason = excluded.reason, until = excluded.until
""").bindparams(bindparam("until", type_=Instant))

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Permission:
    """One person's word that one picture may be shown until an instant (UTC)."""

    sha256: str
    actor: str
    reason: str
    until: datetime


async def allow(
    store: Store, clock: Clock, actor: Actor, sha256: str, *, reason: str, until: datetime
) -> frozenset[str]:
    """Record that this person permits one picture. Given again, it replaces what the same person said.

    Args:
        sha256: Hex digest of the file itself, so that an edited picture needs permissions of its own.
        reason: Why it may be shown, such as whose consent is on paper and where; no personal name.
        until: An aware instant at most 90 days ahead.

    Returns:
        Everybody whose permission for it holds now; it may be shown from two people on.

    Raises:
        Forbidden: They are no approver of everything: nobody knows yet where the picture will be shown.
        CodeNeeded: Their second factor was not shown.
        ScheduleError: The digest, the reason or the end cannot be used.
    """
    actor.require(Role.APPROVER)
    actor.require_proof()
    digest, now = sha256.strip().lower(), clock.now()
    _check(digest, reason, until, now)
    values = {"sha256": digest, "actor": actor.name, "reason": reason.strip(), "until": until}
    async with store.write() as connection:
        await connection.execute(_ALLOW, values)
        people = await _people(connection, digest, now)
        await actor.record(connection, "permitted", digest)
    log.warning("minor permitted", media=digest, people=len(people))
    return people


async def withdraw(store: Store, clock: Clock, actor: Actor, sha256: str) -> int:
    """Take back every permission for a picture. One person is enough, whoever gave them.

    Posts that show it and are not out are cancelled at once.

    Returns:
        How many posts were cancelled.

    Raises:
        Forbidden: They have no role anywhere but that of a viewer.
        ScheduleError: There is none.
    """
    actor.require_somewhere(*COORDINATORS)
    digest = sha256.strip().lower()
    async with store.write() as connection:
        taken = await connection.execute(
            delete(tables.exception).where(tables.exception.c.sha256 == digest)
        )
        stopped = await _stop_posts(connection, digest, clock) if taken.rowcount else 0
        if taken.rowcount:
            await actor.record(connection, "withdrew permission", digest)
    if not taken.rowcount:
        raise ScheduleError(
            f"No permission is recorded for {digest!r:.80}. List what there is, then try again."
        )
    log.warning("minor permission withdrawn", media=digest, posts=stopped)
    return stopped


async def _stop_posts(connection: AsyncConnection, digest: str, clock: Clock) -> int:
    showing = select(tables.post.c.id).where(cast(tables.post.c.body, Text).contains(digest))
    columns = tables.delivery.c
    stopped = await connection.execute(
        tables.delivery.update()
        .where(columns.post.in_(showing), columns.state.in_([state.value for state in UNCLAIMED]))
        .values(state=State.CANCELLED.value, reason=PERMISSION_WITHDRAWN, changed_at=clock.now())
        .returning(columns.kind)
    )
    return sum(kind == "publish" for kind in stopped.scalars())


async def valid(store: Store, now: datetime) -> frozenset[str]:
    """Digests of the pictures that two different people permit at this instant."""
    columns = tables.exception.c
    async with store.read() as connection:
        rows = await connection.execute(
            select(columns.sha256)
            .where(columns.until > now)
            .group_by(columns.sha256)
            .having(func.count(columns.actor.distinct()) >= PEOPLE)
        )
        return frozenset(rows.scalars())


async def list_all(store: Store) -> tuple[Permission, ...]:
    """Every permission on record, also those that have run out, by picture and person."""
    columns = tables.exception.c
    async with store.read() as connection:
        rows = await connection.execute(select(tables.exception).order_by(columns.sha256, columns.actor))
        return tuple(Permission(*row) for row in rows)


async def _people(connection: AsyncConnection, sha256: str, now: datetime) -> frozenset[str]:
    columns = tables.exception.c
    found = select(columns.actor).where(columns.sha256 == sha256, columns.until > now)
    return frozenset((await connection.execute(found)).scalars())


def _check(sha256: str, reason: str, until: datetime, now: datetime) -> None:
    if not _SHA256.fullmatch(sha256):
        raise ScheduleError(
            f"{sha256!r:.80} names no picture. Give the SHA-256 of the file, 64 hex digits; "
            "`sha256sum <file>` prints it."
        )
    if not reason.strip():
        raise ScheduleError("Say why the picture may be shown, such as where the written consent is kept.")
    if until.tzinfo is None:
        raise ScheduleError("The end has no time zone. Write one, such as 2026-12-31T23:59+01:00.")
    if not now < until <= now + LONGEST:
        raise ScheduleError(
            f"A permission ends after now and within {LONGEST.days} days: by {now + LONGEST:%Y-%m-%d %H:%M} "
            "UTC. Ask for a new one when it has run out."
        )
