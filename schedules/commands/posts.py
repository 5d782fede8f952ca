"""Looking at posts and changing single ones: show, cancel, reschedule, resolve."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.models import Gap, Overlap
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.errors import IllegalMove, PostNotFound, ScheduleError
from schedules.lifecycle import WAITING_FOR_A_PERSON, State, check_move
from schedules.planning.drafts import digest_of
from schedules.store.engine import Store
from schedules.store.tables import approval, attempt, delivery, override, post
from schedules.store.upsert import insert_new
from schedules.walltime import resolve


@dataclass(frozen=True, slots=True)
class PostView:
    """One post with its delivery, for lists. ``local_at`` is naive, in ``zone``; ``*_at`` are UTC."""

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


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a post's history."""

    at: datetime
    what: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which posts a list shows; empty fields mean all."""

    campaign: str | None = None
    account: str | None = None
    city: str | None = None
    states: tuple[State, ...] = ()
    limit: int | None = None


class Verdict(StrEnum):
    """What a person saw when she looked for a post."""

    SENT = "sent"
    AGAIN = "again"
    DROP = "drop"


async def list_posts(store: Store, wanted: Filter) -> tuple[PostView, ...]:
    """The posts that a filter names, by planned time."""
    columns = (delivery.c.campaign, delivery.c.account, delivery.c.city)
    values = (wanted.campaign, wanted.account, wanted.city)
    query = _views().where(
        delivery.c.kind == "publish",
        *(column == value for column, value in zip(columns, values, strict=True) if value is not None),
    )
    if wanted.states:
        query = query.where(delivery.c.state.in_([state.value for state in wanted.states]))
    async with store.read() as connection:
        found = await connection.execute(
            query.order_by(delivery.c.planned_at, post.c.id).limit(wanted.limit)
        )
        return tuple(_view(row) for row in found)


async def show_post(store: Store, post_id: int) -> tuple[PostView, tuple[Event, ...]]:
    """One post with its whole history.

    Raises:
        PostNotFound: No post has that id.
    """
    async with store.read() as connection:
        row = (
            await connection.execute(_views().where(post.c.id == post_id, delivery.c.kind == "publish"))
        ).one_or_none()
        if row is None:
            raise _no_such_post(post_id)
        return _view(row), await _history(connection, post_id)


async def cancel(store: Store, clock: Clock, actor: Actor, post_id: int) -> None:
    """Withdraw a post that is not out; it stays withdrawn when the folder is planned again.

    Raises:
        PostNotFound: No post has that id.
        IllegalMove: It is being sent, or its journey has ended.
    """
    async with store.write() as connection:
        row = await _locked(connection, post_id)
        check_move(State(row.state), State.CANCELLED)
        if row.state == State.UNKNOWN:
            raise IllegalMove(
                f"Post {post_id} may be public. Say what you saw: munasara posts resolve {post_id}."
            )
        await _drop(connection, clock, actor, row, f"{actor.name} cancelled it.")


async def reschedule(
    store: Store, clock: Clock, actor: Actor, post_id: int, local_at: datetime, zone: str
) -> datetime:
    """Move a post to another wall time; it must be approved again and survives re-planning.

    Args:
        local_at: The new wall time, naive, in ``zone``.

    Returns:
        The new instant, in UTC.

    Raises:
        PostNotFound: No post has that id.
        LocalTimeInvalid: That wall time does not exist, or the zone is unknown.
        IllegalMove: It is out, being sent, or may be public.
        ScheduleError: That time is over.
    """
    due_at = resolve(local_at, zone, gap=Gap.REFUSE, overlap=Overlap.FIRST).at
    if due_at is None or due_at <= clock.now():
        raise ScheduleError(f"{local_at:%Y-%m-%d %H:%M} in {zone} is over. Give a time to come.")
    async with store.write() as connection:
        row = await _locked(connection, post_id)
        if row.state not in {State.PLANNED, State.READY}:
            check_move(State(row.state), State.PLANNED)
        await _override(connection, clock, actor, row.key, cancelled=False, local_at=local_at, zone=zone)
        await _move(connection, clock, row, local_at, zone, due_at)
        await _note(connection, clock, row.delivery, "rescheduled", f"{actor.name} moved it.")
    return due_at


async def resolve_unknown(
    store: Store, clock: Clock, actor: Actor, post_id: int, verdict: Verdict, url: str | None = None
) -> None:
    """Say what became of a post that nobody knows about, or that a person was handed.

    Args:
        verdict: ``sent``: it is public; ``again``: it is not, send it; ``drop``: it is not, leave it.
        url: Where it can be seen, if it is public.

    Raises:
        PostNotFound: No post has that id.
        IllegalMove: Nothing is unknown about it, or its time is over and it cannot be sent again.
    """
    async with store.write() as connection:
        row = await _locked(connection, post_id)
        if row.state not in WAITING_FOR_A_PERSON:
            raise IllegalMove(
                f"Post {post_id} is {row.state}; only an unknown or handed-off post is resolved."
            )
        if verdict is Verdict.DROP:
            await _drop(
                connection, clock, actor, row, f"{actor.name} saw that it did not land and dropped it."
            )
        elif verdict is Verdict.SENT:
            await _confirm(connection, clock, actor, row, url)
        else:
            await _send_again(connection, clock, actor, row)


def _views() -> Select[Any]:
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
    ).join_from(post, delivery, delivery.c.post == post.c.id)


def _view(row: Any) -> PostView:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to read a row by name
    values |= {"state": State(row.state), "local_at": datetime.fromisoformat(row.local_at)}
    return PostView(**values)


async def _history(connection: AsyncConnection, post_id: int) -> tuple[Event, ...]:
    tries = await connection.execute(
        select(attempt.c.ended_at, attempt.c.outcome, attempt.c.detail, delivery.c.kind)
        .join(delivery, delivery.c.id == attempt.c.delivery)
        .where(delivery.c.post == post_id)
    )
    signed = await connection.execute(
        select(approval.c.approved_at, approval.c.actor, approval.c.digest == post.c.digest)
        .join(post, post.c.id == approval.c.post)
        .where(approval.c.post == post_id)
    )
    events = [
        Event(at, what if kind == "publish" else f"{kind}: {what}", detail)
        for at, what, detail, kind in tries
    ]
    events += [
        Event(at, "approved", f"by {name}" if valid else f"by {name}, an earlier version")
        for at, name, valid in signed
    ]
    return tuple(sorted(events, key=lambda event: event.at))


async def _locked(connection: AsyncConnection, post_id: int) -> Any:
    found = await connection.execute(
        select(
            post.c.id,
            post.c.key,
            post.c.account,
            post.c.language,
            post.c.body,
            delivery.c.id.label("delivery"),
            delivery.c.state,
            delivery.c.planned_at,
            delivery.c.expires_at,
        )
        .join_from(post, delivery, delivery.c.post == post.c.id)
        .where(post.c.id == post_id, delivery.c.kind == "publish")
        .with_for_update(of=delivery)
    )
    row = found.one_or_none()
    if row is None:
        raise _no_such_post(post_id)
    return row


def _no_such_post(post_id: int) -> PostNotFound:
    return PostNotFound(f"There is no post {post_id}. List them: munasara posts list.")


async def _drop(connection: AsyncConnection, clock: Clock, actor: Actor, row: Any, why: str) -> None:
    await _override(connection, clock, actor, row.key, cancelled=True)
    await connection.execute(
        delivery.update()
        .where(delivery.c.post == row.id)
        .values(state=State.CANCELLED.value, reason=why, remedy=None, changed_at=clock.now())
    )
    await _note(connection, clock, row.delivery, State.CANCELLED, why)


async def _confirm(
    connection: AsyncConnection, clock: Clock, actor: Actor, row: Any, url: str | None
) -> None:
    why = f"{actor.name} saw that it landed."
    await connection.execute(
        delivery.update()
        .where(delivery.c.id == row.delivery)
        .values(
            state=State.SENT.value,
            url=url,
            reason=why,
            remedy=None,
            accepted_at=clock.now(),
            changed_at=clock.now(),
        )
    )
    await _note(connection, clock, row.delivery, State.SENT, why)


async def _send_again(connection: AsyncConnection, clock: Clock, actor: Actor, row: Any) -> None:
    check_move(State(row.state), State.READY)
    if row.expires_at <= clock.now():
        raise IllegalMove(
            f"The time of post {row.id} is over. Drop it, then give it a new time: "
            f"munasara posts resolve {row.id} --drop; munasara posts reschedule {row.id}."
        )
    why = f"{actor.name} saw that it did not land."
    await connection.execute(
        delivery.update()
        .where(delivery.c.id == row.delivery)
        .values(
            state=State.READY.value, reason=why, remedy=None, due_at=clock.now(), changed_at=clock.now()
        )
    )
    await _note(connection, clock, row.delivery, State.READY, why)


async def _move(
    connection: AsyncConnection, clock: Clock, row: Any, local_at: datetime, zone: str, due_at: datetime
) -> None:
    pins = await connection.execute(
        select(delivery.c.id).where(delivery.c.post == row.id, delivery.c.kind == "pin")
    )
    digest = digest_of(
        account=row.account,
        language=row.language,
        when=local_at.isoformat(),
        zone=zone,
        pinned=pins.first() is not None,
        body=row.body,
    )
    await connection.execute(
        post.update()
        .where(post.c.id == row.id)
        .values(
            local_at=local_at.isoformat(timespec="seconds"),
            zone=zone,
            gap=Gap.SHIFT.value,
            overlap=Overlap.FIRST.value,
            fixed=False,
            note="none",
            digest=digest,
            revision=post.c.revision + 1,
        )
    )
    await connection.execute(
        delivery.update()
        .where(delivery.c.post == row.id)
        .values(
            state=State.PLANNED.value,
            reason=None,
            remedy=None,
            due_at=due_at,
            planned_at=due_at,
            expires_at=due_at + (row.expires_at - row.planned_at),
            changed_at=clock.now(),
        )
    )


async def _override(
    connection: AsyncConnection,
    clock: Clock,
    actor: Actor,
    key: str,
    *,
    cancelled: bool,
    local_at: datetime | None = None,
    zone: str | None = None,
) -> None:
    values = {
        "cancelled": cancelled,
        "local_at": None if local_at is None else local_at.isoformat(timespec="seconds"),
        "zone": zone,
        "actor": actor.name,
        "made_at": clock.now(),
    }
    await insert_new(connection, override, [{"key": key, **values}])
    await connection.execute(override.update().where(override.c.key == key).values(values))


async def _note(
    connection: AsyncConnection, clock: Clock, delivery_id: int, outcome: str, detail: str
) -> None:
    number = select(delivery.c.attempt).where(delivery.c.id == delivery_id).scalar_subquery()
    await connection.execute(
        attempt.insert().values(
            delivery=delivery_id, number=number, ended_at=clock.now(), outcome=outcome, detail=detail
        )
    )
