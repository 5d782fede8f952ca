"""Messages that are to vanish from phones: those of people in guarded cities, and keys of second factors."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.store.engine import Store
from schedules.store.tables import trace, under_way
from schedules.store.upsert import insert_new

LIVES: Final = timedelta(hours=24)
"""Half of the 48 hours within which a bot may delete (core.telegram.org/bots/api#deletemessage)."""
REACH: Final = 200
"""Among so many numbers is that of a message under way: a bot counts the messages of all private chats together."""
KEY_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Left:
    """What may stand on a phone.

    Attributes:
        messages: Their numbers, also such as may be of messages whose sending nobody heard the end of.
        under_way: The keys of these.
    """

    messages: tuple[int, ...] = ()
    under_way: tuple[str, ...] = ()


async def leave(store: Store, clock: Clock, person: str, *messages: int, lives: timedelta = LIVES) -> None:
    """Remember messages that vanish, within a day where nothing else is said. What vanishes sooner anyway does."""
    async with store.write() as connection:
        await _leave(connection, person, messages, clock.now() + lives)


async def begin(
    store: Store, clock: Clock, person: str, key: str = "", *, seen: int = 0, lives: timedelta = LIVES
) -> str:
    """Remember a message before it is sent; gives the key for ``arrived`` or ``not_sent``.

    Args:
        key: Names the message where sending it is tried again; else a new one is made.
        seen: The highest number of a message that is known in any private chat.
    """
    name = key or secrets.token_hex(KEY_BYTES)
    async with store.write() as connection:
        highest = (await connection.execute(select(func.max(trace.c.message)))).scalar()
        await connection.execute(delete(under_way).where(under_way.c.id == name))
        row = {"id": name, "person": person, "after": max(seen, highest or 0)}
        await connection.execute(under_way.insert(), [row | {"delete_at": clock.now() + lives}])
    return name


async def arrived(store: Store, key: str, *messages: int) -> bool:
    """Remember by their numbers what has been sent.

    Returns:
        Whether it may stay until its time: otherwise, meanwhile, they hid everything or were forgotten.
    """
    async with store.write() as connection:
        found = select(under_way.c.person, under_way.c.delete_at).where(under_way.c.id == key)
        row = (await connection.execute(found.with_for_update())).one_or_none()
        if row is None:
            return False
        await connection.execute(delete(under_way).where(under_way.c.id == key))
        await _leave(connection, row.person, messages, row.delete_at)
    return True


async def not_sent(store: Store, *keys: str) -> None:
    """Forget messages that have certainly not arrived, or are deleted."""
    async with store.write() as connection:
        await connection.execute(delete(under_way).where(under_way.c.id.in_(keys)))


async def owners(store: Store, now: datetime, most: int, after: str = "") -> tuple[str, ...]:
    """Pseudonyms of people of whom something is to vanish by now, the next so many after one of them."""
    tables = (trace, under_way)
    due = union(*(select(one.c.person).where(one.c.delete_at <= now) for one in tables)).subquery()
    async with store.read() as connection:
        found = select(due.c.person).where(due.c.person > after).order_by(due.c.person).limit(most)
        return tuple((await connection.execute(found)).scalars())


async def left(store: Store, person: str, until: datetime | None = None) -> Left:
    """What may still stand on the phone of one person and vanishes until an instant; without one, whatever does."""
    async with store.read() as connection:
        known = await _rows(connection, select(trace).where(trace.c.person == person))
        sent = await _rows(connection, select(under_way).where(under_way.c.person == person))
    stay = {row.message for row in known if until is not None and row.delete_at > until}
    due = [row for row in sent if until is None or row.delete_at <= until]
    numbers = {row.message for row in known}
    for row in due:
        numbers.update(range(row.after + 1, row.after + REACH + 1))
    return Left(tuple(sorted(numbers - stay)), tuple(row.id for row in due))


async def of(store: Store, person: str) -> tuple[int, ...]:
    """Every message of one person that is known not to have vanished yet."""
    async with store.read() as connection:
        found = select(trace.c.message).where(trace.c.person == person).order_by(trace.c.message)
        return tuple((await connection.execute(found)).scalars())


async def gone(store: Store, person: str, *messages: int) -> None:
    """Forget messages that are no longer there."""
    async with store.write() as connection:
        await connection.execute(
            delete(trace).where(trace.c.person == person, trace.c.message.in_(messages))
        )


async def _leave(
    connection: AsyncConnection, person: str, messages: Sequence[int], delete_at: datetime
) -> None:
    await insert_new(
        connection,
        trace,
        [{"person": person, "message": number, "delete_at": delete_at} for number in messages],
    )
    later = (trace.c.person == person, trace.c.message.in_(messages), trace.c.delete_at > delete_at)
    await connection.execute(update(trace).where(*later).values(delete_at=delete_at))


async def _rows(connection: AsyncConnection, query: Any) -> Sequence[Any]:
    return (await connection.execute(query)).all()
