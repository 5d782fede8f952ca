"""How things stand: what went out, what waits and why, and what needs a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.commands.posts import shown
from schedules.lifecycle import State
from schedules.planning.changes import PAST_WHEN_PLANNED
from schedules.store.engine import Store
from schedules.store.tables import account, delivery, lane, pause, worker

ALIVE_WITHIN: Final = timedelta(seconds=15)
LATE_AFTER: Final = timedelta(minutes=1)
SOON: Final = timedelta(days=1)
LATELY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """An account on which nothing is sent until a person reconnects it."""

    account: str
    why: str


@dataclass(frozen=True, slots=True)
class Status:
    """The state of everything at one moment.

    Attributes:
        counts: Posts per campaign and state.
        next_at: The next planned instant, in UTC.
        late: Approved posts that are more than a minute behind.
        unapproved: Posts that are due within a day, or behind, and wait for approval.
        expired: Posts whose time ran out within the last day.
        paused: Paused scopes.
        blocked: Accounts whose platform asked to wait, with the instant (UTC) until when.
        workers: Workers that gave a sign of life within the last 15 seconds.
    """

    counts: dict[str, dict[State, int]]
    next_at: datetime | None
    late: int
    unapproved: int
    expired: int
    paused: tuple[str, ...]
    held: tuple[HeldAccount, ...]
    blocked: dict[str, datetime]
    workers: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should look at now, each a sentence with what to do."""
        return tuple(_warnings(self))


async def status(store: Store, clock: Clock) -> Status:
    """Everything a coordinator asks first."""
    now = clock.now()
    async with store.read() as connection:
        return Status(
            counts=await _counts(connection),
            next_at=await _next_at(connection, now),
            late=await _late(connection, now),
            unapproved=await _unapproved(connection, now),
            expired=await _expired(connection, now),
            paused=tuple(
                (await connection.execute(select(pause.c.scope).order_by(pause.c.scope))).scalars()
            ),
            held=await _held(connection),
            blocked=await _blocked(connection, now),
            workers=await _workers(connection, now),
        )


async def _counts(connection: AsyncConnection) -> dict[str, dict[State, int]]:
    found = await connection.execute(
        select(delivery.c.campaign, delivery.c.state, func.count())
        .where(shown())
        .group_by(delivery.c.campaign, delivery.c.state)
        .order_by(delivery.c.campaign)
    )
    counts: dict[str, dict[State, int]] = {}
    for campaign, state, count in found:
        counts.setdefault(campaign, {})[State(state)] = count
    return counts


async def _next_at(connection: AsyncConnection, now: datetime) -> datetime | None:
    waiting = [State.PLANNED.value, State.READY.value]
    found = await connection.execute(
        select(func.min(delivery.c.planned_at)).where(
            delivery.c.state.in_(waiting), delivery.c.planned_at > now
        )
    )
    earliest: datetime | None = found.scalar()
    return earliest


async def _late(connection: AsyncConnection, now: datetime) -> int:
    return await _count(connection, State.READY, delivery.c.planned_at < now - LATE_AFTER)


async def _unapproved(connection: AsyncConnection, now: datetime) -> int:
    return await _count(connection, State.PLANNED, delivery.c.planned_at <= now + SOON)


async def _expired(connection: AsyncConnection, now: datetime) -> int:
    in_time = delivery.c.reason.is_distinct_from(PAST_WHEN_PLANNED)
    return await _count(connection, State.EXPIRED, in_time, delivery.c.changed_at > now - LATELY)


async def _count(connection: AsyncConnection, state: State, *where: ColumnElement[bool]) -> int:
    found = await connection.execute(
        select(func.count()).where(shown(), delivery.c.state == state.value, *where)
    )
    return found.scalar() or 0


async def _held(connection: AsyncConnection) -> tuple[HeldAccount, ...]:
    found = await connection.execute(
        select(account.c.id, account.c.held).where(account.c.held.is_not(None)).order_by(account.c.id)
    )
    return tuple(HeldAccount(row.id, row.held) for row in found)


async def _blocked(connection: AsyncConnection, now: datetime) -> dict[str, datetime]:
    found = await connection.execute(
        select(account.c.id, lane.c.blocked_until)
        .join(lane, lane.c.id == account.c.destination_lane)
        .where(lane.c.blocked_until > now)
    )
    return {row.id: row.blocked_until for row in found}


async def _workers(connection: AsyncConnection, now: datetime) -> tuple[str, ...]:
    found = await connection.execute(
        select(worker.c.id).where(worker.c.seen_at > now - ALIVE_WITHIN).order_by(worker.c.id)
    )
    return tuple(found.scalars())


def _warnings(status: Status) -> Iterator[str]:
    for count, what in _to_look_at(status):
        if count:
            yield f"{count:,} {'post' if count == 1 else 'posts'} {what}"
    if status.paused:
        yield f"Paused: {', '.join(status.paused)}. Two people resume: munasara resume <scope>."
    for held in status.held:
        yield f"{held.account} is held: {held.why} Reconnect it: munasara accounts test {held.account}."
    if not status.workers and (status.next_at is not None or status.late):
        yield "No worker is running, so nothing goes out. Start one: munasara run."


def _to_look_at(status: Status) -> Iterator[tuple[int, str]]:
    def total(state: State) -> int:
        return sum(counts.get(state, 0) for counts in status.counts.values())

    unknown = "may or may not be public. Look at each and say what you saw: munasara posts list --state"
    yield total(State.UNKNOWN), f"{unknown} unknown."
    handed = "handed to a person. Say what became of each: munasara posts list --state"
    yield total(State.HANDED_OFF), f"{handed} handed_off."
    yield total(State.REFUSED), "refused: munasara posts list --state refused."
    yield status.expired, "expired within the last day: munasara posts list --state expired."
    yield status.late, "approved and late: munasara posts list --state ready."
    yield status.unapproved, "due within a day and not approved: munasara approve."
