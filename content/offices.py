"""Offices that decide: which of them a reader may turn to, and when they answer calls."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from content.models import Ask, Campaign, City, OfficeHours, Target, Weekday

_DAYS: Final = tuple(Weekday)
_WEEK: Final = 7


def offices_for(ask: Ask, campaign: Campaign, city: City | None) -> tuple[Target, ...]:
    """Whom an ask may be taken to: the office that it names, else those of the reader's country, else all."""
    if ask.target is not None:
        return tuple(target for target in campaign.targets if target.id == ask.target)
    here = tuple(target for target in campaign.targets if city and target.country == city.territory)
    return here or campaign.targets


def answers_at(hours: OfficeHours, moment: datetime) -> bool:
    """Whether an office answers calls at an instant, which must be aware."""
    there = moment.astimezone(ZoneInfo(hours.zone))
    return _DAYS[there.weekday()] in hours.days and hours.opens <= there.time() < hours.closes


def opens_next(hours: OfficeHours, moment: datetime) -> datetime | None:
    """When an office that does not answer now will, as a wall time in its own zone; ``None`` if never."""
    there = moment.astimezone(ZoneInfo(hours.zone))
    days = [there.date() + timedelta(days=ahead) for ahead in range(_WEEK + 1)]
    openings: Sequence[datetime] = [
        datetime.combine(day, hours.opens, there.tzinfo)
        for day in days
        if _DAYS[day.weekday()] in hours.days
    ]
    return next((opening for opening in openings if opening > there), None)
