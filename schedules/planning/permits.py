"""The permit gate: no text that names a place goes out before its city may name it. Pure."""

from collections.abc import Iterator
from typing import Final

from content.errors import Problem, Severity
from content.models import ActionDay, Campaign, Permit, Step
from content.reading.known import shown

STATES: Final = {
    Permit.NEEDED: "the permit is needed and not applied for",
    Permit.APPLIED: "the permit is applied for and not granted",
}
"""What keeps a place unsaid, in words."""


def withheld_by(day: ActionDay, step: Step, city: str) -> Permit | None:
    """The state of the permit that keeps a step from happening in a city, or ``None`` where nothing does."""
    entry = day.city(city)
    if entry is None or not step.tells_place or entry.permit.is_open:
        return None
    return entry.permit


def withheld_posts(campaign: Campaign) -> frozenset[tuple[str, str]]:
    """What must not be published yet: the id of each slot of an action day with the city."""
    return frozenset(
        (day.slot_of(step).id, city.id)
        for day in campaign.action_days
        for step in day.steps
        if step.channels
        for city in campaign.cities_of(day)
        if step.includes(city.id) and withheld_by(day, step, city.id)
    )


def permit_problems(campaign: Campaign) -> Iterator[Problem]:
    """A warning for each step that waits for permits, with the cities in which it waits."""
    for day in campaign.action_days:
        for step in day.steps:
            waiting: dict[Permit, list[str]] = {}
            for city in campaign.cities_of(day):
                permit = withheld_by(day, step, city.id) if step.includes(city.id) else None
                if permit is not None:
                    waiting.setdefault(permit, []).append(city.id)
            yield from (_waits(day, step, permit, cities) for permit, cities in waiting.items())


def _waits(day: ActionDay, step: Step, permit: Permit, cities: list[str]) -> Problem:
    return Problem(
        "permit-missing",
        f"action_days/{day.id}.toml",
        f"the step {shown(step.id)} names the place and is withheld in {', '.join(cities)}: {STATES[permit]}",
        'Write permit = "granted", "notified" or "not_needed" at the city as soon as that is so, and plan again.',
        severity=Severity.WARNING,
    )
