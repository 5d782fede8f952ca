"""What people changed of an action day in its cities: begun, held, delayed, moved, ended, aborted."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.models import ActionDay, Campaign, Permit, Step
from schedules.clock import Clock
from schedules.people.steps import AFTER_THE_END
from schedules.store.engine import Store
from schedules.store.tables import day_city
from schedules.store.upsert import insert_new


class Status(StrEnum):
    """How far an action day is in one city."""

    PLANNED = "planned"
    BEGUN = "begun"
    ENDED = "ended"
    ABORTED = "aborted"
    """It does not take place there; nothing more of it is sent."""


OVER: Final = frozenset({Status.ENDED, Status.ABORTED})


@dataclass(frozen=True, slots=True)
class CityState:
    """An action day in one city as people have changed it.

    Attributes:
        delay: By how much T-0 and every step after now comes later than planned.
        place: Which of the two meeting places counts, ``a`` or ``b``.
        permit: What stands over the permit of the folder, where somebody said so.
        ticked: Items of readiness that a person ticked.
        coming: How many say that they come, in a guarded city.
    """

    status: Status = Status.PLANNED
    delay: timedelta = timedelta()
    place: str = "a"
    permit: Permit | None = None
    ticked: frozenset[str] = field(default_factory=frozenset)
    coming: int = 0


GENERAL: Final = ""
"""In the place of a city: what an action day says for the whole campaign."""
UNCHANGED: Final = CityState()
CityStates: TypeAlias = Mapping[tuple[str, str], CityState]
"""By the id of the day and that of the city; a city that is not in it is ``UNCHANGED``."""


def state_of_slot(states: CityStates, slot: str, city: str | None) -> CityState:
    """What people changed of the action day whose step a slot is, in a city; ``UNCHANGED`` for any other slot."""
    day, colon, _ = slot.partition(":")
    return states.get((day, city or GENERAL), UNCHANGED) if colon else UNCHANGED


def is_called_off(states: CityStates, day: str, step: Step, city: str) -> bool:
    """Whether a step does not happen in a city any more: the day is aborted there, or ended and this is no farewell."""
    return is_over(states.get((day, city), UNCHANGED), step)


def is_over(state: CityState, step: Step) -> bool:
    """The same of a city that stands like this."""
    return state.status is Status.ABORTED or (
        state.status is Status.ENDED and step.kind not in AFTER_THE_END
    )


def taking_part(campaign: Campaign, states: CityStates) -> Campaign:
    """The campaign with action days only in the cities where they take place, as texts are to tell it."""
    aborted = {key for key, state in states.items() if state.status is Status.ABORTED and key[1] != GENERAL}
    if not aborted:
        return campaign
    days = tuple(_without(campaign, day, aborted) for day in campaign.action_days)
    return campaign.model_copy(update={"action_days": days})


def _without(campaign: Campaign, day: ActionDay, aborted: AbstractSet[tuple[str, str]]) -> ActionDay:
    found = ((city, day.city(city.id)) for city in campaign.cities_of(day))
    left = tuple(entry for city, entry in found if entry is not None and (day.id, city.id) not in aborted)
    return day.model_copy(update={"cities": left})


async def load_cities(store: Store, campaign: str) -> CityStates:
    """Everything that people changed of the action days of a campaign."""
    async with store.read() as connection:
        found = await connection.execute(select(day_city).where(day_city.c.campaign == campaign))
        return {(row.day, row.city): _state(row) for row in found}


async def city_state(store: Store, campaign: str, day: str, city: str) -> CityState:
    """What people changed of one action day in one city."""
    return (await load_cities(store, campaign)).get((day, city), UNCHANGED)


async def lock_city(
    connection: AsyncConnection, clock: Clock, campaign: str, day: str, city: str
) -> CityState:
    """The same within a transaction that is going to change it; others wait."""
    return (await lock_cities(connection, clock, campaign, day, [city]))[city]


async def lock_cities(
    connection: AsyncConnection, clock: Clock, campaign: str, day: str, cities: Collection[str]
) -> Mapping[str, CityState]:
    """The same for several cities, by their ids."""
    names = {"campaign": campaign, "day": day, "changed_at": clock.now()}
    first = {"status": Status.PLANNED.value, "ticked": []}
    await insert_new(connection, day_city, [names | first | {"city": city} for city in sorted(cities)])
    found = await connection.execute(
        select(day_city).where(*_is(campaign, day, *cities)).order_by(day_city.c.city).with_for_update()
    )
    return {row.city: _state(row) for row in found}


async def write_city(
    connection: AsyncConnection, clock: Clock, campaign: str, day: str, *cities: str, **values: Any
) -> None:
    """Write columns of a city, or of several, that are locked."""
    changed = day_city.update().where(*_is(campaign, day, *cities)).values(**values, changed_at=clock.now())
    await connection.execute(changed)


def _is(campaign: str, day: str, *cities: str) -> tuple[Any, ...]:
    return day_city.c.campaign == campaign, day_city.c.day == day, day_city.c.city.in_(cities)


def _state(row: Any) -> CityState:
    return CityState(
        status=Status(row.status),
        delay=timedelta(minutes=row.delay_minutes),
        place=row.place,
        permit=None if row.permit is None else Permit(row.permit),
        ticked=frozenset(row.ticked),
        coming=row.coming,
    )
