"""Forgetting people: every table that holds something of them, and when it goes by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, Table, and_, delete, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.lifecycle import LETTER, PUBLISH
from schedules.people import traces
from schedules.store import tables
from schedules.store.chunks import chunks
from schedules.store.engine import Store
from schedules.store.upsert import insert_new

AFTER_LEAVING: Final = timedelta(days=7)
AFTER_SILENCE: Final = timedelta(days=30)
"""How long somebody is kept who does nothing any more, or whose campaign is over."""
AFTER_CALL: Final = timedelta(days=7)
"""How long it is kept that a captain was asked on an action day, and answered."""
TOO_OLD_TO_DELETE: Final = timedelta(hours=24)
"""How long after its time a trace is kept: by then a bot may not delete the message any more."""

_Rows = Callable[[Sequence[str]], ColumnElement[bool]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of somebody who was forgotten.

    Attributes:
        rows: How many rows went. Their bytes leave the files of the database with the next vacuum.
        handle: The name that stays beside what they did while in charge; ``None`` for a volunteer.
        messages: Numbers of messages on their phone that were still to vanish; the bot can delete them now.
    """

    rows: int
    handle: str | None = None
    messages: tuple[int, ...] = ()


def _letters(people: Sequence[str]) -> ColumnElement[bool]:
    return tables.delivery.c.kind.in_([f"{LETTER}{name}" for name in people])


def _of_letters(column: ColumnElement[int]) -> _Rows:
    return lambda people: column.in_(select(tables.delivery.c.id).where(_letters(people)))


PURGERS: Final[Mapping[Table, _Rows]] = {
    tables.response: _of_letters(tables.response.c.delivery),
    tables.attempt: _of_letters(tables.attempt.c.delivery),
    tables.measurement: _of_letters(tables.measurement.c.delivery),
    tables.delivery: _letters,
    tables.sign_up: tables.sign_up.c.person.in_,
    tables.call: tables.call.c.person.in_,
    tables.trace: tables.trace.c.person.in_,
    tables.under_way: tables.under_way.c.person.in_,
    tables.expecting: tables.expecting.c.person.in_,
    tables.role: tables.role.c.person.in_,
    tables.volunteer: tables.volunteer.c.person.in_,
    tables.person: tables.person.c.id.in_,
}
"""Which rows of which table belong to people, in the order in which they can go. Every personal table is here."""


async def forget(store: Store, clock: Clock, person: str) -> Forgotten:
    """Take away every row of one person at once. Doing it again finds nothing and is no error."""
    messages = await traces.of(store, person)
    async with store.write() as connection:
        found = await connection.execute(select(tables.person.c.handle).where(tables.person.c.id == person))
        handle = found.scalar()
        rows = await erase(connection, clock, [person])
    return Forgotten(rows, handle, messages)


async def erase(connection: AsyncConnection, clock: Clock, people: Sequence[str]) -> int:
    """The same within a transaction, for several people. How many rows went.

    What they asked to launch and nobody has confirmed is withdrawn: they may nothing any more.
    """
    theirs = select(tables.person.c.handle).where(
        tables.person.c.id.in_(people), tables.person.c.handle.is_not(None)
    )
    wish = tables.launch.c
    await connection.execute(
        delete(tables.launch).where(wish.asked_by.in_(theirs), wish.launched_by.is_(None))
    )
    gone = 0
    for table, rows in PURGERS.items():
        gone += (await connection.execute(delete(table).where(rows(people)))).rowcount
    if gone:
        await note_erasure(connection, clock)
    return gone


async def note_erasure(connection: AsyncConnection, clock: Clock) -> None:
    """Remember that bytes of erased rows are still in the files of the database."""
    await insert_new(connection, tables.erasure, [{"id": 1, "at": clock.now()}])
    await connection.execute(tables.erasure.update().values(at=clock.now()))


async def forget_due(store: Store, clock: Clock) -> None:
    """Forget everybody whose time has come, and whatever else of people is of no more use.

    Whoever left or blocked the bot goes after seven days; after 30 days without a sign, or after the end of the campaign,
    whoever did not ask to be kept, unless they are in charge of something.
    """
    now = clock.now()
    async with store.read() as connection:
        due = list((await connection.execute(select(tables.person.c.id).where(_is_due(now)))).scalars())
    for some in chunks(due):
        async with store.write() as connection:
            await erase(connection, clock, some)
    async with store.write() as connection:
        await _drop_what_is_over(connection, clock)
    if due:
        log.info("people forgotten", number=len(due))


def _is_due(now: datetime) -> ColumnElement[bool]:
    person = tables.person.c
    is_in_charge = select(tables.role.c.person).where(tables.role.c.person == person.id).exists()
    is_volunteer = select(tables.volunteer.c.person).where(tables.volunteer.c.person == person.id).exists()
    is_silent = person.id.in_(select(tables.volunteer.c.person).where(_is_over(now)))
    serves_nothing = and_(not_(is_volunteer), person.joined_at <= now - AFTER_SILENCE)
    return or_(
        person.left_at <= now - AFTER_LEAVING,
        and_(not_(is_in_charge), or_(is_silent, serves_nothing)),
    )


def _is_over(now: datetime) -> ColumnElement[bool]:
    volunteer, since = tables.volunteer.c, now - AFTER_SILENCE
    was_paused = and_(volunteer.paused_until.is_not(None), volunteer.paused_until > since)
    is_silent = and_(volunteer.active_on < since.date().isoformat(), not_(was_paused))
    is_kept = and_(volunteer.keep_until.is_not(None), volunteer.keep_until > now)
    return and_(or_(is_silent, volunteer.campaign.in_(_campaigns_over(since))), not_(is_kept))


def _campaigns_over(since: datetime) -> Any:
    """Campaigns whose last post was before."""
    columns = tables.delivery.c
    return (
        select(columns.campaign)
        .where(columns.kind == PUBLISH)
        .group_by(columns.campaign)
        .having(func.max(columns.planned_at) < since)
    )


async def _drop_what_is_over(connection: AsyncConnection, clock: Clock) -> None:
    now = clock.now()
    over = (
        (tables.trace, tables.trace.c.delete_at <= now - TOO_OLD_TO_DELETE),
        (tables.under_way, tables.under_way.c.delete_at <= now - TOO_OLD_TO_DELETE),
        (tables.expecting, tables.expecting.c.until <= now),
        (tables.invite, tables.invite.c.expires_at <= now - AFTER_SILENCE),
        (tables.call, tables.call.c.asked_at <= now - AFTER_CALL),
    )
    gone = 0
    for table, condition in over:
        gone += (await connection.execute(delete(table).where(condition))).rowcount
    if gone:
        await note_erasure(connection, clock)
