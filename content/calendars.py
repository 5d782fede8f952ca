"""Outside calendars in the iCalendar format of RFC 5545: which event is when, within the dates of a campaign.

A recurrence is evaluated over wall times, where no clock ever changes; each wall time is then read on the clocks of
its zone. An hour that is jumped over is shifted, and of two equal hours the first is meant, as RFC 5545 says.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

import regex
from icalendar import Calendar

from content.models import Event
from content.recurrences import Unclear, listed, wall_of, walls, zone_of

MAX_EVENTS: Final = 2_000
UNREADABLE: Final = (ValueError, AttributeError, KeyError, TypeError, OverflowError)
"""What icalendar and values that do not fit together raise."""

_NOT_IN_SLUG: Final = regex.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """What could not be read.

    Attributes:
        what: One sentence without the closing full stop.
        line: Where the event begins, or ``None``.
        whole: Whether nothing of the file could be read.
    """

    what: str
    remedy: str
    line: int | None = None
    whole: bool = False


def read_calendar(
    name: str, text: str, first: date, last: date
) -> tuple[tuple[Event, ...], tuple[Fault, ...]]:
    """Every event that begins on one of these dates, by time, and what could not be read.

    Args:
        name: What the calendar is called, as a slug.
        text: With any line ends.
    """
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        components = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except (*UNREADABLE, IndexError) as error:
        what = f"this is no calendar that can be read ({str(error).splitlines()[0][:100]})"
        return (), (Fault(what, "Export it again as iCalendar (.ics).", whole=True),)
    if not calendars:
        return (), (
            Fault("the file holds no calendar", "Export it again as iCalendar (.ics).", whole=True),
        )
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _begins(line)]
    faults: list[Fault] = []
    events: list[Event] = []
    for series in _by_uid(components, lines):
        events.extend(_events(name, series, first, last, faults))
    if len(events) > MAX_EVENTS:
        what = f"it has {len(events):,} events within the dates of the campaign; {MAX_EVENTS:,} are read"
        faults.append(Fault(what, "Export a smaller calendar.", whole=True))
    return tuple(sorted(events[:MAX_EVENTS], key=lambda event: (event.on, event.uid))), tuple(faults)


def slug_of(title: str) -> str:
    """A title as an id: small Latin letters, digits and hyphens; empty where it has none of these."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().casefold()
    return _NOT_IN_SLUG.sub("-", plain).strip("-")[:64].strip("-")


@dataclass(frozen=True, slots=True)
class _Part:
    component: Any
    line: int | None


def _begins(line: str) -> bool:
    return line.strip().upper() == "BEGIN:VEVENT"


def _by_uid(components: list[Any], lines: list[int]) -> Iterable[list[_Part]]:
    series: dict[str, list[_Part]] = {}
    for number, component in enumerate(components):
        line = lines[number] if number < len(lines) else None
        uid = str(component.get("UID") or f"line-{line}")
        series.setdefault(uid, []).append(_Part(component, line))
    return series.values()


def _events(
    name: str, series: list[_Part], first: date, last: date, faults: list[Fault]
) -> Iterator[Event]:
    moved: set[datetime] = set()
    masters = [part for part in series if "RECURRENCE-ID" not in part.component]
    for part in (*(part for part in series if part not in masters), *masters):
        try:
            if part not in masters:
                moved.add(_moved_from(part.component["RECURRENCE-ID"], _zone_of(masters)))
            for wall in () if _is_cancelled(part.component) else _walls(part.component, last, moved):
                if first <= wall.date() <= last:
                    yield _event(name, part, wall)
        except UNREADABLE as error:
            faults.append(_fault(part, error))


def _fault(part: _Part, error: Exception) -> Fault:
    title = str(part.component.get("SUMMARY") or "without a title")[:60]
    reason = str(error) if isinstance(error, Unclear) else "a value of it cannot be read"
    return Fault(
        f"the event “{title}” is left out: {reason}", "Correct it there and export it again.", part.line
    )


def _walls(component: Any, last: date, moved: set[datetime]) -> Iterator[datetime]:
    if "RECURRENCE-ID" in component:
        yield wall_of(component["DTSTART"], None)
        return
    yield from (wall for wall in walls(component, last) if wall not in moved)


def _moved_from(prop: Any, zone: tzinfo | None) -> datetime:
    if prop.params.get("RANGE"):
        raise Unclear("it changes every later date of its series at once, which is not understood")
    return wall_of(prop, zone)


def _event(name: str, part: _Part, wall: datetime) -> Event:
    component = part.component
    start, zone = component["DTSTART"], zone_of(component["DTSTART"])
    title = " ".join(str(component.get("SUMMARY") or "").split())[:500] or "untitled"
    uid = str(component.get("UID") or f"line-{part.line}")[:500]
    return Event(
        calendar=name,
        uid=uid,
        name=slug_of(title) or slug_of(uid) or f"line-{part.line}",
        title=title,
        at=wall if zone is None else wall.replace(tzinfo=zone).astimezone(UTC),
        on=wall.date(),
        lasts=_lasts(component, start.dt),
        all_day=not isinstance(start.dt, datetime),
        places=tuple(_places(component)),
    )


def _is_cancelled(component: Any) -> bool:
    return str(component.get("STATUS", "")).upper() == "CANCELLED"


def _zone_of(masters: list[_Part]) -> tzinfo | None:
    """The zone in which a series recurs."""
    starts = (part.component["DTSTART"] for part in masters if "DTSTART" in part.component)
    return next((zone_of(start) for start in starts), None)


def _lasts(component: Any, start: date) -> timedelta:
    if "DURATION" in component:
        lasts = component["DURATION"].dt
    elif "DTEND" in component:
        lasts = component["DTEND"].dt - start
    else:
        lasts = timedelta() if isinstance(start, datetime) else timedelta(days=1)
    if not isinstance(lasts, timedelta) or lasts < timedelta():
        raise Unclear("it ends before it begins")
    return lasts


def _places(component: Any) -> Iterator[str]:
    words = [str(component.get("LOCATION") or "")]
    for entry in listed(component.get("CATEGORIES")):
        words.extend(str(category) for category in getattr(entry, "cats", [entry]))
    yield from (" ".join(word.split())[:500] for word in words if word.strip())
