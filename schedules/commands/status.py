"""How things stand: what went out, what waits and why, and what needs a person."""

from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.accounts.accounts import REMOVED
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.posts import shown
from schedules.commands.scopes import of_scope, posts_within, within
from schedules.lifecycle import State
from schedules.people.roles import EVERYTHING, Role
from schedules.planning.changes import PAST_WHEN_PLANNED
from schedules.store.engine import Store
from schedules.store.tables import account, delivery, lane, pause, post, worker

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


async def status(store: Store, clock: Clock, actor: Actor) -> Status:
    """Everything a coordinator asks first, of what they may see.

    Raises:
        Forbidden: They have no role at all.
    """
    actor.require_somewhere(Role.VIEWER)
    now, theirs = clock.now(), posts_within(actor.grants, Role.VIEWER)
    async with store.read() as connection:
        counts = await _counts(connection, theirs)
        return Status(
            counts=counts,
            next_at=await _next_at(connection, now, theirs),
            late=await _count(connection, theirs, State.READY, delivery.c.planned_at < now - LATE_AFTER),
            unapproved=await _count(connection, theirs, State.PLANNED, delivery.c.planned_at <= now + SOON),
            expired=await _count(connection, theirs, State.EXPIRED, *_lately(now)),
            paused=tuple([scope async for scope in _paused(connection, actor, counts)]),
            held=await _held(connection, _accounts(actor, theirs)),
            blocked=await _blocked(connection, now, _accounts(actor, theirs)),
            workers=await _workers(connection, now),
        )


def _accounts(actor: Actor, theirs: ColumnElement[bool]) -> ColumnElement[bool]:
    """The accounts that somebody may see: their own, and those that posts of theirs go out on."""
    kinds = {kind: account.c[kind] for kind in ("city", "language", "partner")}
    used = select(delivery.c.account).join(post, post.c.id == delivery.c.post).where(theirs)
    return or_(within(actor.grants, Role.VIEWER, account=account.c.id, **kinds), account.c.id.in_(used))


async def _paused(
    connection: AsyncConnection, actor: Actor, campaigns: Collection[str]
) -> AsyncIterator[str]:
    """The paused scopes that somebody may see, and the campaigns in which posts of theirs stand still."""
    found = await connection.execute(select(pause.c.scope).order_by(pause.c.scope))
    for scope in found.scalars():
        covering = await of_scope(connection, scope)
        if scope in {EVERYTHING, *(f"campaign:{name}" for name in campaigns)} or actor.may(
            Role.VIEWER, covering
        ):
            yield scope


async def _counts(connection: AsyncConnection, theirs: ColumnElement[bool]) -> dict[str, dict[State, int]]:
    found = await connection.execute(
        select(delivery.c.campaign, delivery.c.state, func.count())
        .join_from(delivery, post, post.c.id == delivery.c.post)
        .where(shown(), theirs)
        .group_by(delivery.c.campaign, delivery.c.state)
        .order_by(delivery.c.campaign)
    )
    counts: dict[str, dict[State, int]] = {}
    for campaign, state, count in found:
        counts.setdefault(campaign, {})[State(state)] = count
    return counts


async def _next_at(
    connection: AsyncConnection, now: datetime, theirs: ColumnElement[bool]
) -> datetime | None:
    waiting = [State.PLANNED.value, State.READY.value]
    found = await connection.execute(
        select(func.min(delivery.c.planned_at))
        .join_from(delivery, post, post.c.id == delivery.c.post)
        .where(delivery.c.state.in_(waiting), delivery.c.planned_at > now, theirs)
    )
    earliest: datetime | None = found.scalar()
    return earliest


def _lately(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What was planned in time, and changed within the last day."""
    in_time = delivery.c.reason.is_distinct_from(PAST_WHEN_PLANNED)
    return in_time, delivery.c.changed_at > now - LATELY


async def _count(
    connection: AsyncConnection, theirs: ColumnElement[bool], state: State, *where: ColumnElement[bool]
) -> int:
    found = await connection.execute(
        select(func.count())
        .select_from(delivery)
        .join(post, post.c.id == delivery.c.post)
        .where(shown(), theirs, delivery.c.state == state.value, *where)
    )
    return found.scalar() or 0


async def _held(connection: AsyncConnection, theirs: ColumnElement[bool]) -> tuple[HeldAccount, ...]:
    found = await connection.execute(
        select(account.c.id, account.c.held)
        .where(account.c.held.is_not(None), account.c.held != REMOVED, theirs)
        .order_by(account.c.id)
    )
    return tuple(HeldAccount(row.id, row.held) for row in found)


async def _blocked(
    connection: AsyncConnection, now: datetime, theirs: ColumnElement[bool]
) -> dict[str, datetime]:
    found = await connection.execute(
        select(account.c.id, lane.c.blocked_until)
        .join(lane, lane.c.id == account.c.destination_lane)
        .where(lane.c.blocked_until > now, theirs)
        .order_by(account.c.id)
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
