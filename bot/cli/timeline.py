"""Action days as a table: what happens in each city, on its own clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Final, TypeAlias

from bot.cli.output import say, show_table, utc

if TYPE_CHECKING:
    from content.models import ActionDay, Campaign
    from schedules.action_days.timeline import TimedStep, Timeline
    from schedules.planning.cities import CityState, CityStates

NAMED: Final = 4
_Key: TypeAlias = tuple[str, tuple[tuple[object, object], ...], str, timedelta]


def show_timelines(campaign: "Campaign", most: int | None, states: "CityStates | None" = None) -> None:
    """Print every action day, cities that share a clock and their steps in one row.

    Args:
        most: How many rows of each day are shown; ``None`` for all.
        states: What people changed in the cities.
    """
    for day in campaign.action_days:
        if day.steps:
            show_day(day, campaign, most, states)


def write_calendar(
    campaign: "Campaign", now: datetime, file: Path, states: "CityStates | None" = None
) -> None:
    """Write the action days as iCalendar and say so.

    Args:
        states: What people changed of the permits.

    Raises:
        OSError: The file cannot be written.
    """
    from schedules.action_days.calendars import calendar_of

    file.write_bytes(calendar_of(campaign, now, states or {}))
    say(f"Wrote the action days to {file}, without guarded cities.", err=True)


def timelines_as_data(campaign: "Campaign", states: "CityStates | None" = None) -> list[dict[str, object]]:
    """The same for a script, city by city."""
    from schedules.planning.cities import is_over

    lines = (found for day in campaign.action_days for found in _lines(day, campaign, states or {}))
    return [
        {
            "day": line.day.id,
            "city": line.city and line.city.id,
            "status": state.status,
            "later_by": str(state.delay) if state.delay else "",
            "zone": line.zone,
            "starts_at": line.starts_at,
            "local_at": line.local_at,
            "note": line.note,
            "steps": [
                {
                    "step": timed.step.id,
                    "kind": timed.step.kind,
                    "at": timed.at,
                    "local_at": timed.local_at,
                    "withheld": timed.withheld,
                    "called_off": is_over(state, timed.step),
                }
                for timed in line.steps
            ],
        }
        for line, state in lines
    ]


def show_day(
    day: "ActionDay", campaign: "Campaign", most: int | None, states: "CityStates | None" = None
) -> None:
    """Print one action day."""
    if day.at.tzinfo is None:
        clock = f"{day.at:%Y-%m-%d %H:%M} on the clocks of each city"
    else:
        clock = f"one instant, {utc(day.at.astimezone(UTC))}"
    say(f"\nAction day {day.id}. T-0 is {clock}.")
    rows = list(_rows(day, campaign, states or {}))
    shown = rows if most is None else rows[:most]
    show_table(["where", "step", "local time", "UTC", "note"], shown)
    if len(shown) < len(rows):
        say(f"... and {len(rows) - len(shown):,} more: munasara plan {quote(str(campaign.folder))} --every")
    if any(state.delay for (of, _), state in (states or {}).items() if of == day.id):
        say("Times are shown with their delay; what was out before it came at its own time.")


def _lines(
    day: "ActionDay", campaign: "Campaign", states: "CityStates"
) -> "Iterator[tuple[Timeline, CityState]]":
    """Each city as it stands now: with its delay, and with what people decided there."""
    from schedules.action_days.timeline import delayed, timelines
    from schedules.planning.cities import GENERAL, UNCHANGED

    for line in timelines(day, campaign, states):
        state = states.get((day.id, line.city.id if line.city else GENERAL), UNCHANGED)
        yield delayed(line, state.delay) if state.delay else line, state


def _rows(day: "ActionDay", campaign: "Campaign", states: "CityStates") -> Iterator[tuple[object, ...]]:
    alike: dict[_Key, list[tuple[Timeline, CityState]]] = {}
    for line, state in _lines(day, campaign, states):
        key = tuple((timed.step.id, timed.withheld) for timed in line.steps)
        alike.setdefault((line.zone, key, state.status, state.delay), []).append((line, state))
    for together in alike.values():
        yield from _rows_of(_where([line for line, _ in together]), *together[0])


def _rows_of(where: str, line: "Timeline", state: "CityState") -> Iterator[tuple[object, ...]]:
    from schedules.planning.cities import is_over

    steps = [timed for timed in line.steps if not is_over(state, timed.step)]
    moments = [(timed.at, timed.local_at, timed.step.id, _note(timed)) for timed in steps]
    moments.append((line.starts_at, line.local_at, "T-0", _start_note(line, state)))
    for at, local_at, step, note in sorted(moments, key=lambda moment: moment[0]):
        yield where, step, f"{local_at:%a %Y-%m-%d %H:%M}", utc(at).removesuffix(" UTC"), note


def _where(together: "list[Timeline]") -> str:
    names = [line.city.id if line.city else "the whole campaign" for line in together]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more} ({together[0].zone})"


def _note(timed: "TimedStep") -> str:
    from schedules.planning.permits import STATES

    notes = [f"withheld: {STATES[timed.withheld]}"] if timed.withheld else []
    if timed.shifted:
        minutes = timed.shifted // timedelta(minutes=1)
        notes.append(f"the clocks were moved by {minutes:+} minutes since the step before")
    return "; ".join(notes)


def _start_note(line: "Timeline", state: "CityState") -> str:
    from schedules.planning.cities import Status

    off = {
        Status.ABORTED: "called off: it does not take place",
        Status.ENDED: "ended: only what comes afterwards is sent",
    }
    late = f"{state.delay // timedelta(minutes=1)} minutes later than planned" if state.delay else ""
    return "; ".join(filter(None, (off.get(state.status, ""), late, _clock_note(line))))


def _clock_note(line: "Timeline") -> str:
    from schedules.walltime import Note

    notes = {
        Note.GAP_SHIFTED: f"the clocks jump over {line.day.at:%H:%M}",
        Note.OVERLAP_FIRST: f"the clocks show {line.day.at:%H:%M} twice; the first is meant",
    }
    return notes.get(line.note, "")
