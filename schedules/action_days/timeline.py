"""What happens when in each city of an action day, on its own clock. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from content.models import ActionDay, Campaign, City, Gap, Overlap, Permit, Step
from schedules.planning.cities import CityStates
from schedules.planning.permits import NOTHING_CHANGED, withheld_by
from schedules.walltime import Note, Resolution, resolve, zone


@dataclass(frozen=True, slots=True)
class TimedStep:
    """One step in one city.

    Attributes:
        at: The instant, in UTC.
        local_at: What the clocks of the city show then, naive.
        withheld: The state of the permit for which it waits, or ``None``.
        shifted: By how much the clocks were moved since the step before; mostly nothing.
    """

    step: Step
    at: datetime
    local_at: datetime
    withheld: Permit | None
    shifted: timedelta


@dataclass(frozen=True, slots=True)
class Timeline:
    """An action day in one city.

    Attributes:
        city: ``None`` for what speaks for the whole campaign.
        zone: The IANA zone whose clocks are read.
        starts_at: T-0, in UTC.
        local_at: What the clocks show at T-0, naive.
        note: What a change of the clocks did to T-0.
        steps: In the order in which they happen.
    """

    day: ActionDay
    city: City | None
    zone: str
    starts_at: datetime
    local_at: datetime
    note: Note
    steps: tuple[TimedStep, ...]


def timelines(
    day: ActionDay, campaign: Campaign, states: CityStates = NOTHING_CHANGED
) -> Iterator[Timeline]:
    """One city after the other, in the order of ``cities``; first what speaks for the whole campaign.

    Args:
        states: What people changed of the permits; a delay changes nothing here.

    Raises:
        LocalTimeInvalid: A zone is unknown, or a time out of range.
    """
    general = tuple(step for step in day.steps if step.is_general)
    if general:
        yield _timeline(day, None, campaign.zone, general, states)
    for city in campaign.cities_of(day):
        theirs = tuple(step for step in day.steps if step.includes(city.id))
        yield _timeline(day, city, city.zone, theirs, states)


def delayed(line: Timeline, by: timedelta) -> Timeline:
    """The same so much later, steps that may be out already included."""
    steps = tuple(
        replace(timed, at=timed.at + by, local_at=_shown(timed.at + by, line.zone)) for timed in line.steps
    )
    at = line.starts_at + by
    return replace(line, starts_at=at, local_at=_shown(at, line.zone), steps=steps)


def _shown(at: datetime, zone_name: str) -> datetime:
    return at.astimezone(zone(zone_name)).replace(tzinfo=None, fold=0)


def starts_at(day: ActionDay, zone_name: str) -> Resolution:
    """T-0 where clocks show a zone: a wall time that is jumped over is shifted, of two the first is meant.

    Raises:
        LocalTimeInvalid: The zone is unknown, or the year out of range.
    """
    if day.at.tzinfo is None:
        return resolve(day.at, zone_name, gap=Gap.SHIFT, overlap=Overlap.FIRST)
    shown = day.at.astimezone(zone(zone_name)).replace(tzinfo=None, fold=0)
    return Resolution(day.at.astimezone(UTC), Note.NONE, shown)


def _timeline(
    day: ActionDay, city: City | None, zone_name: str, steps: tuple[Step, ...], states: CityStates
) -> Timeline:
    start = starts_at(day, zone_name)
    if start.at is None or start.shown is None:
        raise ValueError("a time that is shifted is never left out")
    timed = tuple(_timed(day, city, zone_name, start.at, steps, states))
    return Timeline(day, city, zone_name, start.at, start.shown, start.note, timed)


def _timed(
    day: ActionDay,
    city: City | None,
    zone_name: str,
    start: datetime,
    steps: tuple[Step, ...],
    states: CityStates,
) -> Iterator[TimedStep]:
    place, before = zone(zone_name), None
    for step in sorted(steps, key=lambda step: step.offset):
        at = start + step.offset
        local = at.astimezone(place)
        offset = local.utcoffset() or timedelta()
        shifted = timedelta() if before is None else offset - before
        withheld = None if city is None else withheld_by(day, step, city.id, states)
        yield TimedStep(step, at, local.replace(tzinfo=None, fold=0), withheld, shifted)
        before = offset
