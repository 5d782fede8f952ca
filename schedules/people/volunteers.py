"""Volunteers: what each chose, and nothing more."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from content.models import LEVELS, Level
from schedules.store.engine import Store
from schedules.store.tables import person, volunteer

__all__ = [
    "CONSENT",
    "HOURS",
    "LEVELS",
    "Level",
    "Rhythm",
    "Volunteer",
    "change",
    "erase",
    "get",
    "is_here",
    "is_quiet",
    "join",
]

CONSENT: Final = 1
"""The version of what a volunteer agrees to; a new one is asked for anew."""
HOURS: Final = range(8, 22)
"""The wall hours at which a prompt may arrive; the others are quiet."""


class Rhythm(StrEnum):
    """How often prompts come."""

    DAILY = "daily"
    WEEKLY = "weekly"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Volunteer:
    """One volunteer. ``*_on`` are their own local dates; ``hour`` is a wall hour in ``zone``."""

    person: str
    campaign: str
    language: str
    zone: str
    hour: int
    partner: str | None = None
    reading: str | None = None
    city: str | None = None
    level: Level = Level.NOBODY
    consent: int = CONSENT
    rhythm: Rhythm = Rhythm.DAILY
    paused_until: datetime | None = None
    prompted_on: date | None = None
    active_on: date | None = None
    done: int = 0
    streak: int = 0
    done_on: date | None = None
    apps: tuple[str, ...] = ()
    keep_until: datetime | None = None

    @property
    def tongues(self) -> tuple[str, ...]:
        """The languages that they read, that of the tasks first."""
        return (self.language, self.reading) if self.reading else (self.language,)

    def other_than(self, shown: str) -> str | None:
        """Which of the two languages that they read is not the one shown; ``None`` where they read only one."""
        return self.language if shown == self.reading else self.reading

    def today(self, now: datetime) -> date:
        """The date where they live."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def is_quiet(self, now: datetime) -> bool:
        """Whether it is one of the hours where they live at which their phone is to stay silent."""
        return is_quiet(self.zone, now)


def is_quiet(zone: str, now: datetime) -> bool:
    """Whether it is one of the quiet hours in a zone."""
    return now.astimezone(ZoneInfo(zone)).hour not in HOURS


_DATES: Final = ("prompted_on", "active_on", "done_on")


def is_here(now: datetime) -> ColumnElement[bool]:
    """Whether a volunteer, joined with their person, has neither left nor paused; who pauses for a while is back when it ends."""
    is_back = or_(volunteer.c.paused_until.is_(None), volunteer.c.paused_until <= now)
    return and_(person.c.left_at.is_(None), volunteer.c.rhythm != Rhythm.PAUSED.value, is_back)


async def get(store: Store, person: str) -> Volunteer | None:
    """The volunteer behind a pseudonym, or ``None`` where that person is none."""
    async with store.read() as connection:
        row = (
            await connection.execute(select(volunteer).where(volunteer.c.person == person))
        ).one_or_none()
    return None if row is None else _volunteer(dict(row._mapping))  # noqa: SLF001 - the documented way


async def join(connection: AsyncConnection, new: Volunteer, now: datetime) -> None:
    """Keep a volunteer; whoever comes again keeps their counts and chooses the rest anew."""
    row = _row(replace(new, active_on=new.today(now)))
    counts = {"done", "streak", "done_on", "prompted_on", "apps"}
    known = await connection.execute(
        update(volunteer)
        .where(volunteer.c.person == new.person)
        .values({name: value for name, value in row.items() if name not in counts | {"person"}})
    )
    if not known.rowcount:
        await connection.execute(volunteer.insert(), [row])


async def change(store: Store, person: str, **values: Any) -> None:
    """Change what a volunteer chose."""
    async with store.write() as connection:
        await connection.execute(
            update(volunteer).where(volunteer.c.person == person).values(_stored(values))
        )


async def erase(connection: AsyncConnection, person: str) -> None:
    """Take a volunteer's row away."""
    await connection.execute(delete(volunteer).where(volunteer.c.person == person))


def _row(of: Volunteer) -> dict[str, Any]:
    return _stored({name: getattr(of, name) for name in Volunteer.__dataclass_fields__})


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _storable(value) for name, value in values.items()}


def _storable(value: Any) -> Any:
    match value:
        case datetime():
            return value
        case date():
            return value.isoformat()
        case StrEnum():
            return value.value
        case tuple():
            return list(value)
        case _:
            return value


def _volunteer(row: dict[str, Any]) -> Volunteer:
    row |= {name: row[name] and date.fromisoformat(row[name]) for name in _DATES}
    row |= {"level": Level(row["level"]), "rhythm": Rhythm(row["rhythm"]), "apps": tuple(row["apps"])}
    return Volunteer(**row)
