"""How many come to an action day. Rosters are counts, and some days later nothing else is left of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.lifecycle import PUBLISH
from schedules.people.purge import note_erasure
from schedules.planning.cities import lock_city
from schedules.store.engine import Store
from schedules.store.tables import day_city, delivery, post, sign_up

KEPT: Final = timedelta(hours=48)
"""How long after the last that an action day writes to a city it is known who came."""


@dataclass(frozen=True, slots=True)
class Coming:
    """How many come to one city: those who signed up, and whom they bring."""

    people: int
    guests: int

    @property
    def together(self) -> int:
        """Everybody."""
        return self.people + self.guests


async def coming(store: Store, campaign: str, day: str) -> Mapping[str, Coming]:
    """Who signed up for a day, also of one that is over, by the id of each open city to which anybody comes."""
    people: Counter[str] = Counter()
    guests: Counter[str] = Counter()
    live = (
        select(sign_up.c.city, func.count().label("people"), func.sum(sign_up.c.guests).label("guests"))
        .where(sign_up.c.campaign == campaign, sign_up.c.day == day)
        .group_by(sign_up.c.city)
    )
    closed = select(
        day_city.c.city, day_city.c.came.label("people"), day_city.c.came_along.label("guests")
    ).where(day_city.c.campaign == campaign, day_city.c.day == day, day_city.c.came > 0)
    async with store.read() as connection:
        for row in (*await connection.execute(live), *await connection.execute(closed)):
            people[row.city] += int(row.people)
            guests[row.city] += int(row.guests)
    return {city: Coming(people[city], guests[city]) for city in sorted(people)}


async def close_rosters(store: Store, clock: Clock) -> None:
    """Turn who signed up for days that are over into counts, and take them away. Safe to repeat and to interrupt."""
    for campaign, day, city in await _over(store, clock):
        async with store.write() as connection:
            await _close(connection, clock, campaign, day, city)


async def _over(store: Store, clock: Clock) -> list[tuple[str, str, str]]:
    """The cities of days that write nothing more, and for a while have not."""
    before = clock.now() - KEPT
    still = (
        select(delivery.c.id)
        .join(post, post.c.id == delivery.c.post)
        .where(
            post.c.campaign == sign_up.c.campaign,
            post.c.slot.startswith(sign_up.c.day + ":"),
            delivery.c.kind == PUBLISH,
            delivery.c.city == sign_up.c.city,
            delivery.c.expires_at > before,
        )
    )
    names = (sign_up.c.campaign, sign_up.c.day, sign_up.c.city)
    async with store.read() as connection:
        found = await connection.execute(
            select(*names).where(~still.exists(), sign_up.c.signed_at <= before).distinct().order_by(*names)
        )
        return [(row.campaign, row.day, row.city) for row in found]


async def _close(connection: AsyncConnection, clock: Clock, campaign: str, day: str, city: str) -> None:
    await lock_city(connection, clock, campaign, day, city)
    here = _is(sign_up, campaign, day, city)
    counted = await connection.execute(
        select(func.count().label("people"), func.coalesce(func.sum(sign_up.c.guests), 0).label("guests"))
        .select_from(sign_up)
        .where(*here)
    )
    row = counted.one()
    more = {"came": day_city.c.came + row.people, "came_along": day_city.c.came_along + row.guests}
    await connection.execute(day_city.update().where(*_is(day_city, campaign, day, city)).values(more))
    await connection.execute(delete(sign_up).where(*here))
    await note_erasure(connection, clock)


def _is(table: Any, campaign: str, day: str, city: str) -> tuple[Any, ...]:
    return table.c.campaign == campaign, table.c.day == day, table.c.city == city
