"""What the ledger has and the campaign folder no longer has."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import select

from content.errors import Problem, Severity
from content.models import DOOR
from schedules.lifecycle import IN_FLIGHT, UNCLAIMED, WAITING_FOR_A_PERSON
from schedules.people.days import URGENT_SLOT
from schedules.store.engine import Store
from schedules.store.tables import delivery, post


@dataclass(frozen=True, slots=True)
class Vanished:
    """Posts that are in no slot of the folder any more.

    Attributes:
        waiting: Keys of posts that can be withdrawn.
        on_their_way: A problem for each post that is too late to withdraw and has no known end.
    """

    waiting: tuple[str, ...]
    on_their_way: tuple[Problem, ...]


async def find_vanished(store: Store, campaign_id: str, seen: AbstractSet[str]) -> Vanished:
    """The posts of a campaign that have not ended and whose keys were not seen in the folder.

    What was queued at a door belongs to no folder and stays as it is.
    """
    open_states = UNCLAIMED | IN_FLIGHT | WAITING_FOR_A_PERSON
    wanted = (
        select(post.c.id, post.c.key, delivery.c.state)
        .join_from(post, delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == "publish"))
        .where(
            post.c.campaign == campaign_id,
            post.c.slot.not_like(f"{DOOR}%"),
            post.c.slot.not_like(f"{URGENT_SLOT}%"),
            delivery.c.state.in_([state.value for state in open_states]),
        )
        .order_by(post.c.id)
    )
    async with store.read() as connection:
        gone = [row async for row in await connection.stream(wanted) if row.key not in seen]
    return Vanished(
        tuple(row.key for row in gone if row.state in UNCLAIMED),
        tuple(_too_late(row.id, row.state) for row in gone if row.state not in UNCLAIMED),
    )


def _too_late(post_id: int, state: str) -> Problem:
    return Problem(
        "already-out",
        f"post {post_id}",
        f"it is {state} and no longer in the campaign folder",
        f"Too late to withdraw it; see what became of it: munasara posts show {post_id}.",
        severity=Severity.WARNING,
    )
