"""Whether somebody comes to an action day. Each decides it for themselves, so there is no actor.

In open cities it is kept who comes and with how many others; in guarded ones a press is a number and nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from content.models import ActionDay, Campaign, City, DayCity, Risk, StepKind
from schedules.action_days.timeline import starts_at
from schedules.clock import Clock
from schedules.ledger.stepping import settle_steps
from schedules.people import signups
from schedules.people.signups import SignUp
from schedules.people.volunteers import Volunteer
from schedules.planning.cities import OVER, UNCHANGED, load_cities, lock_city, write_city
from schedules.planning.late import STILL_COMING
from schedules.store.engine import Store

MOST_GUESTS: Final = 5


class Answer(StrEnum):
    """What came of wanting to come."""

    COMING = "coming"
    FULL = "full"
    """There is no room for so many."""
    OVER = "over"
    """The day is over or does not take place there, or nobody is asked there any more."""


@dataclass(frozen=True, slots=True)
class Open:
    """An action day to which somebody may still come in their city.

    Attributes:
        starts_at: T-0 there with every delay, in UTC.
    """

    day: ActionDay
    city: City
    starts_at: datetime

    @property
    def is_guarded(self) -> bool:
        """Whether nothing may be kept of who comes."""
        return self.city.risk is Risk.GUARDED


async def open_days(
    store: Store, clock: Clock, campaign: Campaign, volunteer: Volunteer
) -> tuple[Open, ...]:
    """The action days that ask in their city whether they come, the next first."""
    states = await load_cities(store, campaign.id)
    found = []
    for day, city in _asking(campaign, volunteer.city):
        at, state = starts_at(day, city.zone).at, states.get((day.id, city.id), UNCHANGED)
        if at is not None and state.status not in OVER and clock.now() < at + state.delay + STILL_COMING:
            found.append(Open(day, city, at + state.delay))
    return tuple(sorted(found, key=lambda each: (each.starts_at, each.day.id)))


async def sign_up(
    store: Store, clock: Clock, campaign: Campaign, volunteer: Volunteer, day: str, guests: int
) -> Answer:
    """Keep that they come with so many guests, and give them at once what they missed. Again, the new number counts.

    In a guarded city it is refused as over: there is nothing to be kept.
    """
    wanted = await _open(store, clock, campaign, volunteer, day)
    if wanted is None or wanted.is_guarded:
        return Answer.OVER
    entry = wanted.day.city(wanted.city.id) or DayCity(id=wanted.city.id)
    seats, names = 1 + min(max(guests, 0), MOST_GUESTS), (campaign.id, day, wanted.city.id)
    async with store.write() as connection:
        state = await lock_city(connection, clock, *names)
        if state.status in OVER:
            return Answer.OVER
        taken = await signups.taken(connection, *names, but=volunteer.person)
        if entry.capacity is not None and taken + seats > entry.capacity:
            return Answer.FULL
        chosen = SignUp(day, wanted.city.id, seats - 1)
        await signups.keep(connection, campaign.id, volunteer.person, chosen, clock.now())
        await connection.run_sync(partial(settle_steps, name=volunteer.person, now=clock.now()))
    return Answer.COMING


async def withdraw(store: Store, clock: Clock, volunteer: Volunteer, day: str) -> bool:
    """Take away that they come, and everything that was still to be sent to them because of it. Whether they came."""
    async with store.write() as connection:
        gone = await signups.withdraw(connection, clock, volunteer.person, day)
        await connection.run_sync(partial(settle_steps, name=volunteer.person, now=clock.now()))
    return gone


async def count_one(
    store: Store, clock: Clock, campaign: Campaign, volunteer: Volunteer, day: str
) -> Answer:
    """Count that somebody of a guarded city comes; nothing of them is kept."""
    wanted = await _open(store, clock, campaign, volunteer, day)
    if wanted is None or not wanted.is_guarded:
        return Answer.OVER
    names = (campaign.id, day, wanted.city.id)
    async with store.write() as connection:
        state = await lock_city(connection, clock, *names)
        await write_city(connection, clock, *names, coming=state.coming + 1)
    return Answer.COMING


async def _open(
    store: Store, clock: Clock, campaign: Campaign, volunteer: Volunteer, day: str
) -> Open | None:
    found = await open_days(store, clock, campaign, volunteer)
    return next((each for each in found if each.day.id == day), None)


def _asking(campaign: Campaign, city: str | None) -> Iterator[tuple[ActionDay, City]]:
    for day in campaign.action_days:
        theirs = next((each for each in campaign.cities_of(day) if each.id == city), None)
        asks = any(
            step.kind is StepKind.PROMPT and theirs is not None and step.includes(theirs.id)
            for step in day.steps
        )
        if theirs is not None and asks:
            yield day, theirs
