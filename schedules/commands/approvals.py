"""Approving posts: bound to the very bytes, destination and wall time that the approver saw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import Phrase, later
from schedules.clock import Clock
from schedules.commands.actor import Actor, missing
from schedules.commands.scopes import of_post
from schedules.lifecycle import CALLED, UNCLAIMED, State
from schedules.people.roles import Role
from schedules.store.chunks import chunks
from schedules.store.engine import Store
from schedules.store.tables import approval, campaign, delivery, post
from schedules.store.upsert import insert_new

UNDO: Final = timedelta(seconds=60)
"""How long somebody may take an approval back."""


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
    left: tuple[Phrase, ...]


async def approve(
    store: Store, clock: Clock, actor: Actor, seen: Iterable[Seen], *, rest: timedelta = timedelta()
) -> Approved:
    """Approve posts exactly as they were seen; a post that changed since is left out and named.

    Approving twice counts once. Where the campaign asks for several people, the last one makes it ready.

    Args:
        rest: How long a post whose time has come already still waits, so that ``unapprove`` finds it; none does
            whose late policy ends before.

    Raises:
        Forbidden: They are nowhere an approver. Posts outside of where they are one are left out and named.
        CodeNeeded: Their second factor was not shown.
    """
    actor.require_somewhere(Role.APPROVER)
    actor.require_proof()
    ready: list[int] = []
    waiting: list[int] = []
    left: list[Phrase] = []
    for chunk in chunks(seen):
        async with store.write() as connection:
            posts = await _posts(connection, chunk)
            good = [wish for wish in chunk if not _objection(wish, posts.get(wish.post), actor)]
            left += [why for wish in chunk if (why := _objection(wish, posts.get(wish.post), actor))]
            await _sign(connection, good, actor, clock)
            enough = await _with_enough(connection, good, posts)
            await _make_ready(connection, enough, clock)
            await _let_rest(connection, enough, clock, rest)
            await _record(connection, actor, good)
        ready += enough
        waiting += [wish.post for wish in good if wish.post not in set(enough)]
    return Approved(tuple(ready), tuple(waiting), tuple(left))


async def approve_together(
    store: Store, clock: Clock, actors: Sequence[Actor], seen: Iterable[Seen]
) -> Approved:
    """Approve posts as several people who have agreed on them; each of their approvals is on record.

    Raises:
        Forbidden: One of them is nowhere an approver.
        CodeNeeded: The second factor of one of them was not shown.
    """
    for actor in actors:
        actor.require_somewhere(Role.APPROVER)
        actor.require_proof()
    ready: list[int] = []
    left: list[Phrase] = []
    waiting: list[int] = []
    for chunk in chunks(seen):
        async with store.write() as connection:
            posts = await _posts(connection, chunk)
            whys = {
                wish: [_objection(wish, posts.get(wish.post), actor) for actor in actors] for wish in chunk
            }
            good = [wish for wish, found in whys.items() if None in found]
            left += [found[0] for found in whys.values() if found[0] and None not in found]
            for actor in actors:
                await _sign(connection, good, actor, clock)
            enough = await _with_enough(connection, good, posts)
            await _make_ready(connection, enough, clock)
            for actor in actors:
                await _record(connection, actor, good)
        ready += enough
        waiting += [wish.post for wish in good if wish.post not in set(enough)]
    return Approved(tuple(ready), tuple(waiting), tuple(left))


async def unapprove(store: Store, clock: Clock, actor: Actor, seen: Iterable[Seen]) -> tuple[int, ...]:
    """Take an approval of one's own back within a minute, while no worker has the post; gives the posts.

    Asks for no code. The post waits for approval again, unless enough others have approved it.

    Raises:
        Forbidden: They are nowhere an approver.
    """
    actor.require_somewhere(Role.APPROVER)
    taken: list[int] = []
    for chunk in chunks(seen):
        async with store.write() as connection:
            posts = await _posts(connection, chunk)
            waiting = [wish for wish in chunk if _may_go_back(wish, posts.get(wish.post))]
            mine = await _unsign(connection, waiting, actor, clock)
            enough = set(await _with_enough(connection, mine, posts))
            await _plan_again(connection, [wish.post for wish in mine if wish.post not in enough], clock)
            if mine:
                await actor.record(connection, "took approval back", f"posts: {len(mine)}")
        taken += [wish.post for wish in mine]
    return tuple(taken)


def _may_go_back(wish: Seen, row: Any) -> bool:
    return row is not None and row.digest == wish.digest and row.state in UNCLAIMED


async def _unsign(
    connection: AsyncConnection, wishes: Sequence[Seen], actor: Actor, clock: Clock
) -> list[Seen]:
    digests = {wish.post: wish for wish in wishes}
    gone = await connection.execute(
        approval.delete()
        .where(
            approval.c.post.in_(list(digests)),
            approval.c.digest.in_([wish.digest for wish in wishes]),
            approval.c.actor == actor.name,
            approval.c.approved_at >= clock.now() - UNDO,
        )
        .returning(approval.c.post)
    )
    return [digests[number] for number in gone.scalars()]


async def _plan_again(connection: AsyncConnection, posts: Sequence[int], clock: Clock) -> None:
    await connection.execute(
        delivery.update()
        .where(delivery.c.post.in_(posts), delivery.c.state == State.READY.value)
        .values(state=State.PLANNED.value, changed_at=clock.now())
    )


async def _let_rest(
    connection: AsyncConnection, posts: Sequence[int], clock: Clock, rest: timedelta
) -> None:
    until = clock.now() + rest
    await connection.execute(
        delivery.update()
        .where(
            delivery.c.post.in_(posts),
            delivery.c.state == State.READY.value,
            delivery.c.due_at < until,
            delivery.c.planned_at <= clock.now(),
            delivery.c.expires_at > until,
        )
        .values(due_at=until)
    )


async def _posts(connection: AsyncConnection, wishes: Sequence[Seen]) -> dict[int, Any]:
    found = await connection.execute(
        select(
            post.c.id,
            post.c.campaign,
            post.c.account,
            post.c.city,
            post.c.language,
            post.c.digest,
            post.c.author,
            delivery.c.partner,
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


def _objection(wish: Seen, row: Any, actor: Actor) -> Phrase | None:
    number = str(wish.post)
    if row is None:
        return later("There is no post with the number {number}.", number=number)
    if not actor.may(Role.APPROVER, of_post(row)):
        return later("Post {number}: {why}", number=number, why=missing(Role.APPROVER))
    if row.state != State.PLANNED:
        return later(
            "Post {number} is {state}; only a planned post is approved.",
            number=number,
            state=CALLED[State(row.state)],
        )
    if row.digest != wish.digest:
        return later("Post {number} has changed since you saw it. Look at it again.", number=number)
    if row.author == actor.name and not row.author_may_approve:
        return later(
            "Post {number} was planned by you; in this campaign another person approves it.", number=number
        )
    return None


async def _sign(connection: AsyncConnection, wishes: Sequence[Seen], actor: Actor, clock: Clock) -> None:
    rows = [
        {"post": wish.post, "digest": wish.digest, "actor": actor.name, "approved_at": clock.now()}
        for wish in wishes
    ]
    await insert_new(connection, approval, rows)


async def _record(connection: AsyncConnection, actor: Actor, signed: Sequence[Seen]) -> None:
    if signed:
        await actor.record(connection, "approved", f"posts: {len(signed)}")


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
        .values(state=State.READY.value, reason=None, changed_at=clock.now())
    )
