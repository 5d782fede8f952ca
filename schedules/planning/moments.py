"""When a slot is due: on which dates, by whose clock, counted from what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypedDict

from content.errors import Problem, Severity
from content.models import ActionDay, Campaign, Gap, Overlap, Slot
from schedules.errors import LocalTimeInvalid
from schedules.walltime import SHOWN, Note, Resolution, require_near, resolve, wall_times, zone

SINGLE: Final = "1"
"""The occurrence of a slot that happens once; it has no date, so that moving it keeps its identity."""

MAX_RECURRENCE: Final = timedelta(days=3660)
"""Ten years. A longer recurrence is a slip of the pen in a year."""

OTHER: Final = {Overlap.FIRST: Overlap.SECOND, Overlap.SECOND: Overlap.FIRST}


@dataclass(frozen=True, slots=True)
class Moment:
    """One time of a slot in one zone. ``schedules.planning.occurrences.Occurrence`` explains the fields."""

    occurrence: str
    local_at: datetime
    zone: str
    due_at: datetime
    note: Note
    gap: Gap
    overlap: Overlap
    fixed: bool


class Due(TypedDict):
    """A moment by the names of its fields, as an occurrence takes them."""

    occurrence: str
    local_at: datetime
    zone: str
    due_at: datetime
    note: Note
    gap: Gap
    overlap: Overlap
    fixed: bool


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a slot is counted from, through every ``relative_to``.

    Attributes:
        offset: Time from there; ``None`` where the slot says its time itself.
        clock: The one zone whose clock is read, or ``None`` where each city reads its own.
        home: The zone of accounts without a city.
    """

    root: Slot | ActionDay
    times: tuple[tuple[str, datetime], ...]
    offset: timedelta | None
    clock: str | None
    home: str
    gap: Gap
    overlap: Overlap


class Timetable:
    """Turns the times of a campaign's slots into instants, noting every problem on the way.

    A slot that is relative to another, or to an action day, is counted from the *instant* of that event:
    two hours before a gathering at 12:00 are two hours, even where the clocks change between them. What
    becomes of a gap or an overlap is said by the slot at the end of the chain; for an action day, which says
    nothing about it, by the slot itself.
    """

    def __init__(self, campaign: Campaign, problems: list[Problem]) -> None:
        self._campaign, self._problems = campaign, problems
        self._reported: set[Problem] = set()
        self._slots = {slot.id: slot for slot in campaign.slots}
        self._days = {day.id: day for day in campaign.action_days}

    def anchor(self, slot: Slot) -> Anchor | None:
        """What ``slot`` is counted from, or ``None`` where that makes no sense, which is then a problem."""
        try:
            root, offset = self._walk(slot)
            times = tuple(self._times(root))
        except _NoTime as error:
            self._report(error.problem(slot))
            return None
        own = root if isinstance(root, Slot) else slot
        home = slot.zone or own.zone or self._campaign.zone
        one_clock = isinstance(root, Slot) and not root.cities
        clock = own.zone or self._campaign.zone if one_clock else None
        return Anchor(root, times, offset, clock, home, own.gap, own.overlap)

    def moments(self, slot: Slot, anchor: Anchor, city_zone: str | None) -> Iterator[Moment]:
        """Every time at which ``slot`` is due where clocks show ``city_zone``, in order.

        What the clocks skip, shift or repeat is added to the problems.
        """
        shown = city_zone or anchor.home
        clock = anchor.clock or shown
        try:
            zone(clock), zone(shown)
        except LocalTimeInvalid as error:
            self._report(_invalid(slot, error))
            return
        for occurrence, at in anchor.times:
            moment = self._moment(slot, anchor, occurrence, at, clock=clock, shown=shown)
            if moment is not None:
                yield moment

    def _report(self, problem: Problem) -> None:
        if problem not in self._reported:
            self._reported.add(problem)
            self._problems.append(problem)

    def _walk(self, slot: Slot) -> tuple[Slot | ActionDay, timedelta | None]:
        offset, here, path = timedelta(), slot, [slot.id]
        while here.relative_to is not None:
            offset = _add(offset, here.offset)
            there = self._slots.get(here.relative_to) or self._days.get(here.relative_to)
            if there is None:
                raise _NoTime(f"nothing has the id {here.relative_to}", "Name a slot or an action day.")
            if isinstance(there, ActionDay):
                return there, offset
            if there.id in path:
                circle = " → ".join([*path[path.index(there.id) :], there.id])
                raise _NoTime(f"`relative_to` goes in a circle: {circle}", "Give one of them a time.")
            path.append(there.id)
            here = there
        return here, offset if here is not slot else None

    def _times(self, root: Slot | ActionDay) -> Iterator[tuple[str, datetime]]:
        if root.at is not None:
            yield SINGLE, root.at
        elif isinstance(root, Slot) and root.daily_at is not None:
            for at in self._recurrence(root):
                yield at.date().isoformat(), at
        else:
            raise _NoTime("it has no time", "Write `at`, `relative_to` with `offset`, or `daily_at`.")

    def _recurrence(self, slot: Slot) -> Iterator[datetime]:
        first, last = slot.first_on or self._campaign.starts_on, slot.last_on or self._campaign.ends_on
        if last - first > MAX_RECURRENCE:
            raise _NoTime(f"it recurs from {first} to {last}", "Correct the year; ten years is the most.")
        times = list(wall_times(slot.daily_at, slot.on_days, first, last)) if slot.daily_at else []
        if not times:
            raise _NoTime(f"no day between {first} and {last} is meant", "Correct the dates or `on_days`.")
        yield from times

    def _moment(
        self, slot: Slot, anchor: Anchor, occurrence: str, at: datetime, *, clock: str, shown: str
    ) -> Moment | None:
        try:
            require_near(at)
            due_at, note = self._due(slot, anchor, at, clock)
            if due_at is None:
                return None
            require_near(due_at)
            here = due_at.astimezone(zone(shown))
        except LocalTimeInvalid as error:
            self._report(_invalid(slot, error))
            return None
        except OverflowError:
            self._report(_problem(slot, "time-invalid", f"{at} is out of range", "Correct the year."))
            return None
        fixed = at.tzinfo is not None or clock != shown
        if anchor.offset is None and not fixed:
            local_at, overlap = at, anchor.overlap
        else:
            local_at = here.replace(tzinfo=None, fold=0)
            overlap = Overlap.SECOND if here.fold else Overlap.FIRST
        return Moment(occurrence, local_at, shown, due_at, note, anchor.gap, overlap, fixed)

    def _due(self, slot: Slot, anchor: Anchor, at: datetime, clock: str) -> tuple[datetime | None, Note]:
        offset = anchor.offset or timedelta()
        if at.tzinfo is not None:
            return at.astimezone(UTC) + offset, Note.NONE
        resolution = _resolved(at, clock, anchor)
        if resolution.note is not Note.NONE:
            self._report(_clock_change(slot, at, clock, resolution, anchor.overlap))
        if resolution.at is None:
            return None, resolution.note
        return resolution.at + offset, resolution.note


class _NoTime(Exception):
    """Why a slot is never due; turned into a problem of that slot."""

    def __init__(self, what: str, remedy: str) -> None:
        self._what, self._remedy = what, remedy
        super().__init__(what)

    def problem(self, slot: Slot) -> Problem:
        return _problem(slot, "time-missing", self._what, self._remedy)


def once(local_at: datetime, zone: str, due_at: datetime) -> Moment:
    """The time of what happens once, where nobody says what a change of the clocks does to it."""
    return Moment(
        SINGLE, local_at, zone, due_at, note=Note.NONE, gap=Gap.SHIFT, overlap=Overlap.FIRST, fixed=False
    )


def due(moment: Moment) -> Due:
    """A moment as part of an occurrence."""
    return Due(
        occurrence=moment.occurrence,
        local_at=moment.local_at,
        zone=moment.zone,
        due_at=moment.due_at,
        note=moment.note,
        gap=moment.gap,
        overlap=moment.overlap,
        fixed=moment.fixed,
    )


def _resolved(at: datetime, clock: str, anchor: Anchor) -> Resolution:
    try:
        return resolve(at, clock, gap=anchor.gap, overlap=anchor.overlap)
    except LocalTimeInvalid as error:
        raise LocalTimeInvalid(f'{error} Or write gap = "shift" or gap = "skip".') from None


def _add(total: timedelta, offset: timedelta | None) -> timedelta:
    try:
        return total + (offset or timedelta())
    except OverflowError:
        raise _NoTime("its offset is out of range", "Correct `offset`.") from None


def _problem(slot: Slot, code: str, what: str, remedy: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(code, f"slot {slot.id}", what, remedy, severity=severity)


def _invalid(slot: Slot, error: LocalTimeInvalid) -> Problem:
    what, _, remedy = str(error).partition(". ")
    return _problem(slot, "time-invalid", what, remedy)


def _clock_change(
    slot: Slot, at: datetime, clock: str, resolution: Resolution, overlap: Overlap
) -> Problem:
    if resolution.note is Note.GAP_SKIPPED:
        what = f"{at:{SHOWN}} does not exist in {clock}, where the clocks go forward; it is left out"
        remedy = "Choose another time, or leave `gap` out so that it goes out later."
    elif resolution.note is Note.GAP_SHIFTED:
        what = f"{at:{SHOWN}} does not exist in {clock}, where the clocks go forward; it becomes {resolution.shown:{SHOWN}}"
        remedy = "Choose another time if that is not meant."
    else:
        other = resolve(at, clock, gap=Gap.SHIFT, overlap=OTHER[overlap])
        what = (
            f"{at:{SHOWN}} comes twice in {clock}, where the clocks go back; the {overlap} is meant, "
            f"{resolution.at:{SHOWN}} UTC and not {other.at:{SHOWN}} UTC"
        )
        remedy = f'Write overlap = "{OTHER[overlap]}" if the other is meant.'
    return _problem(slot, f"time-{resolution.note}", what, remedy, Severity.WARNING)
