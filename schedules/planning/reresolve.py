"""Following the world's governments: when they move the clocks, wall times stay and instants move."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.models import Gap, Overlap
from schedules.clock import Clock
from schedules.errors import LocalTimeInvalid
from schedules.lifecycle import UNCLAIMED, State
from schedules.planning.changes import SKIPPED_BY_CLOCKS
from schedules.store.engine import Store
from schedules.store.tables import campaign, delivery, post
from schedules.walltime import resolve, tzdata_version

SKIPPED_REMEDY: Final = "Give it a time that exists: munasara posts reschedule <id> --at 2027-03-01T18:00."
_WAITING: Final = delivery.c.state.in_([state.value for state in UNCLAIMED])


@dataclass(frozen=True, slots=True)
class Moved:
    """A post whose instant moved because its wall time stayed. Both are UTC; ``now_at`` is ``None`` if skipped."""

    post: int
    was_at: datetime
    now_at: datetime | None


async def follow_time_zones(store: Store, clock: Clock) -> tuple[Moved, ...]:
    """Resolve every waiting wall time again if this version knows other time zone data than the last plan.

    Approvals stay: they are bound to the wall time. A wall time that no longer exists, in a slot that does not
    say to shift it, is cancelled.
    """
    version = tzdata_version()
    async with store.write() as connection:
        stale = await connection.execute(
            select(campaign.c.id).where(campaign.c.tzdata < version).order_by(campaign.c.id)
        )
        moved: list[Moved] = []
        for campaign_id in stale.scalars().all():
            moved += await _follow(connection, campaign_id, clock.now())
        await connection.execute(
            campaign.update().where(campaign.c.tzdata < version).values(tzdata=version)
        )
    return tuple(moved)


async def _follow(connection: AsyncConnection, campaign_id: str, now: datetime) -> list[Moved]:
    moved = []
    for row in await _waiting(connection, campaign_id):
        now_at = _resolved(row)
        if now_at != row.planned_at:
            await connection.execute(
                delivery.update()
                .where(delivery.c.post == row.id, _WAITING)
                .values(_new_values(row, now_at) | {"changed_at": now})
            )
            moved.append(Moved(row.id, row.planned_at, now_at))
    return moved


async def _waiting(connection: AsyncConnection, campaign_id: str) -> list[Any]:
    found = await connection.execute(
        select(
            post.c.id,
            post.c.local_at,
            post.c.zone,
            post.c.gap,
            post.c.overlap,
            delivery.c.planned_at,
            delivery.c.expires_at,
        )
        .join_from(post, delivery, delivery.c.post == post.c.id)
        .where(
            post.c.campaign == campaign_id,
            post.c.fixed.is_(False),
            delivery.c.kind == "publish",
            _WAITING,
        )
        .order_by(delivery.c.id)
        .with_for_update(of=[delivery, post])
    )
    return list(found.all())


def _resolved(row: Any) -> datetime | None:
    local_at = datetime.fromisoformat(row.local_at)
    try:
        return resolve(local_at, row.zone, gap=Gap(row.gap), overlap=Overlap(row.overlap)).at
    except LocalTimeInvalid:
        return None


def _new_values(row: Any, now_at: datetime | None) -> dict[str, Any]:
    if now_at is None:
        return {
            "state": State.CANCELLED.value,
            "reason": SKIPPED_BY_CLOCKS,
            "remedy": SKIPPED_REMEDY,
        }
    return {
        "due_at": now_at,
        "planned_at": now_at,
        "expires_at": now_at + (row.expires_at - row.planned_at),
    }
