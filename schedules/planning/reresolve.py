"""Following the world's governments: when they move the clocks, wall times stay and instants move."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.models import Gap, Overlap
from schedules.clock import Clock
from schedules.errors import LocalTimeInvalid
from schedules.lifecycle import UNCLAIMED, State
from schedules.people.days import NEVER
from schedules.people.steps import tells_change
from schedules.planning.changes import SKIPPED_BY_CLOCKS
from schedules.planning.cities import GENERAL
from schedules.store.engine import Store
from schedules.store.tables import campaign, day_city, delivery, override, post
from schedules.walltime import resolve, tzdata_version

SKIPPED_REMEDY: Final = "Give it a time that exists: munasara posts reschedule <id> --at YYYY-MM-DDTHH:MM."
_Delays: TypeAlias = Mapping[tuple[str, str], timedelta]
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
    moved, delays = [], await _delays(connection, campaign_id)
    for row in await _waiting(connection, campaign_id):
        now_at = _resolved(row, delays)
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
            post.c.slot,
            post.c.city,
            or_(tells_change(post.c.slot), override.c.key.is_not(None)).label("is_by_itself"),
            delivery.c.due_at,
            delivery.c.planned_at,
            delivery.c.expires_at,
        )
        .join_from(post, delivery, delivery.c.post == post.c.id)
        .outerjoin(override, override.c.key == post.c.key)
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


async def _delays(connection: AsyncConnection, campaign_id: str) -> _Delays:
    """By how much people delayed each action day of the campaign in a city."""
    columns = (day_city.c.day, day_city.c.city, day_city.c.delay_minutes)
    found = await connection.execute(select(*columns).where(day_city.c.campaign == campaign_id))
    return {(row.day, row.city): timedelta(minutes=row.delay_minutes) for row in found}


def _resolved(row: Any, delays: _Delays) -> datetime | None:
    local_at, day = datetime.fromisoformat(row.local_at), row.slot.partition(":")[0]
    delay = timedelta() if row.is_by_itself else delays.get((day, row.city or GENERAL), timedelta())
    try:
        at = resolve(local_at, row.zone, gap=Gap(row.gap), overlap=Overlap(row.overlap)).at
    except LocalTimeInvalid:
        return None
    return None if at is None else at + delay


def _new_values(row: Any, now_at: datetime | None) -> dict[str, Any]:
    if now_at is None:
        return {
            "state": State.CANCELLED.value,
            "reason": SKIPPED_BY_CLOCKS,
            "remedy": SKIPPED_REMEDY,
        }
    return {
        "due_at": row.due_at if row.due_at >= NEVER else now_at,
        "planned_at": now_at,
        "expires_at": now_at + (row.expires_at - row.planned_at),
    }
