"""Who comes to an action day. Only of open cities: in guarded ones nothing of anybody is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.people.purge import note_erasure
from schedules.store.engine import Store
from schedules.store.tables import sign_up
from schedules.store.upsert import insert_new


@dataclass(frozen=True, slots=True)
class SignUp:
    """Somebody comes to an action day in a city, with so many others."""

    day: str
    city: str
    guests: int


async def of(store: Store, person: str) -> tuple[SignUp, ...]:
    """Every action day to which somebody comes."""
    async with store.read() as connection:
        found = await connection.execute(
            select(sign_up.c.day, sign_up.c.city, sign_up.c.guests)
            .where(sign_up.c.person == person)
            .order_by(sign_up.c.day)
        )
        return tuple(SignUp(row.day, row.city, row.guests) for row in found)


async def taken(connection: AsyncConnection, campaign: str, day: str, city: str, but: str) -> int:
    """How many people come to a city, guests included, without one volunteer and theirs."""
    found = await connection.execute(
        select(func.coalesce(func.sum(sign_up.c.guests + 1), 0)).where(
            sign_up.c.campaign == campaign,
            sign_up.c.day == day,
            sign_up.c.city == city,
            sign_up.c.person != but,
        )
    )
    return int(found.scalar_one())


async def keep(
    connection: AsyncConnection, campaign: str, person: str, wanted: SignUp, now: datetime
) -> None:
    """Keep that somebody comes; again, what they say now counts."""
    names = {"campaign": campaign, "day": wanted.day, "person": person}
    said = {"city": wanted.city, "guests": wanted.guests}
    await insert_new(connection, sign_up, [names | said | {"signed_at": now}])
    mine = (sign_up.c.campaign == campaign, sign_up.c.day == wanted.day, sign_up.c.person == person)
    await connection.execute(sign_up.update().where(*mine).values(**said))


async def withdraw(connection: AsyncConnection, clock: Clock, person: str, day: str) -> bool:
    """Take away that somebody comes to a day. Whether they did."""
    return await _erase(connection, clock, sign_up.c.person == person, sign_up.c.day == day)


async def move(connection: AsyncConnection, clock: Clock, person: str, city: str | None) -> None:
    """Take away, in the transaction that gives somebody another city, that they come anywhere else."""
    elsewhere = true() if city is None else sign_up.c.city != city
    await _erase(connection, clock, sign_up.c.person == person, elsewhere)


async def guard(
    connection: AsyncConnection, clock: Clock, campaign: str, still_open: Sequence[str]
) -> None:
    """Take away, in the transaction that makes cities guarded, what is kept of who comes there."""
    await _erase(connection, clock, sign_up.c.campaign == campaign, sign_up.c.city.not_in(still_open))


async def _erase(connection: AsyncConnection, clock: Clock, *which: ColumnElement[bool]) -> bool:
    gone = await connection.execute(delete(sign_up).where(*which))
    if gone.rowcount:
        await note_erasure(connection, clock)
    return bool(gone.rowcount)
