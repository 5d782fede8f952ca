"""What the bot takes somebody's next message for. It survives a restart and keeps no word of theirs."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.store.engine import Store
from schedules.store.tables import expecting

PATIENCE: Final = timedelta(hours=1)


async def expect(store: Store, clock: Clock, person: str, what: str) -> None:
    """Take the next message, within an hour, for ``what``: a word, a colon, and what it concerns."""
    async with store.write() as connection:
        await forget(connection, person)
        row = {"person": person, "what": what, "until": clock.now() + PATIENCE}
        await connection.execute(expecting.insert(), [row])


async def expected(store: Store, clock: Clock, person: str) -> str | None:
    """What the next message is taken for, or ``None``."""
    async with store.read() as connection:
        found = await connection.execute(
            select(expecting.c.what).where(expecting.c.person == person, expecting.c.until > clock.now())
        )
        return found.scalar()


async def done(store: Store, person: str) -> None:
    """Expect nothing in particular any more."""
    async with store.write() as connection:
        await forget(connection, person)


async def forget(connection: AsyncConnection, person: str) -> None:
    """The same within a transaction."""
    await connection.execute(delete(expecting).where(expecting.c.person == person))
