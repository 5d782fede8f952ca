"""What captains report from their cities on an action day; never who did."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.store.engine import Store
from schedules.store.tables import check_in


class What(StrEnum):
    """What a check-in says."""

    BEGUN = "begun"
    PEOPLE = "people"
    """How many people are there, as the captain estimates."""
    ENDED = "ended"
    DANGER = "danger"
    SAFE = "safe"
    """The captain is home safe."""


@dataclass(frozen=True, slots=True)
class CheckIns:
    """What counts of everything that was reported from one city: of each kind what happened last. Instants are in UTC.

    Attributes:
        people: How many people are there, as the captain estimates; ``None`` where nobody said so.
        people_at: When that was.
    """

    begun_at: datetime | None = None
    people: int | None = None
    people_at: datetime | None = None
    ended_at: datetime | None = None
    danger_at: datetime | None = None
    safe_at: datetime | None = None


NOTHING: Final = CheckIns()


async def write(
    connection: AsyncConnection,
    clock: Clock,
    campaign: str,
    day: str,
    city: str,
    what: What,
    *,
    happened_at: datetime,
    people: int | None = None,
) -> None:
    """Keep a report within a transaction. One that happened later corrects it, whichever arrives first.

    Args:
        happened_at: When the captain wrote or pressed it; a clock that is ahead of ours counts as now.
    """
    now = clock.now()
    row = {"campaign": campaign, "day": day, "city": city, "what": what.value, "people": people}
    await connection.execute(
        check_in.insert(), [row | {"happened_at": min(happened_at, now), "told_at": now}]
    )


async def latest(
    store: Store, campaign: str, day: str, *, told_by: datetime | None = None
) -> Mapping[str, CheckIns]:
    """What was reported from each city of a day; a city that reported nothing is not in it.

    Args:
        told_by: Only what had arrived by then, in UTC; everything where nothing is said.
    """
    known = true() if told_by is None else check_in.c.told_at <= told_by
    mine = (check_in.c.campaign == campaign, check_in.c.day == day, known)
    found: dict[str, CheckIns] = {}
    async with store.read() as connection:
        rows = await connection.execute(
            select(check_in).where(*mine).order_by(check_in.c.happened_at, check_in.c.id)
        )
        for row in rows:
            found[row.city] = replace(found.get(row.city, NOTHING), **_values(row))
    return found


def _values(row: Any) -> dict[str, Any]:
    at = {f"{row.what}_at": row.happened_at}
    return at | {"people": row.people} if row.what == What.PEOPLE else at
