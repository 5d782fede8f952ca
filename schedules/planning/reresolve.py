"""Following the world's governments: when they move the clocks, wall times stay and instants move."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from content.models import Gap, Overlap
from schedules.clock import Clock
from schedules.lifecycle import UNCLAIMED, State
from schedules.store.engine import Store
from schedules.store.tables import campaign, delivery, post
from schedules.walltime import resolve, tzdata_version

SKIPPED: Final = "New time zone data: this wall time no longer exists."


@dataclass(frozen=True, slots=True)
class Moved:
    """A post whose instant moved because its wall time stayed. Both are UTC; ``now_at`` is ``None`` if skipped."""

    post: int
    was_at: datetime
    now_at: datetime | None


async def follow_time_zones(store: Store, clock: Clock) -> tuple[Moved, ...]:
    """Resolve every waiting wall time again if this version knows other time zone data than the last plan.

    Approvals stay: they are bound to the wall time.
    """
    version = tzdata_version()
    async with store.write() as connection:
        stale = (
            await connection.execute(select(campaign.c.id).where(campaign.c.tzdata != version))
        ).scalars()
        if not (campaigns := list(stale)):
            return ()
        rows = await connection.execute(
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
                post.c.campaign.in_(campaigns),
                post.c.fixed.is_(False),
                delivery.c.kind == "publish",
                delivery.c.state.in_([state.value for state in UNCLAIMED]),
            )
        )
        moved = []
        for row in rows.all():
            now_at = _resolved(row)
            if now_at != row.planned_at:
                await connection.execute(
                    delivery.update()
                    .where(delivery.c.post == row.id)
                    .values(_new_values(row, now_at) | {"changed_at": clock.now()})
                )
                moved.append(Moved(row.id, row.planned_at, now_at))
        await connection.execute(
            campaign.update().where(campaign.c.id.in_(campaigns)).values(tzdata=version)
        )
    return tuple(moved)


def _resolved(row: Any) -> datetime | None:
    local_at = datetime.fromisoformat(row.local_at)
    return resolve(local_at, row.zone, gap=Gap(row.gap), overlap=Overlap(row.overlap)).at


def _new_values(row: Any, now_at: datetime | None) -> dict[str, Any]:
    if now_at is None:
        return {"state": State.CANCELLED.value, "reason": SKIPPED}
    return {
        "due_at": now_at,
        "planned_at": now_at,
        "expires_at": now_at + (row.expires_at - row.planned_at),
    }
