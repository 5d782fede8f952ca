"""Approving posts: bound to the very bytes, destination and wall time that the approver saw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.lifecycle import State
from schedules.store.chunks import chunks
from schedules.store.engine import Store
from schedules.store.tables import approval, campaign, delivery, post
from schedules.store.upsert import insert_new


@dataclass(frozen=True, slots=True)
class Seen:
    """A post as the approver saw it."""

    post: int
    digest: str


@dataclass(frozen=True, slots=True)
class Approved:
    """What an approval did.

    Attributes:
        ready: Posts that will now go out at their time.
        waiting: Posts that need one more person.
        left: Posts that were not approved, each with the reason and what to do.
    """

    ready: tuple[int, ...]
    waiting: tuple[int, ...]
    left: tuple[str, ...]


async def approve(store: Store, clock: Clock, actor: Actor, seen: Iterable[Seen]) -> Approved:
    """Approve posts exactly as they were seen; a post that changed since is left out and named.

    Approving twice counts once. Where the campaign asks for several people, the last one makes it ready.
    """
    ready: list[int] = []
    waiting: list[int] = []
    left: list[str] = []
    for chunk in chunks(seen):
        async with store.write() as connection:
            posts = await _posts(connection, chunk)
            good = [wish for wish in chunk if not _objection(wish, posts.get(wish.post), actor)]
            left += [why for wish in chunk if (why := _objection(wish, posts.get(wish.post), actor))]
            await _sign(connection, good, actor, clock)
            enough = await _with_enough(connection, good, posts)
            await _make_ready(connection, enough, clock)
        ready += enough
        waiting += [wish.post for wish in good if wish.post not in set(enough)]
    return Approved(tuple(ready), tuple(waiting), tuple(left))


async def _posts(connection: AsyncConnection, wishes: Sequence[Seen]) -> dict[int, Any]:
    found = await connection.execute(
        select(
            post.c.id,
            post.c.digest,
            post.c.author,
            delivery.c.state,
            campaign.c.approvals,
            campaign.c.author_may_approve,
        )
        .join_from(post, delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == "publish"))
        .join(campaign, campaign.c.id == post.c.campaign)
        .where(post.c.id.in_([wish.post for wish in wishes]))
        .order_by(delivery.c.id)
        .with_for_update(of=[delivery, post])
    )
    return {row.id: row for row in found}


def _objection(wish: Seen, row: Any, actor: Actor) -> str | None:
    if row is None:
        return f"Post {wish.post}: there is no such post. List them: munasara posts list."
    if row.state != State.PLANNED:
        return f"Post {wish.post} is {row.state}; only a planned post is approved."
    if row.digest != wish.digest:
        return (
            f"Post {wish.post} changed since you saw it. Look at it again: munasara posts show {wish.post}."
        )
    if row.author == actor.name and not row.author_may_approve:
        return f"Post {wish.post} was planned by you; in this campaign another person approves it."
    return None


async def _sign(connection: AsyncConnection, wishes: Sequence[Seen], actor: Actor, clock: Clock) -> None:
    rows = [
        {"post": wish.post, "digest": wish.digest, "actor": actor.name, "approved_at": clock.now()}
        for wish in wishes
    ]
    await insert_new(connection, approval, rows)


async def _with_enough(
    connection: AsyncConnection, wishes: Sequence[Seen], posts: dict[int, Row[*tuple[Any, ...]]]
) -> list[int]:
    found = await connection.execute(
        select(approval.c.post, func.count(distinct(approval.c.actor)).label("people"))
        .join(post, (post.c.id == approval.c.post) & (post.c.digest == approval.c.digest))
        .join(campaign, campaign.c.id == post.c.campaign)
        .where(
            approval.c.post.in_([wish.post for wish in wishes]),
            campaign.c.author_may_approve | (approval.c.actor != post.c.author),
        )
        .group_by(approval.c.post)
    )
    return [row.post for row in found if row.people >= posts[row.post].approvals]


async def _make_ready(connection: AsyncConnection, posts: Sequence[int], clock: Clock) -> None:
    await connection.execute(
        delivery.update()
        .where(delivery.c.post.in_(posts), delivery.c.state == State.PLANNED)
        .values(state=State.READY.value, changed_at=clock.now())
    )
