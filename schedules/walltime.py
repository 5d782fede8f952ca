"""Wall clocks: what an hour on the clocks of a city means in UTC, through every clock change.

Zones come from the pinned ``tzdata`` package and from nowhere else, so that two machines never disagree.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo, reset_tzpath

from apscheduler.triggers.cron import CronTrigger

from content.later import later
from content.models import Gap, Overlap, Weekday
from content.reading.toml_file import LATEST
from schedules.errors import LocalTimeInvalid

SHOWN: Final = "%Y-%m-%d %H:%M"


class Note(StrEnum):
    """What a change of the clocks did to a wall time."""

    NONE = "none"
    GAP_SHIFTED = "gap-shifted"
    GAP_SKIPPED = "gap-skipped"
    OVERLAP_FIRST = "overlap-first"
    OVERLAP_SECOND = "overlap-second"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a wall time became. Both times are ``None`` where it was skipped.

    Attributes:
        at: The instant, in UTC.
        shown: What the clocks on the wall will show at that instant.
    """

    at: datetime | None
    note: Note
    shown: datetime | None


def use_pinned_zones() -> None:
    """Make every user of ``zoneinfo`` in this process read the pinned ``tzdata`` package.

    The system's own zones are often older and differ between machines.
    """
    reset_tzpath(to=())
    ZoneInfo.clear_cache()


def tzdata_version() -> str:
    """The release of the time zone database in use, such as ``2026f``."""
    return str(import_module("tzdata").IANA_VERSION)


def zone(name: str) -> ZoneInfo:
    """The zone with an IANA name such as ``Europe/Berlin``, exactly as it is spelled there.

    Raises:
        LocalTimeInvalid: There is no such zone.
    """
    return _pinned(name)


def resolve(local: datetime, zone: str, *, gap: Gap, overlap: Overlap) -> Resolution:
    """Find the instant at which the clocks of a zone show a wall time.

    A shifted time keeps its distance from the last hour before the gap, as RFC 5545 says: 02:30 in a gap
    from 02:00 to 03:00 becomes 03:30.

    Args:
        local: Naive; its ``fold`` is ignored, ``overlap`` decides.

    Raises:
        LocalTimeInvalid: The zone is unknown, the time does not exist and ``gap`` refuses that, or the
            year is out of range.
    """
    place = _pinned(zone)
    try:
        first, second = _both_readings(local, place)
    except OverflowError:
        raise LocalTimeInvalid(f"{local} is out of range in {zone}. Choose another year.") from None
    if first == second:
        return Resolution(first, Note.NONE, local.replace(fold=0))
    if first > second:
        return _in_gap(local, place, gap, first, second)
    if overlap is Overlap.FIRST:
        return Resolution(first, Note.OVERLAP_FIRST, local.replace(fold=0))
    return Resolution(second, Note.OVERLAP_SECOND, local.replace(fold=0))


def require_near(at: datetime) -> None:
    """Go on only for a time that a campaign may have; those of a folder end at the same date.

    Args:
        at: Naive, or aware.

    Raises:
        LocalTimeInvalid: It is later than that.
    """
    if at.date() > LATEST:
        raise LocalTimeInvalid(
            f"{at:{SHOWN}} is too far away: no campaign has dates after {LATEST.year}. Correct the year.",
            later("No campaign has dates after {year}. Correct the year.", year=str(LATEST.year)),
        )


def wall_times(
    daily_at: time, on_days: Collection[Weekday], first_on: date, last_on: date
) -> Iterator[datetime]:
    """Every naive wall time of a recurrence, both dates included, in order.

    Evaluated where no clock ever changes, so each day comes exactly once; ``resolve`` says what it
    means in a zone.
    """
    if not on_days:
        return
    start, end = datetime.combine(first_on, time.min, UTC), datetime.combine(last_on, time.max, UTC)
    trigger = CronTrigger(
        day_of_week=",".join(on_days),
        hour=daily_at.hour,
        minute=daily_at.minute,
        second=daily_at.second,
        start_date=start,
        end_date=end,
        timezone=UTC,
    )
    fires_at = trigger.get_next_fire_time(None, start)
    while fires_at is not None:
        yield fires_at.replace(tzinfo=None)
        fires_at = trigger.get_next_fire_time(fires_at, end)


@cache
def _names() -> frozenset[str]:
    return frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split())


@cache
def _pinned(name: str) -> ZoneInfo:
    if name not in _names():
        raise LocalTimeInvalid(f"{name[:80]!r} is not a time zone. {_zone_remedy(name[:80])}")
    with (files("tzdata") / "zoneinfo" / name).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def _zone_remedy(name: str) -> str:
    near = get_close_matches(name, _names(), n=1)
    example = near[0] if near else "Europe/Berlin"
    return f"Use a name of the IANA time zone database, such as {example}."


def _both_readings(local: datetime, place: ZoneInfo) -> tuple[datetime, datetime]:
    if local.tzinfo is not None:
        raise ValueError("a wall time carries no offset of its own")
    first = local.replace(tzinfo=place, fold=0)
    return first.astimezone(UTC), first.replace(fold=1).astimezone(UTC)


def _in_gap(
    local: datetime, place: ZoneInfo, gap: Gap, with_old_offset: datetime, with_new_offset: datetime
) -> Resolution:
    if gap is Gap.SHIFT:
        shown = with_old_offset.astimezone(place).replace(tzinfo=None, fold=0)
        return Resolution(with_old_offset, Note.GAP_SHIFTED, shown)
    if gap is Gap.SKIP:
        return Resolution(None, Note.GAP_SKIPPED, None)
    leaves, lands = _edges_of_gap(place, with_new_offset, with_old_offset)
    raise LocalTimeInvalid(
        f"{local:{SHOWN}} does not exist in {place.key}: the clocks jump from {leaves:{SHOWN}} to "
        f"{lands:{SHOWN}}. Choose a time before or after."
    )


def _edges_of_gap(place: ZoneInfo, before: datetime, after: datetime) -> tuple[datetime, datetime]:
    seconds = range(int(before.timestamp()), int(after.timestamp()) + 1)
    old = _offset(place, seconds[0])
    jump = seconds[bisect_left(seconds, 1, key=lambda second: int(_offset(place, second) != old))]
    return _wall(UTC, jump) + old, _wall(place, jump)


def _offset(place: ZoneInfo, second: int) -> timedelta:
    return _wall(place, second) - _wall(UTC, second)


def _wall(place: tzinfo, second: int) -> datetime:
    return datetime.fromtimestamp(second, place).replace(tzinfo=None, fold=0)
