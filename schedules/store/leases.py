"""Leases: what only one process does at a time, among any number on one database."""

from collections.abc import Collection
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import delete, or_, select, update

from schedules.clock import Clock
from schedules.store.engine import Store
from schedules.store.tables import lease
from schedules.store.upsert import insert_new


async def hold(store: Store, clock: Clock, name: str, holder: str, lasts: timedelta) -> bool:
    """Take a lease, or keep it for longer. Whether it is the holder's now."""
    now = clock.now()
    async with store.write() as connection:
        await insert_new(connection, lease, [{"name": name, "holder": holder, "until": now}])
        free = or_(lease.c.holder == holder, lease.c.until <= now)
        taken = await connection.execute(
            update(lease).where(lease.c.name == name, free).values(holder=holder, until=now + lasts)
        )
    return bool(taken.rowcount)


async def take(store: Store, clock: Clock, name: str, lasts: timedelta) -> bool:
    """Take what is done once: whether nobody has taken it within the time that its last taker said."""
    return await hold(store, clock, name, uuid4().hex, lasts)


async def is_held(store: Store, clock: Clock, name: str) -> bool:
    """Whether somebody has a lease now."""
    async with store.read() as connection:
        found = await connection.execute(
            select(lease.c.name).where(lease.c.name == name, lease.c.until > clock.now())
        )
        return found.scalar() is not None


async def held(store: Store, clock: Clock, beginning: str) -> frozenset[str]:
    """The names that begin so of all leases that somebody has now."""
    wanted = (lease.c.name.startswith(beginning, autoescape=True), lease.c.until > clock.now())
    async with store.read() as connection:
        return frozenset((await connection.execute(select(lease.c.name).where(*wanted))).scalars())


async def tidy(store: Store, clock: Clock) -> None:
    """Take away leases that have run out."""
    async with store.write() as connection:
        await connection.execute(delete(lease).where(lease.c.until < clock.now()))


async def give_back(store: Store, name: str, holder: str) -> None:
    """End a lease early, so that others need not wait for it to run out."""
    async with store.write() as connection:
        await connection.execute(delete(lease).where(lease.c.name == name, lease.c.holder == holder))


async def drop(store: Store, names: Collection[str]) -> None:
    """End leases early, whoever has them."""
    async with store.write() as connection:
        await connection.execute(delete(lease).where(lease.c.name.in_(names)))
