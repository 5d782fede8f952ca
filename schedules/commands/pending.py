"""What waits for approval: who may see it, sending it back with a reason, and asking for a change."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import later
from schedules.clock import Clock
from schedules.commands import accounts
from schedules.commands.actor import Actor
from schedules.commands.post_rows import drop, locked, note
from schedules.commands.posts import Filter, PostView, list_posts, show_post
from schedules.commands.scopes import named, of_post
from schedules.errors import IllegalMove, ScheduleError
from schedules.lifecycle import CALLED, State
from schedules.people.roles import Role
from schedules.store.engine import Store

MOST_SIGNS: Final = 500
"""Characters of a reason."""
WISH: Final = "change asked for"
"""How a history calls it that somebody asked for a change."""


def covering(post: PostView, partners: Mapping[str, str | None]) -> frozenset[str]:
    """What covers a post.

    Args:
        partners: To whom each account belongs.
    """
    return named(
        campaign=post.campaign,
        account=post.account,
        city=post.city,
        language=post.language,
        partner=partners.get(post.account),
    )


async def waiting(store: Store, actor: Actor) -> tuple[PostView, ...]:
    """The posts that wait for an approval which they may give, the first to be due first.

    Raises:
        Forbidden: They are nowhere an approver.
    """
    actor.require_somewhere(Role.APPROVER)
    partners = {one.name: one.partner for one in await accounts.views(store)}
    found = await list_posts(store, Filter(states=(State.PLANNED,)))
    return tuple(post for post in found if actor.may(Role.APPROVER, covering(post, partners)))


async def reject(store: Store, clock: Clock, actor: Actor, post_id: int, why: str) -> None:
    """Cancel a post that waits for approval, for good, and say why.

    Raises:
        Forbidden: They are no approver of it.
        PostNotFound: No post has that id.
        IllegalMove: It does not wait for approval any more.
        ScheduleError: No reason is given.
    """
    reason = _reason(why)
    actor.require_somewhere(Role.APPROVER)
    async with store.write() as connection:
        row = await _undecided(connection, actor, post_id)
        await drop(connection, clock, actor, row, f"{actor.name} rejected it: {reason}")
        await actor.record(connection, "rejected", f"post {post_id}")


async def ask_for_change(store: Store, clock: Clock, actor: Actor, post_id: int, what: str) -> None:
    """Ask its author to change a post; it goes on waiting, and the wish stands in its history.

    Raises:
        Forbidden: They are no approver of it.
        PostNotFound: No post has that id.
        IllegalMove: It does not wait for approval any more.
        ScheduleError: Nothing is asked for.
    """
    wish = _reason(what)
    actor.require_somewhere(Role.APPROVER)
    async with store.write() as connection:
        row = await _undecided(connection, actor, post_id)
        await note(connection, clock, row.delivery, WISH, f"{actor.name}: {wish}")


async def asked_by(store: Store, post_id: int) -> str | None:
    """The handle of who asked for a change, where nothing has happened to the post since.

    Raises:
        PostNotFound: No post has that id.
    """
    _, history = await show_post(store, post_id)
    last = history[-1] if history else None
    return (last.detail or "").partition(":")[0] if last is not None and last.what == WISH else None


async def _undecided(connection: AsyncConnection, actor: Actor, post_id: int) -> Any:
    """The row of a post that waits for the approval of somebody who may give it."""
    row = await locked(connection, post_id)
    actor.require(Role.APPROVER, of_post(row))
    if row.state != State.PLANNED:
        raise IllegalMove(
            f"Post {post_id} is {row.state}; it does not wait for approval.",
            later(
                "Number {number} is decided already: {state}.",
                number=str(post_id),
                state=CALLED[State(row.state)],
            ),
        )
    return row


def _reason(text: str) -> str:
    line = " ".join(text.split())
    if not line or len(line) > MOST_SIGNS:
        raise ScheduleError(later("Write one to {number} characters.", number=MOST_SIGNS))
    return line
