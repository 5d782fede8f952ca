"""Messages that are to vanish from the phones of people in guarded cities."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select

from schedules.clock import Clock
from schedules.store.engine import Store
from schedules.store.tables import trace
from schedules.store.upsert import insert_new

LIVES: Final = timedelta(hours=24)
"""Half of the 48 hours within which a bot may delete (core.telegram.org/bots/api#deletemessage)."""


async def leave(store: Store, clock: Clock, person: str, *messages: int) -> None:
    """Remember messages that vanish in a day."""
    rows = [{"person": person, "message": number, "delete_at": clock.now() + LIVES} for number in messages]
    async with store.write() as connection:
        await insert_new(connection, trace, rows)


async def due(store: Store, now: datetime, most: int) -> tuple[tuple[str, int], ...]:
    """Messages whose time has come, with whose they are, the oldest first."""
    async with store.read() as connection:
        rows = await connection.execute(
            select(trace.c.person, trace.c.message)
            .where(trace.c.delete_at <= now)
            .order_by(trace.c.delete_at)
            .limit(most)
        )
        return tuple((row.person, row.message) for row in rows)


async def of(store: Store, person: str) -> tuple[int, ...]:
    """Every message of one person that has not vanished yet."""
    async with store.read() as connection:
        found = await connection.execute(select(trace.c.message).where(trace.c.person == person))
        return tuple(found.scalars())


async def gone(store: Store, person: str, *messages: int) -> None:
    """Forget messages that are no longer there."""
    async with store.write() as connection:
        await connection.execute(
            delete(trace).where(trace.c.person == person, trace.c.message.in_(messages))
        )
