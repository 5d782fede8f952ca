"""Action days for tests: a few cities, or very many."""

from datetime import datetime, timedelta
from typing import Any, Final

from content.models import ActionDay, Campaign, City, DayCity, Permit, Step, StepKind
from tests.schedules.planning.factories import action_day, campaign, city

ZONES: Final = (
    "Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi",
    "Africa/Tunis", "America/Bogota", "America/Chicago", "America/Denver", "America/Halifax",
    "America/Lima", "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Santiago",
    "America/Sao_Paulo", "America/St_Johns", "America/Toronto", "Asia/Amman", "Asia/Beirut",
    "Asia/Dhaka", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Manila", "Asia/Seoul", "Asia/Tehran",
    "Asia/Tokyo", "Atlantic/Azores", "Australia/Adelaide", "Australia/Sydney", "Europe/Berlin",
    "Europe/Istanbul", "Europe/London", "Europe/Madrid", "Pacific/Apia", "Pacific/Auckland",
    "Pacific/Chatham", "Pacific/Honolulu",
)  # fmt: skip
"""38 zones on all continents."""


def step(name: str, hours: float, kind: StepKind = StepKind.PROMPT, **keys: Any) -> Step:
    return Step(id=name, kind=kind, offset=timedelta(hours=hours), message="launch", **keys)


STEPS: Final = (
    step("week", -168, StepKind.POST, channels=("telegram",), cities="all"),
    step("come", -120),
    step("roll-call-2d", -48, StepKind.ROLL_CALL),
    step("roll-call-1d", -24, StepKind.ROLL_CALL),
    step("place", -24, StepKind.REVEAL),
    step("roll-call-3h", -3, StepKind.ROLL_CALL),
    step("soon", -2, StepKind.REMINDER),
    step("now", 0, StepKind.POST, channels=("telegram",), cities="all"),
    step("how-many", 0.5, StepKind.CHECK_IN),
    step("count", 2, StepKind.COUNT_CLOSES),
    step("home", 3, StepKind.CHECK_IN),
    step("next", 48, StepKind.NEXT_ASK),
)


def day_at(at: datetime, *steps: Step, **keys: Any) -> ActionDay:
    return action_day(at, **{"steps": steps or STEPS} | keys)


def with_day(day: ActionDay, *cities: City, **keys: Any) -> Campaign:
    return campaign(cities=cities, action_days=(day,), **keys)


def many(at: datetime, count: int = 150) -> Campaign:
    """A day of 12 steps in so many cities of 38 zones, each with its permit."""
    cities = tuple(city(f"city-{number}", ZONES[number % len(ZONES)]) for number in range(count))
    entries = tuple(DayCity(id=each.id, permit=Permit.GRANTED) for each in cities)
    return with_day(day_at(at, cities=entries), *cities)
