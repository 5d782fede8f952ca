"""The rows of queued messages. Each function is one step of a transaction that its caller holds."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import later
from content.models import Ask, Gap, Overlap
from content.review import Candidate
from content.richtext import from_json, joined, plain
from content.video import Video
from schedules.errors import ScheduleError
from schedules.lifecycle import PUBLISH, State
from schedules.planning.changes import HELD_AT_DOOR
from schedules.planning.doors import DoorMessage, DoorPicture, DoorText, Fit, When
from schedules.planning.fits import freeze, read_fit, written
from schedules.planning.grid import Planned
from schedules.store.tables import (
    delivery,
    door_absence,
    door_message,
    door_picture,
    door_text,
    post,
)

GONE: Final = (State.CANCELLED.value, State.EXPIRED.value, State.REFUSED.value)
"""States of a post that nobody reads: its text may be said again."""


async def read_door(connection: AsyncConnection, number: int, *, lock: bool = False) -> DoorMessage:
    """A queued message with everything that belongs to it. The bytes of its pictures are left out.

    Args:
        lock: Whether nobody else may change it until the transaction ends.

    Raises:
        ScheduleError: There is none of that number.
    """
    wanted = select(door_message).where(door_message.c.id == number)
    row = (await connection.execute(wanted.with_for_update() if lock else wanted)).one_or_none()
    if row is None:
        raise ScheduleError(
            later("Nothing is queued under the number {number}. Queue it again.", number=str(number))
        )
    return DoorMessage(
        id=row.id,
        campaign=row.campaign,
        author=row.author,
        language=row.language,
        ask=Ask.model_validate(row.ask),
        when=When(row.exact_at, _wall(row.local_at), row.zone),
        texts=await _texts(connection, number),
        pictures=await _pictures(connection, number),
        left_out=await _left_out(connection, number),
        held_until=row.held_until,
        ended_at=row.ended_at,
        revision=row.revision,
        card=row.card,
        graphic=row.graphic,
        warning=row.warning or {},
    )


async def insert_door(connection: AsyncConnection, values: Mapping[str, Any]) -> int:
    """Keep a new message; gives its number."""
    made = await connection.execute(insert(door_message).values(revision=1, **values))
    (number,) = made.inserted_primary_key or (0,)
    return int(number)


async def change_door(connection: AsyncConnection, number: int, **values: Any) -> None:
    """Write columns of a message, and count the change."""
    await connection.execute(
        door_message.update()
        .where(door_message.c.id == number)
        .values(revision=door_message.c.revision + 1, **values)
    )


async def keep_card(connection: AsyncConnection, number: int, card: int) -> None:
    """Remember which message on the author's phone shows it; that changes nothing of it."""
    await connection.execute(door_message.update().where(door_message.c.id == number).values(card=card))


async def write_text(connection: AsyncConnection, number: int, text: DoorText) -> None:
    """Put a text in place of the one before."""
    row = {
        "message": number,
        "language": text.language,
        "channel": text.channel or "",
        "source": text.source,
        "written_by": text.written_by,
        "confirmed_by": text.confirmed_by,
    }
    await connection.execute(delete(door_text).where(_is_text(number, text.language, text.channel)))
    await connection.execute(insert(door_text), [row])


async def confirm_text(
    connection: AsyncConnection, number: int, language: str, channel: str | None, by: str
) -> None:
    """Note who read a text."""
    here = _is_text(number, language, channel)
    await connection.execute(door_text.update().where(here).values(confirmed_by=by))


async def add_picture(
    connection: AsyncConnection, number: int, fits: Mapping[str, Fit], source: str
) -> int:
    """Freeze a picture behind those that are there; gives its position, from 0. The same one twice counts once.

    The bytes of a video are in files already.
    """
    taken = await connection.execute(
        select(door_picture.c.position, door_picture.c.source)
        .where(door_picture.c.message == number)
        .order_by(door_picture.c.position)
    )
    places = {row.source: int(row.position) for row in taken}
    if source in places:
        return places[source]
    await freeze(connection, fits.values())
    row = {"message": number, "position": len(places), "source": source, "alt": {}}
    kept = {platform: written(fit) for platform, fit in fits.items()}
    await connection.execute(insert(door_picture), [row | {"fits": kept}])
    return len(places)


async def describe(connection: AsyncConnection, number: int, position: int, alt: Mapping[str, str]) -> None:
    """Write what a picture shows."""
    here = (door_picture.c.message == number) & (door_picture.c.position == position)
    await connection.execute(door_picture.update().where(here).values(alt=dict(alt)))


async def leave_out(connection: AsyncConnection, number: int, account: str, why: str, actor: str) -> None:
    """Note that it does not go out on an account."""
    await take_in(connection, number, account)
    row = {"message": number, "account": account, "why": why, "actor": actor}
    await connection.execute(insert(door_absence), [row])


async def take_in(connection: AsyncConnection, number: int, account: str) -> None:
    """Note that it goes out there after all."""
    here = (door_absence.c.message == number) & (door_absence.c.account == account)
    await connection.execute(delete(door_absence).where(here))


async def planned_of(connection: AsyncConnection, door: DoorMessage) -> Mapping[str, Planned]:
    """What the ledger has of a message, by account."""
    found = await connection.execute(
        select(
            post.c.id,
            post.c.key,
            post.c.account,
            post.c.local_at,
            post.c.zone,
            post.c.gap,
            post.c.overlap,
            post.c.fixed,
            delivery.c.state,
            delivery.c.reason,
            delivery.c.planned_at,
        )
        .join_from(post, delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == PUBLISH))
        .where(post.c.campaign == door.campaign, post.c.slot == door.name)
    )
    return {row.account: _planned(row) for row in found}


async def others_of(
    connection: AsyncConnection, door: DoorMessage, platforms: Mapping[str, str], around: date, days: int
) -> Sequence[Candidate]:
    """The posts of the campaign within so many days that are out or planned, but those of this message.

    Args:
        platforms: The platform of each account.
    """
    first, last = around - timedelta(days), around + timedelta(days + 1)
    found = await connection.execute(
        select(post.c.id, post.c.account, post.c.local_at, post.c.body)
        .join_from(post, delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == PUBLISH))
        .where(
            post.c.campaign == door.campaign,
            post.c.slot != door.name,
            post.c.local_at.between(first.isoformat(), last.isoformat()),
            delivery.c.state.not_in(GONE),
        )
    )
    return [_candidate(row, platforms[row.account]) for row in found if row.account in platforms]


def _candidate(row: Any, platform: str) -> Candidate:
    parts = [from_json(part) for part in (row.body["text"], *row.body.get("thread", ()))]
    on = datetime.fromisoformat(row.local_at).date()
    return Candidate(f"post {row.id}", platform, row.account, on, plain(joined(parts)))


def _planned(row: Any) -> Planned:
    return Planned(
        id=row.id,
        key=row.key,
        state=State(row.state),
        held=row.reason == HELD_AT_DOOR,
        local_at=datetime.fromisoformat(row.local_at),
        zone=row.zone,
        gap=Gap(row.gap),
        overlap=Overlap(row.overlap),
        fixed=row.fixed,
        planned_at=row.planned_at,
    )


async def _texts(connection: AsyncConnection, number: int) -> tuple[DoorText, ...]:
    found = await connection.execute(
        select(door_text)
        .where(door_text.c.message == number)
        .order_by(door_text.c.language, door_text.c.channel)
    )
    return tuple(
        DoorText(row.language, row.channel or None, row.source, row.written_by, row.confirmed_by)
        for row in found
    )


async def _pictures(connection: AsyncConnection, number: int) -> tuple[DoorPicture, ...]:
    found = await connection.execute(
        select(door_picture).where(door_picture.c.message == number).order_by(door_picture.c.position)
    )
    return tuple(
        _picture(row.position, {platform: read_fit(fit) for platform, fit in row.fits.items()}, row.alt)
        for row in found
    )


def _picture(position: int, fits: Mapping[str, Fit], alt: Mapping[str, str]) -> DoorPicture:
    moves = any(isinstance(fit, Video) for fit in fits.values())
    return DoorPicture(f"video-{position + 1}.mp4" if moves else f"picture-{position + 1}.jpg", fits, alt)


async def _left_out(connection: AsyncConnection, number: int) -> Mapping[str, str]:
    found = await connection.execute(
        select(door_absence.c.account, door_absence.c.why).where(door_absence.c.message == number)
    )
    return {row.account: row.why for row in found}


def _is_text(number: int, language: str, channel: str | None) -> Any:
    return (
        (door_text.c.message == number)
        & (door_text.c.language == language)
        & (door_text.c.channel == (channel or ""))
    )


def _wall(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
