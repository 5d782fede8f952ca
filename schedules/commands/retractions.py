"""Taking back what was published: one post or a whole campaign, with a report of what is gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.posts import no_such_post, require_number
from schedules.commands.scopes import named, of_post
from schedules.errors import IllegalMove, ScheduleError
from schedules.lifecycle import RETRACT, UNCLAIMED, WAITING_FOR_A_PERSON, State, part_number
from schedules.people.roles import Role
from schedules.store.engine import Store
from schedules.store.tables import delivery, post

TRIED_FOR: Final = timedelta(days=7)
"""How long a platform that cannot be reached is asked again."""
BY_HAND: Final = "Nobody knows its number on the platform. Delete it by hand."
TAKEN_BACK: Final = "What it belongs to was taken back."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Retraction:
    """What became of one published text that was, or should be, taken back.

    Attributes:
        part: Which part of a thread, from 1.
        state: Of the retraction: ``sent`` means gone, ``ready`` waits; ``None`` where it was not asked for.
    """

    post: int
    part: int
    account: str
    url: str | None
    state: State | None
    reason: str | None
    remedy: str | None

    @property
    def is_gone(self) -> bool:
        """Whether the platform has deleted it."""
        return self.state is State.SENT


async def retract_post(store: Store, clock: Clock, actor: Actor, post_id: int) -> int:
    """Ask for one post, with every part of its thread, to be deleted. No pause stops it. How many texts.

    Raises:
        Forbidden: They are no approver of that post.
        CodeNeeded: Their second factor was not shown.
        PostNotFound: No post has that id.
        IllegalMove: It is not out, or nobody knows whether it is.
    """
    actor.require_somewhere(Role.APPROVER)
    actor.require_proof()
    require_number(post_id)
    async with store.write() as connection:
        found = await _published(connection, post.c.id == post_id)
        for row in found:
            actor.require(Role.APPROVER, of_post(row))
        if not found:
            await _explain(connection, post_id)
        return await _ask(connection, clock, actor, found)


async def retract_campaign(store: Store, clock: Clock, actor: Actor, campaign: str) -> int:
    """Ask for everything that a campaign published to be deleted. What waits still goes out. How many texts.

    Raises:
        Forbidden: They are no approver of that campaign.
        CodeNeeded: Their second factor was not shown.
        ScheduleError: Nothing of that campaign is out.
    """
    actor.require(Role.APPROVER, named(campaign=campaign))
    actor.require_proof()
    async with store.write() as connection:
        found = await _published(connection, post.c.campaign == campaign)
        if not found:
            raise ScheduleError(f"Nothing of {campaign!r:.80} is out. See: munasara posts list.")
        return await _ask(connection, clock, actor, found)


async def report(
    store: Store, *, campaign: str | None = None, post_id: int | None = None
) -> tuple[Retraction, ...]:
    """Everything that was published, in the order of the posts, and what became of taking it back.

    Raises:
        PostNotFound: No post can have that id.
    """
    if post_id is not None:
        require_number(post_id)
    wanted = [post.c.campaign == campaign] if campaign is not None else []
    wanted += [post.c.id == post_id] if post_id is not None else []
    async with store.read() as connection:
        found = await _published(connection, *wanted)
        asked = await connection.execute(
            select(delivery.c.after, delivery.c.state, delivery.c.reason, delivery.c.remedy).where(
                delivery.c.kind.startswith(RETRACT)
            )
        )
        answers = {row.after: row for row in asked}
    return tuple(_retraction(row, answers.get(row.id)) for row in found)


async def _published(connection: AsyncConnection, *where: ColumnElement[bool]) -> Sequence[Any]:
    """The deliveries that made something public, the parts of a thread from the last to the first."""
    found = await connection.execute(
        select(
            delivery.c.id,
            delivery.c.post,
            delivery.c.kind,
            delivery.c.account,
            delivery.c.campaign,
            delivery.c.city,
            delivery.c.partner,
            post.c.language,
            delivery.c.remote_id,
            delivery.c.url,
        )
        .join_from(delivery, post, delivery.c.post == post.c.id)
        .where(delivery.c.state == State.SENT.value, *where)
        .order_by(delivery.c.post, delivery.c.id.desc())
    )
    return [row for row in found if part_number(row.kind) is not None]


async def _ask(connection: AsyncConnection, clock: Clock, actor: Actor, published: Sequence[Any]) -> int:
    posts = list({row.post for row in published})
    await connection.execute(
        delivery.update()
        .where(
            delivery.c.post.in_(posts),
            delivery.c.state.in_([state.value for state in UNCLAIMED]),
            delivery.c.kind.not_like(f"{RETRACT}%"),
        )
        .values(state=State.CANCELLED.value, reason=TAKEN_BACK, remedy=None, changed_at=clock.now())
    )
    for row in published:
        await _ask_one(connection, clock, row)
    await actor.record(connection, "retracted", f"posts: {len(posts)}")
    log.warning("retraction asked for", texts=len(published), actor=actor.name)
    return len(published)


async def _ask_one(connection: AsyncConnection, clock: Clock, row: Any) -> None:
    """Insert the retraction of one text; one that failed before is tried anew, one that waits stays."""
    part = part_number(row.kind)
    kind = RETRACT if part == 1 else f"{RETRACT}-{part}"
    now = clock.now()
    known = row.remote_id is not None
    values = {
        "state": (State.READY if known else State.REFUSED).value,
        "reason": None if known else BY_HAND,
        "remedy": None,
        "due_at": now,
        "planned_at": now,
        "expires_at": now + TRIED_FOR,
        "changed_at": now,
    }
    here = (delivery.c.post == row.post) & (delivery.c.kind == kind)
    earlier = (await connection.execute(select(delivery.c.state).where(here))).scalar()
    if earlier is None:
        fixed = {name: getattr(row, name) for name in ("post", "account", "campaign", "city", "partner")}
        await connection.execute(delivery.insert().values(kind=kind, after=row.id, **fixed, **values))
    elif earlier in (State.REFUSED, State.EXPIRED):
        await connection.execute(delivery.update().where(here).values(**values))


async def _explain(connection: AsyncConnection, post_id: int) -> None:
    found = await connection.execute(
        select(delivery.c.state).where(delivery.c.post == post_id, delivery.c.kind == "publish")
    )
    state = found.scalar()
    if state is None:
        raise no_such_post(post_id)
    if state in WAITING_FOR_A_PERSON:
        raise IllegalMove(
            f"Nobody has said whether post {post_id} is out. Look first: munasara posts resolve {post_id}."
        )
    raise IllegalMove(
        f"Post {post_id} is {state}, so there is nothing to take back. "
        f"To stop one that waits: munasara posts cancel {post_id}."
    )


def _retraction(row: Any, answer: Any) -> Retraction:
    return Retraction(
        post=row.post,
        part=part_number(row.kind) or 1,
        account=row.account,
        url=row.url,
        state=None if answer is None else State(answer.state),
        reason=None if answer is None else answer.reason,
        remedy=None if answer is None else answer.remedy,
    )
