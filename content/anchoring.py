"""A dormant campaign whose times are moved to the moment of its launch. Pure."""

from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from content.models import ActionDay, Campaign, Part, Phase, Slot, Step

LAST_ZONE: Final = timedelta(hours=12)
"""How far the clocks of the last zone are behind UTC: a wall time that is over there is over everywhere."""
_P = TypeVar("_P", bound=Part)


def anchored(campaign: Campaign, starts_at: datetime, *, asked_at: datetime) -> Campaign:
    """The campaign awake, with its first action day at ``starts_at``, at the same instant in all of its cities.

    Without an action day its first slot with a time of its own is then; without such a slot, ``starts_on`` is that
    date. What is counted from there follows. Every other date and wall time moves by as many whole days and keeps its
    hour. Dates of goals, claims and outside events stay.

    Nothing that would have been before ``asked_at`` is done late: ``launched_at`` tells planning to leave it out, and
    steps of action days that are over in every zone are gone.

    Args:
        starts_at: Aware.
        asked_at: When the launch was asked for, aware; not after ``starts_at``.
    """
    anchor = _anchor(campaign)
    days = _date(starts_at, campaign.zone) - (
        campaign.starts_on if anchor is None or anchor.at is None else _date(anchor.at, campaign.zone)
    )
    fixed, since = starts_at.astimezone(UTC), asked_at.astimezone(UTC)
    moved = {
        "dormant": False,
        "launched_at": since,
        "starts_on": campaign.starts_on + days,
        "ends_on": campaign.ends_on + days,
        "phases": tuple(_phase(phase, days) for phase in campaign.phases),
        "slots": tuple(
            _at(slot, fixed) if slot is anchor else _slot(slot, days) for slot in campaign.slots
        ),
        "action_days": tuple(
            _day(_at(day, fixed) if day is anchor else _later(day, days, "at"), since)
            for day in campaign.action_days
        ),
    }
    return campaign.model_copy(update=moved)


def _anchor(campaign: Campaign) -> ActionDay | Slot | None:
    """What happens at the launch: the earliest by the clocks of the campaign, action days before slots."""
    days = [(_instant(day.at, campaign.zone), day.id, day) for day in campaign.action_days]
    slots = [(_instant(slot.at, campaign.zone), slot.id, slot) for slot in campaign.slots if slot.at]
    found = min(days, default=None, key=_first) or min(slots, default=None, key=_first)
    return None if found is None else found[2]


def _first(timed: tuple[datetime, str, Part]) -> tuple[datetime, str]:
    return timed[:2]


def _instant(at: datetime, zone: str) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _date(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date() if at.tzinfo else at.date()


def _at(part: _P, at: datetime) -> _P:
    return part.model_copy(update={"at": at})


def _later(part: _P, days: timedelta, *names: str) -> _P:
    found = {name: getattr(part, name) for name in names}
    return part.model_copy(
        update={name: value + days for name, value in found.items() if value is not None}
    )


def _phase(phase: Phase, days: timedelta) -> Phase:
    return _later(phase, days, "starts_on", "ends_on")


def _slot(slot: Slot, days: timedelta) -> Slot:
    return _later(slot, days, "at", "first_on", "last_on")


def _day(day: ActionDay, since: datetime) -> ActionDay:
    """The day without the steps that are over."""
    last = day.at if day.at.tzinfo else day.at.replace(tzinfo=UTC) + LAST_ZONE

    def is_over(step: Step) -> bool:
        return last + step.offset < since

    return day.model_copy(update={"steps": tuple(step for step in day.steps if not is_over(step))})
