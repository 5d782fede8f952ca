"""From letters to counts: how many got a prompt and what they said; then nothing is left that names anybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Select, case, delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.ledger.answers import Answer
from schedules.ledger.prompts import letters_of
from schedules.lifecycle import IN_FLIGHT, LETTER, PUBLISH, State
from schedules.people.days import is_prompt
from schedules.people.steps import is_to_people
from schedules.store.chunks import CHUNK
from schedules.store.engine import Store
from schedules.store.tables import attempt, delivery, measurement, post, response, tally

KEPT: Final = timedelta(hours=48)
"""How long letters are kept after their date has ended everywhere, so that late answers still count."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a prompt goes in one city. ``people`` got it for certain; the others are self-reported."""

    people: int
    done: int
    declined: int


async def progress(store: Store, posts: Sequence[int], city: str | None = None) -> Progress:
    """How prompts go in a city, or everywhere, of letters and of what was counted before.

    Args:
        posts: The posts of a day for every level and language; ``posts_on`` knows them.
        city: ``None`` for all cities and for those who named none.
    """
    letters = _counted_by_city().where(delivery.c.post.in_(posts)).group_by(delivery.c.city)
    counted = select(func.sum(tally.c.sent), func.sum(tally.c.done), func.sum(tally.c.declined)).where(
        tally.c.post.in_(posts)
    )
    if city is not None:
        letters, counted = letters.where(delivery.c.city == city), counted.where(tally.c.city == city)
    async with store.read() as connection:
        now = (await connection.execute(letters)).all()
        before = (await connection.execute(counted)).one()
    live = (sum(row.sent for row in now), sum(row.done for row in now), sum(row.declined for row in now))
    return Progress(*(a + int(b or 0) for a, b in zip(live, before, strict=True)))


async def posts_on(store: Store, campaign: str, on: date) -> tuple[int, ...]:
    """The posts of the prompts of one date, for every level and language."""
    until = (on + timedelta(days=1)).isoformat()
    async with store.read() as connection:
        found = await connection.execute(
            select(post.c.id)
            .where(
                post.c.campaign == campaign,
                post.c.local_at.between(on.isoformat(), until),
                is_prompt(post.c.slot),
            )
            .order_by(post.c.id)
        )
        return tuple(found.scalars())


async def close_days(store: Store, clock: Clock) -> int:
    """Turn the letters of days that are over into counts and take them away. Safe to repeat and to interrupt.

    Returns:
        How many letters are gone.
    """
    gone = 0
    for post_id in await _over(store, clock.now() - KEPT):
        while closed := await store.run(partial(_close_some, post_id=post_id)):
            gone += closed
    return gone


async def forget(connection: AsyncConnection, person: str) -> None:
    """Count the letters of one volunteer and take them away, in a transaction; their own row must still be there."""
    await connection.run_sync(lambda blocking: _close(blocking, letters_of(blocking, person)))


async def _over(store: Store, before: datetime) -> tuple[int, ...]:
    letter = delivery.alias("letter")
    has_letters = exists().where(letter.c.post == post.c.id, _is_letter(letter.c.kind))
    async with store.read() as connection:
        found = await connection.execute(
            select(post.c.id)
            .join(delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == PUBLISH))
            .where(is_to_people(post.c.slot), delivery.c.expires_at <= before, has_letters)
            .order_by(post.c.id)
        )
        return tuple(found.scalars())


def _close_some(connection: Connection, post_id: int) -> int:
    ended = delivery.c.state.not_in([state.value for state in IN_FLIGHT])
    found = connection.execute(
        select(delivery.c.id)
        .where(delivery.c.post == post_id, _is_letter(delivery.c.kind), ended)
        .order_by(delivery.c.id)
        .limit(CHUNK)
        .with_for_update()
    )
    letters = list(found.scalars())
    _close(connection, letters)
    return len(letters)


def _is_letter(kind: Any) -> Any:
    return kind.startswith(LETTER)


def _close(connection: Connection, letters: Sequence[int]) -> None:
    """Count letters and delete them with all that hangs on them, in one transaction: each is counted once."""
    counted = (
        _counted_by_city().where(delivery.c.id.in_(letters)).group_by(delivery.c.post, delivery.c.city)
    )
    _add(connection, connection.execute(counted).all())
    for table in (response, attempt, measurement):
        connection.execute(delete(table).where(table.c.delivery.in_(letters)))
    connection.execute(delete(delivery).where(delivery.c.id.in_(letters)))


def _counted_by_city() -> Select[Any]:
    def times(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    return (
        select(
            func.min(delivery.c.post).label("post"),
            func.coalesce(delivery.c.city, "").label("city"),
            times(delivery.c.state == State.SENT.value).label("sent"),
            times(delivery.c.state == State.UNKNOWN.value).label("unknown"),
            times(response.c.answer == Answer.DONE.value).label("done"),
            times(response.c.answer == Answer.NOT_TODAY.value).label("declined"),
        )
        .select_from(delivery)
        .join(response, response.c.delivery == delivery.c.id, isouter=True)
        .where(_is_letter(delivery.c.kind))
    )


def _add(connection: Connection, counted: Iterable[Any]) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    counts = ("sent", "unknown", "done", "declined")
    for row in counted:
        values = {name: int(getattr(row, name)) for name in counts}
        new = dialect.insert(tally).values(post=row.post, city=row.city, **values)
        more = {name: tally.c[name] + new.excluded[name] for name in counts}
        connection.execute(new.on_conflict_do_update(index_elements=["post", "city"], set_=more))
