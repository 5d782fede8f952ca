"""The rows behind a change at a door. Each function is one step of a transaction that its caller holds."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.posts import no_such_post, require_number
from schedules.commands.scopes import of_post
from schedules.lifecycle import PART, PUBLISH, UNCLAIMED, State
from schedules.people.roles import Role
from schedules.store import tables
from schedules.store.tables import attempt, delivery, post
from schedules.store.upsert import insert_new


async def editable(connection: AsyncConnection, actor: Actor, post_id: int, *, part: int = 1) -> Any:
    """As ``locked``, for whoever may edit it.

    Raises:
        Forbidden: They are no editor of that post; nor is anything told of it.
        PostNotFound: No post has that id, or it has no such part.
    """
    actor.require_somewhere(Role.EDITOR)
    row = await locked(connection, post_id, part=part)
    actor.require(Role.EDITOR, of_post(row))
    return row


async def locked(connection: AsyncConnection, post_id: int, *, part: int = 1) -> Any:
    """A post with its delivery, held against workers and other doors until the transaction ends.

    Args:
        part: Which part of a thread is meant; 1 is the post itself.

    Raises:
        PostNotFound: No post has that id, or it has no such part.
    """
    require_number(post_id)
    kind = PUBLISH if part == 1 else f"{PART}{part}"
    found = await connection.execute(
        select(
            post.c.id,
            post.c.key,
            post.c.campaign,
            post.c.account,
            post.c.city,
            post.c.language,
            post.c.body,
            delivery.c.id.label("delivery"),
            delivery.c.partner,
            delivery.c.state,
            delivery.c.reason,
            delivery.c.due_at,
            delivery.c.planned_at,
            delivery.c.expires_at,
        )
        .join_from(post, delivery, delivery.c.post == post.c.id)
        .where(post.c.id == post_id, delivery.c.kind == kind)
        .with_for_update(of=[delivery, post])
    )
    row = found.one_or_none()
    if row is None:
        raise no_such_post(post_id)
    return row


async def drop(connection: AsyncConnection, clock: Clock, actor: Actor, row: Any, why: str) -> None:
    """Cancel a post and what follows it, for good: planning the folder again does not bring it back."""
    await override(connection, clock, actor, row.key, cancelled=True)
    await connection.execute(
        delivery.update()
        .where((delivery.c.id == row.delivery) | waits_behind(row))
        .values(state=State.CANCELLED.value, reason=why, remedy=None, changed_at=clock.now())
    )
    await note(connection, clock, row.delivery, State.CANCELLED, why)


async def override(
    connection: AsyncConnection,
    clock: Clock,
    actor: Actor,
    key: str,
    *,
    cancelled: bool,
    local_at: datetime | None = None,
    zone: str | None = None,
) -> None:
    """Remember what a person changed, in place of what was changed before."""
    values = {
        "cancelled": cancelled,
        "local_at": None if local_at is None else local_at.isoformat(timespec="seconds"),
        "zone": zone,
        "actor": actor.name,
        "made_at": clock.now(),
    }
    await insert_new(connection, tables.override, [{"key": key, **values}])
    await connection.execute(tables.override.update().where(tables.override.c.key == key).values(values))


async def note(
    connection: AsyncConnection, clock: Clock, delivery_id: int, outcome: str, detail: str
) -> None:
    """Write a line into the history of a delivery."""
    number = select(delivery.c.attempt).where(delivery.c.id == delivery_id).scalar_subquery()
    await connection.execute(
        attempt.insert().values(
            delivery=delivery_id, number=number, ended_at=clock.now(), outcome=outcome, detail=detail
        )
    )


async def was_handed_over(connection: AsyncConnection, delivery_id: int) -> bool:
    """Whether a person was ever handed this delivery."""
    handed = attempt.c.outcome == State.HANDED_OFF.value
    found = await connection.execute(select(attempt.c.id).where(attempt.c.delivery == delivery_id, handed))
    return found.first() is not None


def waits_behind(row: Any) -> ColumnElement[bool]:
    """Whether a delivery follows that of a post, directly or behind another one, and has not begun."""
    waiting = delivery.c.state.in_([state.value for state in UNCLAIMED])
    return and_(delivery.c.post == row.id, delivery.c.after.is_not(None), waiting)
