"""On which wall times an event of an iCalendar happens.

A recurrence is evaluated over wall times, where no clock ever changes. icalendar's types allow much more than RFC 5545
does, so its components are not typed here; whatever does not fit raises a ``ValueError`` or an ``AttributeError``.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Final

from dateutil.rrule import rrulestr

FREQUENCIES: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
LEAP_YEAR: Final = 2024
_RARE: Final = frozenset({"BYSETPOS", "BYYEARDAY", "BYWEEKNO"})


class Unclear(ValueError):
    """An event that cannot be placed in time; the text says why."""


def walls(component: Any, last: date) -> Iterator[datetime]:
    """The wall times of every occurrence until the end of a date, in its own zone and in order.

    Raises:
        Unclear: It cannot be placed in time.
    """
    if "DTSTART" not in component:
        raise Unclear("it has no beginning")
    start, zone = wall_of(component["DTSTART"], None), zone_of(component["DTSTART"])
    left_out = set(_dates(component, "EXDATE", zone))
    more = [wall for wall in _dates(component, "RDATE", zone) if wall.date() <= last]
    found = {start, *more}
    for rule in listed(component.get("RRULE")):
        found.update(_recurring(rule, start, zone, datetime.combine(last, time.max)))
    yield from sorted(wall for wall in found if wall not in left_out)


def _recurring(rule: Any, start: datetime, zone: tzinfo | None, end: datetime) -> Iterator[datetime]:
    _check(rule)
    parts = {key: value for key, value in rule.items() if key != "UNTIL"}
    until = min((end, *(_until(value, zone) for value in listed(rule.get("UNTIL")))))
    text = ";".join(f"{key}={','.join(map(str, listed(value)))}" for key, value in parts.items())
    for wall in rrulestr(text, dtstart=start):
        if wall > until:
            return
        yield wall


def _check(rule: Any) -> None:
    """Refuse rules that say nothing, or that would be looked through for years without an end."""
    frequency = str(listed(rule.get("FREQ"))[0]).upper() if rule.get("FREQ") else ""
    if frequency not in FREQUENCIES:
        raise Unclear("it recurs in a way that is not understood, or more than once a day")
    if frequency in {"DAILY", "WEEKLY"} and _RARE & set(rule):
        raise Unclear("it recurs in a way that is not understood")
    months = [int(month) for month in listed(rule.get("BYMONTH"))] or range(1, 13)
    days = [abs(int(day)) for day in listed(rule.get("BYMONTHDAY"))]
    if days and min(days) > max(monthrange(LEAP_YEAR, month)[1] for month in months):
        raise Unclear("it recurs on a day that no month has")


def _until(value: date, zone: tzinfo | None) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time.max)
    return value.replace(tzinfo=None) if value.tzinfo is None else _in_zone(value, zone)


def _dates(component: Any, key: str, zone: tzinfo | None) -> Iterator[datetime]:
    start = component["DTSTART"].dt
    for entry in listed(component.get(key)):
        for each in entry.dts:
            value = each.dt[0] if isinstance(each.dt, tuple) else each.dt
            if isinstance(value, datetime):
                yield _in_zone(value, zone) if value.tzinfo else value
            else:
                at = start.time() if isinstance(start, datetime) else time.min
                yield datetime.combine(value, at)


def listed(value: Any) -> list[Any]:
    """A property that may be missing, or there several times, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def wall_of(prop: Any, zone: tzinfo | None) -> datetime:
    """The naive wall time of a property: as it is written, or in ``zone`` where both have one; midnight of a date."""
    value = prop.dt
    if not isinstance(value, datetime):
        return datetime.combine(value, time.min)
    return _in_zone(value, zone) if zone is not None and value.tzinfo else value.replace(tzinfo=None)


def _in_zone(value: datetime, zone: tzinfo | None) -> datetime:
    return value.astimezone(zone or UTC).replace(tzinfo=None, fold=0)


def zone_of(prop: Any) -> tzinfo | None:
    """The zone of a property; ``None`` where it floats with the clocks or is a date.

    Raises:
        Unclear: It names a zone that neither IANA, Windows nor the file itself knows.
    """
    value = prop.dt
    if not isinstance(value, datetime):
        return None
    named = prop.params.get("TZID")
    if value.tzinfo is None and named:
        raise Unclear(f"nobody knows its time zone “{str(named)[:60]}”")
    return value.tzinfo
