"""Volunteers who do not answer: after seven silent days their prompts come once a week."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select, update

from schedules.clock import Clock
from schedules.people.volunteers import Rhythm, Volunteer
from schedules.store.chunks import CHUNK
from schedules.store.engine import Store
from schedules.store.tables import volunteer
from schedules.walltime import zone

LONG: Final = 7
"""Silent days after which a volunteer is asked less often."""


def silent_days(who: Volunteer, today: date) -> int:
    """Days on which prompts came and nothing came back.

    Args:
        today: The date where they live.
    """
    if who.prompted_on is None or who.active_on is None:
        return 0
    return max((min(who.prompted_on, today) - who.active_on).days, 0)


async def slow_down(store: Store, clock: Clock) -> int:
    """Turn volunteers who were silent for a week from daily to weekly. Returns how many. Safe to repeat."""
    slowed = 0
    for where in await _zones(store):
        today = clock.now().astimezone(zone(where)).date()
        after: str | None = ""
        while after is not None:
            names, after = await _silent(store, where, today, after)
            slowed += await _slow_down(store, names)
    return slowed


async def _zones(store: Store) -> tuple[str, ...]:
    daily = volunteer.c.rhythm == Rhythm.DAILY.value
    async with store.read() as connection:
        found = await connection.execute(select(volunteer.c.zone).where(daily).distinct())
        return tuple(found.scalars())


async def _silent(store: Store, where: str, today: date, after: str) -> tuple[list[str], str | None]:
    """Those of the next few volunteers who are silent, and who the last of these few is."""
    page = (
        select(volunteer.c.person, volunteer.c.active_on, volunteer.c.prompted_on)
        .where(
            volunteer.c.person > after,
            volunteer.c.zone == where,
            volunteer.c.rhythm == Rhythm.DAILY.value,
            volunteer.c.active_on <= (today - timedelta(days=LONG)).isoformat(),
            volunteer.c.prompted_on > volunteer.c.active_on,
        )
        .order_by(volunteer.c.person)
        .limit(CHUNK)
    )
    async with store.read() as connection:
        found = (await connection.execute(page)).all()
    names = [row.person for row in found if _is_long(row.active_on, row.prompted_on)]
    return names, found[-1].person if found else None


async def _slow_down(store: Store, names: Sequence[str]) -> int:
    still = volunteer.c.rhythm == Rhythm.DAILY.value
    async with store.write() as connection:
        done = await connection.execute(
            update(volunteer).where(volunteer.c.person.in_(names), still).values(rhythm=Rhythm.WEEKLY.value)
        )
    return done.rowcount


def _is_long(active_on: str, prompted_on: str) -> bool:
    return (date.fromisoformat(prompted_on) - date.fromisoformat(active_on)).days >= LONG
