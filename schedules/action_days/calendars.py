"""Action days as an iCalendar file of RFC 5545, for the calendars of organisers and partners. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from icalendar import Calendar, Event

from content.models import Campaign, Risk
from schedules.action_days.timeline import TimedStep, Timeline, timelines
from schedules.planning.cities import CityStates
from schedules.planning.permits import NOTHING_CHANGED

PRODUCT: Final = "-//Munasara//action days//EN"
START: Final = "T-0"
"""No step can be called so: ids have small letters."""
LASTS: Final = timedelta(hours=1)
"""How long T-0 stands in a calendar."""


def calendar_of(campaign: Campaign, now: datetime, states: CityStates = NOTHING_CHANGED) -> bytes:
    """Every action day with its steps, in open cities only. No text, no person and no meeting place is in it.

    Args:
        now: When the file is made, in UTC.
        states: What people changed of the permits.
    """
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    for day in campaign.action_days:
        for line in timelines(day, campaign, states):
            if line.city is None or line.city.risk is Risk.OPEN:
                for event in _events(line, campaign, now):
                    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(line: Timeline, campaign: Campaign, now: datetime) -> Iterator[Event]:
    title = line.day.title.get(campaign.languages[0], line.day.id)
    if line.city is not None:
        yield _event(line, campaign, now, START, title, line.starts_at, LASTS)
    for timed in line.steps:
        event = _event(line, campaign, now, timed.step.id, _said(timed, title), timed.at, timedelta())
        if timed.withheld:
            event.add("STATUS", "TENTATIVE")
        yield event


def _said(timed: TimedStep, title: str) -> str:
    return f"{title}: {timed.step.kind.replace('_', ' ')} ({timed.step.id})"


def _event(
    line: Timeline,
    campaign: Campaign,
    now: datetime,
    name: str,
    summary: str,
    at: datetime,
    lasts: timedelta,
) -> Event:
    event = Event()
    place = line.city.id if line.city else "-"
    event.add("UID", f"{campaign.id}.{line.day.id}.{place}.{name}@munasara")
    event.add("DTSTAMP", now)
    event.add("DTSTART", at)
    event.add("DURATION", lasts)
    if line.city is None:
        event.add("SUMMARY", summary)
        return event
    city = line.city.name.get(campaign.languages[0], line.city.id)
    event.add("SUMMARY", f"{summary}, {city}")
    event.add("LOCATION", city)
    return event
