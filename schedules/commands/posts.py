"""Looking at posts: lists of them, and one with its whole history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import later
from content.reading.known import listed
from schedules.commands.actor import Actor
from schedules.commands.scopes import posts_within
from schedules.errors import PostNotFound, ScheduleError
from schedules.lifecycle import LETTER, PART, PUBLISH, RETRACT, State
from schedules.people.roles import Role
from schedules.store.columns import LARGEST
from schedules.store.engine import Store
from schedules.store.tables import approval, attempt, campaign, delivery, measurement, post


@dataclass(frozen=True, slots=True)
class PostView:
    """One post with its delivery, for lists. ``local_at`` is naive, in ``zone``; ``*_at`` are UTC.

    Attributes:
        retracted: Whether it was public, and the platform has deleted it.
    """

    id: int
    key: str
    campaign: str
    slot: str
    message: str
    account: str
    city: str | None
    language: str
    variant: str
    local_at: datetime
    zone: str
    note: str
    body: Any
    digest: str
    revision: int
    author: str
    kind: str
    state: State
    due_at: datetime
    planned_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    url: str | None
    remote_id: str | None
    reason: str | None
    remedy: str | None
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a post's history.

    Attributes:
        by: Who approved the post as it is now; ``None`` for everything else.
    """

    at: datetime
    what: str
    detail: str | None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What is known of a post beyond its receipt.

    Attributes:
        letters: How many letters of a list are in which state.
        measurements: What the platform told, by the post's age in hours.
    """

    letters: Mapping[State, int]
    measurements: Mapping[int, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which posts a list shows; empty fields mean all.

    Attributes:
        seen_by: Who looks; only what they may see in ``role`` is shown.
    """

    campaign: str | None = None
    account: str | None = None
    city: str | None = None
    states: tuple[State, ...] = ()
    limit: int | None = None
    seen_by: Actor | None = None
    role: Role = Role.VIEWER


async def list_posts(store: Store, wanted: Filter) -> tuple[PostView, ...]:
    """The posts that a filter names, by planned time."""
    columns = (delivery.c.campaign, delivery.c.account, delivery.c.city)
    values = (wanted.campaign, wanted.account, wanted.city)
    query = _views().where(
        shown(),
        *(column == value for column, value in zip(columns, values, strict=True) if value is not None),
    )
    if wanted.states:
        query = query.where(delivery.c.state.in_([state.value for state in wanted.states]))
    if wanted.seen_by is not None:
        query = query.where(posts_within(wanted.seen_by.grants, wanted.role))
    async with store.read() as connection:
        found = await connection.execute(
            query.order_by(delivery.c.planned_at, post.c.id).limit(wanted.limit)
        )
        return tuple(_view(row) for row in found)


def shown() -> ColumnElement[bool]:
    """Which deliveries lists and counts show: every post; and of a thread the later parts that need a person."""
    needs_a_person = delivery.c.state.in_(
        [State.UNKNOWN.value, State.HANDED_OFF.value, State.REFUSED.value]
    )
    return (delivery.c.kind == PUBLISH) | (delivery.c.kind.startswith(PART) & needs_a_person)


async def show_post(store: Store, post_id: int) -> tuple[PostView, tuple[Event, ...]]:
    """One post with its whole history.

    Raises:
        PostNotFound: No post has that id.
    """
    require_number(post_id)
    async with store.read() as connection:
        row = (
            await connection.execute(_views().where(post.c.id == post_id, delivery.c.kind == "publish"))
        ).one_or_none()
        if row is None:
            raise no_such_post(post_id)
        return _view(row), await _history(connection, post_id)


async def aftermath(store: Store, post_id: int) -> Aftermath:
    """What became of a post after it went out; empty where nothing is known."""
    async with store.read() as connection:
        letters = await connection.execute(
            select(delivery.c.state, func.count())
            .where(delivery.c.post == post_id, delivery.c.kind.startswith(LETTER))
            .group_by(delivery.c.state)
            .order_by(delivery.c.state)
        )
        taken = await connection.execute(
            select(measurement.c.hours, measurement.c.counts)
            .join(delivery, delivery.c.id == measurement.c.delivery)
            .where(delivery.c.post == post_id, delivery.c.kind == PUBLISH)
            .order_by(measurement.c.hours)
        )
        return Aftermath(
            {State(state): number for state, number in letters},
            {row.hours: row.counts for row in taken if row.counts},
        )


def require_number(post_id: int) -> None:
    """Raise ``PostNotFound`` for a number that no database can hold, so that none is asked for it."""
    if not 0 < post_id <= LARGEST:
        raise no_such_post(post_id)


def no_such_post(post_id: int) -> PostNotFound:
    """What to raise where no post has that id."""
    return PostNotFound(
        f"There is no post {post_id}. List them: munasara posts list.",
        later("There is no post with the number {number}.", number=str(post_id)),
    )


async def require_campaign(store: Store, name: str) -> None:
    """Go on only for a campaign that was planned here.

    Raises:
        ScheduleError: There is none of that name; tells those that there are.
    """
    async with store.read() as connection:
        known = list((await connection.execute(select(campaign.c.id).order_by(campaign.c.id))).scalars())
    if name not in known:
        there = f"There is: {listed(known)}." if known else "None is planned yet: munasara plan <folder>"
        raise ScheduleError(f"There is no campaign {name!r:.80}. {there}")


def _views() -> Select[Any]:
    taken_back = delivery.alias("taken_back")
    gone = (
        exists()
        .where(
            taken_back.c.post == post.c.id,
            taken_back.c.kind == RETRACT,
            taken_back.c.state == State.SENT.value,
            delivery.c.kind == PUBLISH,
        )
        .correlate(post, delivery)
    )
    return select(
        post.c.id,
        post.c.key,
        post.c.campaign,
        post.c.slot,
        post.c.message,
        post.c.account,
        post.c.city,
        post.c.language,
        post.c.variant,
        post.c.local_at,
        post.c.zone,
        post.c.note,
        post.c.body,
        post.c.digest,
        post.c.revision,
        post.c.author,
        delivery.c.kind,
        delivery.c.state,
        delivery.c.due_at,
        delivery.c.planned_at,
        delivery.c.expires_at,
        delivery.c.accepted_at,
        delivery.c.url,
        delivery.c.remote_id,
        delivery.c.reason,
        delivery.c.remedy,
        gone.label("retracted"),
    ).join_from(post, delivery, delivery.c.post == post.c.id)


def _view(row: Any) -> PostView:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to read a row by name
    values |= {
        "state": State(row.state),
        "retracted": bool(row.retracted),
        "local_at": datetime.fromisoformat(row.local_at),
    }
    return PostView(**values)


async def _history(connection: AsyncConnection, post_id: int) -> tuple[Event, ...]:
    tries = await connection.execute(
        select(attempt.c.ended_at, attempt.c.outcome, attempt.c.detail, delivery.c.kind)
        .join(delivery, delivery.c.id == attempt.c.delivery)
        .where(delivery.c.post == post_id, delivery.c.kind.not_like(f"{LETTER}%"))
        .order_by(attempt.c.id)
    )
    signed = await connection.execute(
        select(approval.c.approved_at, approval.c.actor, approval.c.digest == post.c.digest)
        .join(post, post.c.id == approval.c.post)
        .where(approval.c.post == post_id)
        .order_by(approval.c.id)
    )
    events = [
        Event(at, "approved", f"by {name}", name)
        if valid
        else Event(at, "approved", f"by {name}, an earlier version")
        for at, name, valid in signed
    ]
    events += [
        Event(at, what if kind == "publish" else f"{kind}: {what}", detail)
        for at, what, detail, kind in tries
    ]
    return tuple(sorted(events, key=lambda event: event.at))
