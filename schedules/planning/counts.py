"""The frozen numbers of action days, as plans and round-ups take them up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import select

from content.crowds import SAMPLE, Crowd
from content.models import Campaign
from schedules.store.engine import Store
from schedules.store.tables import day_count

Crowds: TypeAlias = Mapping[str, Crowd]
"""By the id of the action day."""

NOTHING_COUNTED: Final[Crowds] = {}


@dataclass(frozen=True, slots=True)
class Frozen:
    """The numbers of an action day as they were when its count closed.

    Attributes:
        at: When that was, in UTC.
        by_city: The captains' estimates, of open cities only.
    """

    at: datetime
    crowd: Crowd
    by_city: Mapping[str, int]


async def load_counts(store: Store, campaign: str) -> Mapping[str, Frozen]:
    """The numbers of every action day of a campaign whose count has closed, by its id, the first frozen first."""
    mine = select(day_count).where(day_count.c.campaign == campaign)
    async with store.read() as connection:
        found = await connection.execute(mine.order_by(day_count.c.frozen_at, day_count.c.day))
        return {
            row.day: Frozen(row.frozen_at, _crowd(row.numbers), row.numbers["by_city"]) for row in found
        }


async def load_crowds(store: Store, campaign: str) -> Crowds:
    """What the round-ups of a campaign say; those of other days are not planned yet."""
    return {day: frozen.crowd for day, frozen in (await load_counts(store, campaign)).items()}


def with_samples(campaign: Campaign, counted: Crowds = NOTHING_COUNTED) -> Crowds:
    """The same with sample numbers for every other day, so that its round-ups can be looked at."""
    return {day.id: SAMPLE for day in campaign.action_days} | dict(counted)


def _crowd(numbers: Mapping[str, Any]) -> Crowd:
    return Crowd(numbers["people"], numbers["cities"], numbers["of"])
