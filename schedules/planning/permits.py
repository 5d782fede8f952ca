"""The permit gate: no text that names a place goes out before its city may name it. Pure."""

from collections.abc import Iterator
from typing import Final

from content.errors import Problem, Severity
from content.models import ActionDay, Campaign, Permit, Step
from content.reading.known import shown
from schedules.planning.cities import GENERAL, UNCHANGED, CityStates, is_called_off

STATES: Final = {
    Permit.NEEDED: "the permit is needed and not applied for",
    Permit.APPLIED: "the permit is applied for and not granted",
}
"""What keeps a place unsaid, in words."""


NOTHING_CHANGED: Final[CityStates] = {}
"""For whoever knows the folder alone."""


def withheld_by(
    day: ActionDay, step: Step, city: str, states: CityStates = NOTHING_CHANGED
) -> Permit | None:
    """The state of the permit that keeps a step from happening in a city, or ``None`` where nothing does.

    Args:
        states: What people changed; a permit of which somebody said how far it is stands over the folder.
    """
    entry = day.city(city)
    if entry is None or not step.tells_place:
        return None
    permit = states.get((day.id, city), UNCHANGED).permit or entry.permit
    return None if permit.is_open else permit


def withheld_posts(campaign: Campaign, states: CityStates = NOTHING_CHANGED) -> frozenset[tuple[str, str]]:
    """What must not be published yet: the id of each slot of an action day with the city."""
    return frozenset(
        (day.slot_of(step).id, city.id)
        for day in campaign.action_days
        for step in day.steps
        if step.channels
        for city in campaign.cities_of(day)
        if step.includes(city.id) and withheld_by(day, step, city.id, states)
    )


def called_off_posts(
    campaign: Campaign, states: CityStates = NOTHING_CHANGED
) -> frozenset[tuple[str, str | None]]:
    """What is not published any more since people called it off: the id of each slot with the city, or without one."""
    return frozenset(
        (day.slot_of(step).id, city or None)
        for day in campaign.action_days
        for step in day.steps
        if step.channels
        for city in (GENERAL, *(each.id for each in campaign.cities_of(day)))
        if is_called_off(states, day.id, step, city)
    )


def permit_problems(campaign: Campaign, states: CityStates = NOTHING_CHANGED) -> Iterator[Problem]:
    """A warning for each step that waits for permits, with the cities in which it waits."""
    for day in campaign.action_days:
        for step in day.steps:
            waiting: dict[Permit, list[str]] = {}
            for city in campaign.cities_of(day):
                permit = withheld_by(day, step, city.id, states) if step.includes(city.id) else None
                if permit is not None:
                    waiting.setdefault(permit, []).append(city.id)
            yield from (_waits(day, step, permit, cities) for permit, cities in waiting.items())


def _waits(day: ActionDay, step: Step, permit: Permit, cities: list[str]) -> Problem:
    return Problem(
        "permit-missing",
        f"action_days/{day.id}.toml",
        f"the step {shown(step.id)} names the place and is withheld in {', '.join(cities)}: {STATES[permit]}",
        'Write permit = "granted", "notified" or "not_needed" at the city, or say so in the bot (/ready), and plan again.',
        severity=Severity.WARNING,
    )
