"""Outside calendars of a campaign folder, and action days that hang on their events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from content.calendars import Fault, read_calendar, slug_of
from content.errors import Problem, Severity
from content.models import Event
from content.reading.draft import Draft
from content.reading.durations import parse_duration
from content.reading.files import Folder
from content.reading.known import did_you_mean, listed, shown
from content.reading.toml_file import EARLIEST, LATEST, TomlFile
from content.reading.toml_lines import KeyPath

PREFIX: Final = "event:"
MARGIN: Final = timedelta(days=31)
"""How long before and after the campaign an event may be on which something hangs."""


def read_events(folder: Folder, draft: Draft) -> tuple[Event, ...]:
    """Every event of ``calendars/*.ics`` around the dates of the campaign; what is wrong goes to ``folder.problems``."""
    if draft.campaign is None:
        return ()
    head = draft.campaign.part
    first, last = max(head.starts_on, EARLIEST) - MARGIN, min(head.ends_on, LATEST) + MARGIN
    events: list[Event] = []
    for name in folder.names:
        text = folder.text(name) if name.startswith("calendars/") else None
        if text is not None:
            own = slug_of(name.removeprefix("calendars/").removesuffix(".ics")) or "calendar"
            found, faults = read_calendar(own, text, first, last)
            events.extend(found)
            folder.problems.extend(_problem(name, fault) for fault in faults)
    return tuple(events)


def _problem(name: str, fault: Fault) -> Problem:
    severity = Severity.ERROR if fault.whole else Severity.WARNING
    return Problem("calendar-broken", name, fault.what, fault.remedy, fault.line, severity)


def placed(file: TomlFile, draft: Draft, problems: list[Problem]) -> dict[str, Any]:
    """What an action day says, with ``relative_to`` turned into times.

    A day gets its ``at``; where that cannot be known, the middle of the campaign stands in for it. A step keeps its
    ``offset``, counted anew from T-0.
    """
    placing = _Placing(file, draft.events, problems)
    day, start = placing.day(dict(file.data))
    steps = day.get("steps")
    if isinstance(steps, list):
        day["steps"] = [placing.step(step, number, start) for number, step in enumerate(steps)]
    is_lost = start is None and "relative_to" in file.data
    return day | {"at": _middle(draft)} if is_lost else day


def _middle(draft: Draft) -> datetime:
    if draft.campaign is None:
        return datetime.combine(EARLIEST, time.min)
    head = draft.campaign.part
    return datetime.combine(head.starts_on + (head.ends_on - head.starts_on) / 2, time.min)


@dataclass(frozen=True, slots=True)
class _Placing:
    file: TomlFile
    events: Sequence[Event]
    problems: list[Problem]

    def day(self, day: dict[str, Any]) -> tuple[dict[str, Any], object]:
        if "relative_to" not in day:
            return day, day.get("at")
        if "at" in day:
            what, remedy = '"at" does not go with "relative_to"', "Remove one of the two."
            self._add(("at",), "day-time", what, remedy)
        at = self._time_of(day, ())
        rest = {key: value for key, value in day.items() if key not in {"relative_to", "offset"}}
        return (rest, None) if at is None else (rest | {"at": at}, at)

    def step(self, step: Any, number: int, start: object) -> Any:
        if not isinstance(step, dict) or "relative_to" not in step:
            return step
        at = self._time_of(step, ("steps", number))
        rest = {key: value for key, value in step.items() if key != "relative_to"}
        if at is None or not isinstance(start, datetime):
            return rest
        if (at.tzinfo is None) != (start.tzinfo is None):
            what = (
                "the event and T-0 keep different clocks: one is an instant, the other an hour on the wall"
            )
            remedy = "Give `at` an offset, or place the whole day relative to the event."
            self._add(("steps", number, "relative_to"), "event-clock", what, remedy)
            return rest
        return rest | {"offset": _written(at - start)}

    def _time_of(self, part: Mapping[str, Any], path: KeyPath) -> datetime | None:
        event = self._event(part["relative_to"], (*path, "relative_to"))
        written = part.get("offset", "0m")
        offset = parse_duration(written) if isinstance(written, str) else None
        if offset is None and not path:
            what, remedy = f"{shown(written)} is no length of time", 'Write "90m" or "-24h".'
            self._add(("offset",), "duration-invalid", what, remedy)
        return None if event is None or offset is None else event.at + offset

    def _event(self, name: object, key: KeyPath) -> Event | None:
        if not isinstance(name, str) or not name.startswith(PREFIX):
            what = f"{shown(name)} is no event"
            self._add(key, "event-unknown", what, 'Write "event:" and the name of an event.')
            return None
        found = list(self._named(name.removeprefix(PREFIX)))
        if len({event.at for event in found}) == 1:
            return found[0]
        self._add(key, *(_ambiguous(name, found) if found else _unknown(name, self.events)))
        return None

    def _named(self, name: str) -> Iterator[Event]:
        alone, _, on = name.rpartition("@")
        for event in self.events:
            known = {event.uid, event.name}
            if name in known or (alone in known and on == event.on.isoformat()):
                yield event

    def _add(self, key: KeyPath, code: str, what: str, remedy: str) -> None:
        self.problems.append(self.file.problem(key, code, what, remedy))


def _written(length: timedelta) -> str:
    minutes = abs(length) // timedelta(minutes=1)
    return f"{'-' if length < timedelta() else ''}{minutes}m"


def _ambiguous(name: str, found: Sequence[Event]) -> tuple[str, str, str]:
    dates = listed({event.on.isoformat() for event in found})
    remedy = f'Write which one: "{name}@{min(event.on for event in found).isoformat()}".'
    return "event-ambiguous", f"{shown(name)} is several events: {dates}", remedy


def _unknown(name: str, events: Sequence[Event]) -> tuple[str, str, str]:
    names = sorted({f"{PREFIX}{event.name}" for event in events})
    otherwise = (
        f"There is: {listed(names)}." if names else "Put a calendar into calendars/, such as council.ics."
    )
    remedy = did_you_mean(name, names, otherwise)
    return "event-unknown", f"there is no event {shown(name)} around the dates of the campaign", remedy
