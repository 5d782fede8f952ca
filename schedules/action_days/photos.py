"""Pictures from cities on an action day: not for publication until a reviewer has cleared them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, Text, cast, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from content.media import Picture
from schedules.clock import Clock
from schedules.people.purge import note_erasure
from schedules.store.engine import Store
from schedules.store.tables import door_picture, media, photo, post
from schedules.store.upsert import insert_new

KEPT: Final = timedelta(days=31)
"""How long one that nobody cleared is kept: 30 days after its action day, of which nobody sends one later than a day after."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture from a city, by the digest of its frozen bytes.

    Attributes:
        reviewed_at: When somebody decided about it, in UTC.
    """

    number: int
    campaign: str
    day: str
    city: str
    sha256: str
    reviewed_at: datetime | None


async def keep(
    connection: AsyncConnection, clock: Clock, campaign: str, day: str, city: str, picture: Picture
) -> None:
    """Keep, in a transaction, a picture that was drawn anew; the same one again is kept once."""
    mine = (photo.c.campaign == campaign, photo.c.day == day, photo.c.city == city)
    known = await connection.execute(select(photo.c.id).where(*mine, photo.c.sha256 == picture.sha256))
    if known.first() is not None:
        return
    frozen = {"sha256": picture.sha256, "mime": picture.mime, "data": picture.data}
    await insert_new(connection, media, [frozen])
    names = {"campaign": campaign, "day": day, "city": city, "sha256": picture.sha256}
    await connection.execute(photo.insert(), [names | {"received_at": clock.now()}])


async def waiting(store: Store, may_see: ColumnElement[bool], after: int) -> Photo | None:
    """The first picture after a number that nobody has decided about, of those that a condition on the table lets through."""
    async with store.read() as connection:
        found = await connection.execute(
            select(photo)
            .where(photo.c.reviewed_at.is_(None), photo.c.id > after, may_see)
            .order_by(photo.c.id)
            .limit(1)
        )
        row = found.one_or_none()
    return None if row is None else _photo(row)


async def locked(connection: AsyncConnection, number: int) -> Photo | None:
    """One picture within a transaction that is going to decide about it; others wait."""
    found = await connection.execute(select(photo).where(photo.c.id == number).with_for_update())
    row = found.one_or_none()
    return None if row is None else _photo(row)


async def decide(connection: AsyncConnection, clock: Clock, number: int, *, cleared_by: str | None) -> None:
    """Note, in the transaction that has locked it, who cleared a picture, or that nobody does."""
    decided = update(photo).where(photo.c.id == number)
    await connection.execute(decided.values(cleared_by=cleared_by, reviewed_at=clock.now()))


async def forget_old(store: Store, clock: Clock) -> None:
    """Take away the pictures that nobody cleared within 30 days after their action day, bytes and all."""
    old = (photo.c.cleared_by.is_(None), photo.c.received_at <= clock.now() - KEPT)
    async with store.write() as connection:
        gone = (
            (await connection.execute(delete(photo).where(*old).returning(photo.c.sha256))).scalars().all()
        )
        if gone:
            await connection.execute(delete(media).where(media.c.sha256.in_(gone), *_used_nowhere()))
            await note_erasure(connection, clock)
            log.info("pictures forgotten", number=len(gone))


def _used_nowhere() -> tuple[ColumnElement[bool], ...]:
    """That no other picture of a city has the bytes, and no post: one may have been queued with the very same file."""
    in_posts = select(post.c.id).where(_mentions(post.c.body))
    in_doors = select(door_picture.c.message).where(_mentions(door_picture.c.fits))
    cleared = select(photo.c.id).where(photo.c.sha256 == media.c.sha256)
    return ~in_posts.exists(), ~in_doors.exists(), ~cleared.exists()


def _mentions(column: Any) -> ColumnElement[bool]:
    return cast(column, Text).contains(media.c.sha256)


def _photo(row: Any) -> Photo:
    return Photo(row.id, row.campaign, row.day, row.city, row.sha256, row.reviewed_at)
