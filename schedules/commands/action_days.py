"""Changing an action day: a captain alone her own city, an organiser any city and the whole day. It takes no code.

Holding is a pause (``schedules.commands.pauses``) of the city or the campaign; going on from there takes two people.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.registry import BOT_CHANNEL
from content.later import later
from content.models import ActionDay, Campaign, City, DayChange, Risk
from schedules.accounts.accounts import REMOVED
from schedules.accounts.vault import Vault
from schedules.action_days import changes, checkins
from schedules.action_days.calls import gatherings
from schedules.action_days.changes import LetGo
from schedules.action_days.checkins import What
from schedules.action_days.meetings import read_meeting
from schedules.action_days.timeline import starts_at
from schedules.clock import Clock
from schedules.commands.actor import Actor, missing
from schedules.commands.replanning import replan_day
from schedules.commands.scopes import named
from schedules.errors import Forbidden, ScheduleError
from schedules.people.roles import Role
from schedules.planning.cities import GENERAL, OVER, CityState, Status, lock_cities, write_city
from schedules.store.engine import Store, despite_deadlocks
from schedules.store.tables import account

ONE_DELAY: Final = timedelta(minutes=30)
"""What one tap adds, and what the text says that was approved beforehand."""
MOST_DELAY: Final = timedelta(minutes=240)
_MINUTE: Final = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did.

    Attributes:
        cities: Where something changed; empty where it was so already.
        told: Where people are told of it.
        untold: Where nobody is told of it: nothing was written for it, nobody has approved that, or nobody is written to.
        again: How many posts that tell of these cities wait for approval again.
        waiting: Where a text that tells it waits for approval.
        unreached: Where a text was written and no account writes to volunteers.
    """

    cities: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()
    again: int = 0
    waiting: frozenset[str] = frozenset()
    unreached: frozenset[str] = frozenset()


async def delay(
    store: Store,
    clock: Clock,
    actor: Actor,
    campaign: Campaign,
    day: str,
    city: str | None,
    to: timedelta,
) -> Changed:
    """Let a day begin so much later than planned; everything that is not sent comes later with it.

    Args:
        city: ``None`` for the whole day.
        to: The whole delay, with what was added before, so that a second press adds nothing.

    Raises:
        Forbidden: They are neither captain of the city nor an organiser.
        ScheduleError: There is no such day there, it is over there, or that is shorter than before or too long.
    """
    meant, cities = _meant(actor, campaign, day, city)
    if not timedelta() <= to <= MOST_DELAY:
        raise ScheduleError(later("An action day can be delayed by four hours at most."))
    return await despite_deadlocks(partial(_delay, store, clock, actor, campaign, meant, cities, city, to))


async def move(
    store: Store,
    vault: Vault,
    clock: Clock,
    actor: Actor,
    campaign: Campaign,
    day: str,
    city: str,
    place: str,
) -> Changed:
    """Let people meet at the other place, ``a`` or ``b``. Who was told the first one is told of it.

    Raises:
        Forbidden: They are neither captain of the city nor an organiser.
        ScheduleError: There is no such day there, it is over there, or nobody has filled in that place.
    """
    meant, cities = _meant(actor, campaign, day, city)
    where = require_place(campaign, city)
    filled = await read_meeting(store, vault, campaign.id, day, city)
    if filled is None or not filled.place(place).strip():
        raise ScheduleError(later("Nobody has filled in that place. Write it first: /places"))
    async with store.write() as connection:
        states = await _going_on(connection, clock, campaign, day, cities, whole=False)
        moved = {name: state for name, state in states.items() if state.place != place}
        await write_city(connection, clock, campaign.id, day, *moved, place=place)
        known = [each for each, state in moved.items() if _is_revealed(clock, meant, where, state)]
        done = await _tell(connection, clock, campaign, meant, DayChange.MOVED, known, known)
        done = replace(done, cities=frozenset(moved))
        await _record(connection, actor, f"moved to {place}", meant, city, done)
    return done


async def end(
    store: Store, clock: Clock, actor: Actor, campaign: Campaign, day: str, city: str | None
) -> Changed:
    """End a day now: nothing more of it is sent but thanks, the next ask and the numbers.

    Args:
        city: ``None`` for the whole day.

    Raises:
        Forbidden: They are neither captain of the city nor an organiser.
        ScheduleError: There is no such day there, it does not take place there any more, or it has not begun there yet.
    """
    stop = partial(_stop, store, clock, actor, campaign, day, city, DayChange.ENDED)
    return await despite_deadlocks(stop)


async def abort(
    store: Store, clock: Clock, actor: Actor, campaign: Campaign, day: str, city: str | None
) -> Changed:
    """Call a day off: nothing of it is sent any more, and those who come are told. It cannot be taken back.

    What tells of the city elsewhere is drawn without it and waits for approval again.

    Args:
        city: ``None`` for the whole day.

    Raises:
        Forbidden: They are neither captain of the city nor an organiser.
        ScheduleError: There is no such day there.
    """
    stop = partial(_stop, store, clock, actor, campaign, day, city, DayChange.ABORTED)
    done = await despite_deadlocks(stop)
    await replan_day(store, clock, campaign, day)
    return done


async def _delay(
    store: Store,
    clock: Clock,
    actor: Actor,
    campaign: Campaign,
    meant: ActionDay,
    cities: Collection[str],
    city: str | None,
    to: timedelta,
) -> Changed:
    day = meant.id
    async with store.write() as connection:
        states = await _going_on(connection, clock, campaign, day, cities, whole=city is None)
        if city is not None and to < states[city].delay:
            raise ScheduleError(
                later(
                    "It is delayed by more than that already. It cannot be earlier again: whoever knows of the delay would come too late."
                )
            )
        sooner = {name: state for name, state in states.items() if state.delay < to}
        for before in sorted({state.delay for state in sooner.values()}):
            some = [name for name, state in sooner.items() if state.delay == before]
            await changes.shift(connection, clock, campaign.id, day, some, to - before)
        await write_city(connection, clock, campaign.id, day, *sooner, delay_minutes=to // _MINUTE)
        as_written = [name for name, state in sooner.items() if not state.delay and to == ONE_DELAY]
        done = await _tell(connection, clock, campaign, meant, DayChange.DELAYED, sooner, as_written)
        await _record(connection, actor, f"delayed to {to // _MINUTE} min", meant, city, done)
    return done


async def _stop(
    store: Store,
    clock: Clock,
    actor: Actor,
    campaign: Campaign,
    day: str,
    city: str | None,
    change: DayChange,
) -> Changed:
    meant, cities = _meant(actor, campaign, day, city)
    is_end = change is DayChange.ENDED
    async with store.write() as connection:
        states = await lock_cities(connection, clock, campaign.id, day, cities)
        if is_end and city is not None and states[city].status is Status.ABORTED:
            raise _called_off()
        if is_end:
            _require_begun(clock, campaign, meant, city, states)
        over = OVER if is_end else {Status.ABORTED}
        stopped = [name for name, state in states.items() if state.status not in over]
        await write_city(connection, clock, campaign.id, day, *stopped, status=Status(change.value).value)
        for name in (each for each in stopped if is_end and each != GENERAL):
            at = clock.now()
            await checkins.write(connection, clock, campaign.id, day, name, What.ENDED, happened_at=at)
        kept = changes.kept_by(meant, change)
        await changes.call_off(connection, clock, campaign.id, day, stopped, kept)
        done = await _tell(connection, clock, campaign, meant, change, stopped, stopped)
        if stopped and not is_end:
            again = await changes.return_to_approval(connection, clock, campaign, day, stopped)
            done = replace(done, again=again)
        await _record(connection, actor, change.value, meant, city, done)
    return done


def may_change(actor: Actor, campaign: Campaign, city: str | None) -> bool:
    """Whether somebody may change an action day in a city, or the whole of it."""
    organises = actor.may(Role.APPROVER, named(campaign=campaign.id))
    return organises or (
        city is not None and actor.may(Role.CAPTAIN, named(campaign=campaign.id, city=city))
    )


def require_day(actor: Actor, campaign: Campaign, day: str, city: str | None) -> ActionDay:
    """The day, where it takes place in that city and they may change it there.

    Raises:
        Forbidden: They are neither captain of the city nor an organiser.
        ScheduleError: There is no such day there.
    """
    actor.require_somewhere(Role.CAPTAIN, Role.APPROVER)
    if not may_change(actor, campaign, city):
        raise Forbidden(missing(Role.CAPTAIN, Role.APPROVER) if city else missing(Role.APPROVER))
    nowhere = later("There is no such action day there.")
    found = next((each for each in campaign.action_days if each.id == day), None)
    if found is None:
        raise ScheduleError(nowhere)
    cities = [each.id for each in campaign.cities_of(found)]
    if city is not None and city not in cities:
        raise ScheduleError(
            f"The action day {day} does not take place in {city!r:.80}. Its cities: {', '.join(cities)}.",
            nowhere,
        )
    return found


def require_place(campaign: Campaign, city: str) -> City:
    """The city, where people may meet there at all.

    Raises:
        ScheduleError: It is guarded.
    """
    found = next(each for each in campaign.cities if each.id == city)
    if found.risk is Risk.GUARDED:
        raise ScheduleError(
            later("In a guarded city nobody gathers: a place that is written down would endanger people.")
        )
    return found


def _meant(
    actor: Actor, campaign: Campaign, day: str, city: str | None
) -> tuple[ActionDay, tuple[str, ...]]:
    found = require_day(actor, campaign, day, city)
    every = (GENERAL, *(each.id for each in campaign.cities_of(found)))
    return found, every if city is None else (city,)


async def _going_on(
    connection: AsyncConnection,
    clock: Clock,
    campaign: Campaign,
    day: str,
    cities: Collection[str],
    *,
    whole: bool,
) -> Mapping[str, CityState]:
    states = await lock_cities(connection, clock, campaign.id, day, cities)
    going_on = {name: state for name, state in states.items() if state.status not in OVER}
    if going_on or whole:
        return going_on
    if any(state.status is Status.ABORTED for state in states.values()):
        raise _called_off()
    raise ScheduleError(later("The action day is over there."))


def _require_begun(
    clock: Clock, campaign: Campaign, day: ActionDay, city: str | None, states: Mapping[str, CityState]
) -> None:
    """Refuse to end what has neither begun nor reached its T-0, with every delay."""
    early = [
        each.city.id
        for each in gatherings(campaign, {(day.id, name): state for name, state in states.items()})
        if each.day.id == day.id
        and each.city.id in states
        and each.state.status is Status.PLANNED
        and clock.now() < each.starts_at
    ]
    if early:
        meant = " ".join(filter(None, (day.id, city)))
        raise ScheduleError(
            f"It has not begun yet in: {', '.join(early)}. So it cannot be ended there. "
            f"If it is not to take place, call it off: munasara day abort {meant}",
            later(
                "It has not begun there yet, so it cannot be ended. If it is not to take place, cancel it."
            ),
        )


def _called_off() -> ScheduleError:
    return ScheduleError(
        later("The action day does not take place there any more. This cannot be taken back.")
    )


async def _tell(
    connection: AsyncConnection,
    clock: Clock,
    campaign: Campaign,
    day: ActionDay,
    change: DayChange,
    changed: Collection[str],
    tellable: Collection[str],
) -> Changed:
    """Let go what tells of a change where it fits, and remember where nobody is told."""
    cities, gone = frozenset(changed) - {GENERAL}, LetGo(frozenset(), frozenset())
    if tellable:
        gone = await changes.let_go(connection, clock, campaign.id, day.id, tellable, change)
    untold = cities - (gone.told - gone.waiting)
    names, now = (connection, clock, campaign.id, day.id), clock.now()
    await write_city(*names, *(cities - untold), untold=None, untold_at=None)
    await write_city(*names, *untold, untold=change.value, untold_at=now)
    waiting = untold & gone.waiting
    is_written = any(each is change for each, _ in day.change_steps)
    missed = (untold - waiting) & frozenset(tellable) if is_written else frozenset[str]()
    unreached = frozenset[str]() if await _writes_to_people(connection) else missed
    return Changed(frozenset(changed), gone.told, untold, waiting=waiting, unreached=unreached)


async def _writes_to_people(connection: AsyncConnection) -> bool:
    bots = select(account.c.id).where(
        account.c.channel == BOT_CHANNEL, account.c.held.is_distinct_from(REMOVED)
    )
    return (await connection.execute(bots.limit(1))).scalar() is not None


def _is_revealed(clock: Clock, day: ActionDay, city: City, state: CityState) -> bool:
    """Whether people may have been told where they meet."""
    at = starts_at(day, city.zone).at
    return day.reveal is None or at is None or at + state.delay + day.reveal.offset <= clock.now()


async def _record(
    connection: AsyncConnection, actor: Actor, act: str, day: ActionDay, city: str | None, done: Changed
) -> None:
    if done.cities:
        await actor.record(connection, act, f"{day.id} city:{city}" if city else day.id)
        log.warning("action day changed", change=act, cities=len(done.cities), untold=len(done.untold))
