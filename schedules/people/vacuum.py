"""Getting the bytes of erased rows out of the files of the database, when nobody waits for it."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import delete, or_, select

from schedules.clock import Clock
from schedules.lifecycle import IN_FLIGHT, State
from schedules.people.purge import PURGERS
from schedules.store.engine import Store
from schedules.store.erasing import vacuum
from schedules.store.tables import delivery, erasure

QUIET: Final = timedelta(minutes=10)
"""Nothing may be due so long before and after: the database is held for as long as it takes."""

log = structlog.get_logger()


async def vacuum_when_quiet(store: Store, clock: Clock) -> bool:
    """Vacuum if something was erased and nothing is being sent or due soon. Whether it was done."""
    noted = await _erased_at(store)
    if noted is None or not await is_quiet(store, clock.now()):
        return False
    if not await vacuum(store, [*PURGERS, erasure]):
        return False
    async with store.write() as connection:
        await connection.execute(delete(erasure).where(erasure.c.at <= noted))
    log.info("erased bytes removed")
    return True


async def is_quiet(store: Store, now: datetime) -> bool:
    """Whether nothing is being sent, and nothing is due within ten minutes."""
    columns = delivery.c
    soon = (columns.state == State.READY.value) & columns.due_at.between(now - QUIET, now + QUIET)
    in_flight = columns.state.in_([state.value for state in IN_FLIGHT])
    async with store.read() as connection:
        busy = await connection.execute(select(columns.id).where(or_(soon, in_flight)).limit(1))
        return busy.first() is None


async def _erased_at(store: Store) -> datetime | None:
    async with store.read() as connection:
        found: datetime | None = (await connection.execute(select(erasure.c.at))).scalar()
    return found
