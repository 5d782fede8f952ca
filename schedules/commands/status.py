"""How things stand: what went out, what waits and why, and what needs a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.lifecycle import State
from schedules.store.engine import Store
from schedules.store.tables import account, delivery, lane, pause, worker

ALIVE_WITHIN: Final = timedelta(seconds=15)
LATE_AFTER: Final = timedelta(minutes=1)


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
        paused: Paused scopes.
        blocked: Accounts whose platform asked to wait, with the instant (UTC) until when.
        workers: Workers that gave a sign of life within the last 15 seconds.
    """

    counts: dict[str, dict[State, int]]
    next_at: datetime | None
    late: int
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
        .where(delivery.c.kind == "publish")
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
    found = await connection.execute(
        select(func.count()).where(
            delivery.c.state == State.READY.value,
            delivery.c.kind == "publish",
            delivery.c.planned_at < now - LATE_AFTER,
        )
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


def _warnings(status: Status) -> list[str]:
    totals = {state: sum(counts.get(state, 0) for counts in status.counts.values()) for state in State}
    found = []
    if totals[State.UNKNOWN]:
        found.append(
            f"{totals[State.UNKNOWN]} posts may or may not be public. "
            "Look at each and say what you saw: munasara posts list --state unknown."
        )
    if totals[State.REFUSED]:
        found.append(f"{totals[State.REFUSED]} posts were refused: munasara posts list --state refused.")
    if status.late:
        found.append(f"{status.late} approved posts are late: munasara posts list --state ready.")
    if status.paused:
        found.append(f"Paused: {', '.join(status.paused)}. Two people resume: munasara resume <scope>.")
    found += [
        f"{held.account} is held: {held.why} Reconnect it: munasara accounts test {held.account}."
        for held in status.held
    ]
    if not status.workers and status.next_at is not None:
        found.append("No worker is running, so nothing goes out. Start one: munasara run.")
    return found
