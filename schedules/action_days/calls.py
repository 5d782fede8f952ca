"""Roll calls and check-ins of an action day: who is asked when, who has answered, and to whom silence is passed on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from content.models import ActionDay, Campaign, City, Risk, Step, StepKind
from schedules.action_days.timeline import starts_at
from schedules.clock import Clock
from schedules.planning.cities import UNCHANGED, CityState, CityStates, Status
from schedules.store.engine import Store
from schedules.store.tables import call
from schedules.store.upsert import insert_new

CARD: Final = "!card"
"""In the place of a step: not a call but the captain's card. No step of a folder has this id."""
BEFORE: Final = timedelta(minutes=30)
"""So long before T-0 the captain gets her card."""
HOME: Final = timedelta(hours=2)
"""A check-in so long after T-0, or later, asks whether the captain is home safe."""
LAST: Final = timedelta(hours=6)
"""So long after its time the last call of a day may still be asked and passed on."""
EARLY: Final = timedelta(hours=12)
"""A roll call so long before T-0, or longer, leaves more time for an answer."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """An action day in one city, as people have changed it.

    Attributes:
        starts_at: T-0 with every delay, in UTC.
    """

    campaign: Campaign = field(repr=False)
    day: ActionDay
    city: City
    state: CityState
    starts_at: datetime

    @property
    def name(self) -> str:
        """What only this one is called."""
        return "|".join(self.keys)

    @property
    def keys(self) -> tuple[str, str, str]:
        """The ids of campaign, day and city."""
        return self.campaign.id, self.day.id, self.city.id

    @property
    def is_guarded(self) -> bool:
        """Whether being found out is dangerous there."""
        return self.city.risk is Risk.GUARDED


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody of a city is to be asked now, or has been and may yet answer.

    Attributes:
        at: When the step is due there, in UTC.
    """

    gathering: Gathering
    step: Step
    at: datetime

    @property
    def asks_home(self) -> bool:
        """Whether it asks if the captain is home safe."""
        return asks_home(self.step)

    @property
    def patience(self) -> timedelta:
        """How long silence lasts until the next person is turned to."""
        if self.step.kind is StepKind.ROLL_CALL:
            return timedelta(hours=2) if self.step.offset <= -EARLY else timedelta(minutes=30)
        return timedelta(minutes=30 if self.asks_home else 15)


@dataclass(frozen=True, slots=True)
class Call:
    """One person was asked once. Instants are in UTC.

    Attributes:
        message: The number of the question on their phone; ``None`` where nobody knows that it arrived.
        passed_at: When their silence was passed on.
    """

    step: str
    person: str
    asked_at: datetime
    message: int | None
    answered_at: datetime | None
    passed_at: datetime | None


def asks_home(step: Step) -> bool:
    """Whether a step asks if the captain is home safe."""
    return step.kind is StepKind.CHECK_IN and step.offset >= HOME


def gatherings(campaign: Campaign, states: CityStates) -> Iterator[Gathering]:
    """Every action day of a campaign in each of its cities. Pure.

    Raises:
        LocalTimeInvalid: A zone is unknown, or a time out of range.
    """
    for day in campaign.action_days:
        for city in campaign.cities_of(day):
            state, at = states.get((day.id, city.id), UNCHANGED), starts_at(day, city.zone).at
            if at is not None:
                yield Gathering(campaign, day, city, state, at + state.delay)


def due(gathering: Gathering, now: datetime) -> Due | None:
    """The call that is open in a city now: from its time until the next one begins. Pure.

    Before T-0 nobody is asked how it goes, and after it nobody whether they will be there. Where the day has ended, only
    whether the captain is home safe is still asked.
    """
    found = [one for one in _calls(gathering) if one.at <= now]
    if not found or now >= _closes(gathering, found[-1]):
        return None
    is_over = gathering.state.status in {Status.ENDED, Status.ABORTED}
    return None if is_over and not found[-1].asks_home else found[-1]


async def of_day(store: Store, campaign: str, day: str) -> Mapping[str, tuple[Call, ...]]:
    """Everybody who was asked on a day, and who got a card, by city; who was asked first comes first."""
    found: dict[str, tuple[Call, ...]] = {}
    async with store.read() as connection:
        rows = await connection.execute(
            select(call)
            .where(call.c.campaign == campaign, call.c.day == day)
            .order_by(call.c.asked_at, call.c.person, call.c.step)
        )
        for row in rows:
            found[row.city] = (*found.get(row.city, ()), _call(row))
    return found


async def ask(store: Store, clock: Clock, gathering: Gathering, step: str, person: str) -> None:
    """Note that somebody is about to be asked, before they are. Where it is noted already, nothing changes."""
    row = _values(gathering, step, person) | {"asked_at": clock.now()}
    async with store.write() as connection:
        await insert_new(connection, call, [row])


async def arrived(
    store: Store, clock: Clock, gathering: Gathering, step: str, person: str, message: int
) -> int | None:
    """Note the number of the question on their phone, where it has arrived now; gives that of one before it."""
    mine, values = _is(gathering, step, person), {"message": message, "asked_at": clock.now()}
    async with store.write() as connection:
        found = await connection.execute(select(call.c.message).where(*mine).with_for_update())
        before: int | None = found.scalar()
        await connection.execute(update(call).where(*mine).values(values))
    return before


async def pass_on(store: Store, clock: Clock, gathering: Gathering, one: Call) -> bool:
    """Note that somebody was silent for too long. Whether nobody had noted it, and they have not answered."""
    silent = (call.c.answered_at.is_(None), call.c.escalated_at.is_(None))
    async with store.write() as connection:
        done = await connection.execute(
            update(call)
            .where(*_is(gathering, one.step, one.person), *silent)
            .values(escalated_at=clock.now())
        )
    return bool(done.rowcount)


async def answer(
    connection: AsyncConnection,
    clock: Clock,
    campaign: str,
    day: ActionDay,
    city: str,
    person: str,
    *,
    home: bool,
) -> None:
    """Note within a transaction that somebody of a city answers whatever they were asked and have not answered.

    Args:
        home: Whether they say that they are home safe; otherwise everything but that is answered.
    """
    theirs = {"campaign": campaign, "day": day.id, "city": city, "person": person}
    steps = [step.id for step in day.steps if home or not asks_home(step)]
    await connection.execute(
        update(call)
        .where(*(call.c[name] == value for name, value in theirs.items()))
        .where(call.c.step.in_(steps), call.c.answered_at.is_(None))
        .values(answered_at=clock.now())
    )


def _calls(gathering: Gathering) -> list[Due]:
    """The calls of a city in their order."""
    steps = [
        step
        for step in gathering.day.steps
        if step.includes(gathering.city.id)
        and (
            (step.kind is StepKind.ROLL_CALL and step.offset < timedelta())
            or (step.kind is StepKind.CHECK_IN and step.offset >= timedelta())
        )
    ]
    steps.sort(key=lambda step: step.offset)
    return [Due(gathering, step, gathering.starts_at + step.offset) for step in steps]


def _closes(gathering: Gathering, one: Due) -> datetime:
    """When a call is of no more use; the next one makes an end of it anyway."""
    is_roll = one.step.kind is StepKind.ROLL_CALL
    return gathering.starts_at if is_roll else one.at + LAST


def _call(row: Any) -> Call:
    return Call(row.step, row.person, row.asked_at, row.message, row.answered_at, row.escalated_at)


def _values(gathering: Gathering, step: str, person: str) -> dict[str, Any]:
    campaign, day, city = gathering.keys
    return {"campaign": campaign, "day": day, "city": city, "step": step, "person": person}


def _is(gathering: Gathering, step: str, person: str) -> tuple[Any, ...]:
    return tuple(call.c[name] == value for name, value in _values(gathering, step, person).items())
