"""Captains pass their city on, and are away for a while."""

from datetime import timedelta
from typing import Final

import structlog

from content.later import later
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.errors import ScheduleError
from schedules.people import people, roles
from schedules.people.absences import absence
from schedules.people.roles import Role
from schedules.store import leases
from schedules.store.engine import Store

LONGEST_ABSENCE: Final = 60
"""Days; who is away for longer passes the city on."""

log = structlog.get_logger()


async def hand_over(store: Store, clock: Clock, actor: Actor, handle: str) -> tuple[str, ...]:
    """Give all that one is captain of to somebody else in charge, and keep nothing of it.

    Returns:
        The scopes that were passed on.

    Raises:
        Forbidden: They are no captain.
        CodeNeeded: Their second factor was not shown.
        PersonUnknown: Nobody with that handle has come.
        ScheduleError: They are captain of nothing of their own, or the other one cannot take it.
    """
    actor.require_somewhere(Role.CAPTAIN)
    actor.require_proof()
    mine = [grant for grant in actor.grants or () if grant.role is Role.CAPTAIN]
    heir = await people.called(store, handle)
    if not mine or handle == actor.name or heir.left_at or heir.locked_at:
        raise ScheduleError(
            later(
                "Nothing can be passed on to {handle}. Only your own role of captain can, to others.",
                handle=handle,
            )
        )
    me = await people.called(store, actor.name)
    async with store.write() as connection:
        for grant in mine:
            await roles.grant(connection, clock, heir.id, grant, by=actor.name)
            await roles.withdraw(connection, me.id, grant)
            await actor.record(connection, "handed over", f"{handle}: {grant.role} {grant.scope}")
    log.info("captain changed")
    return tuple(grant.scope for grant in mine)


async def be_away(store: Store, clock: Clock, actor: Actor, days: int) -> None:
    """Be away for so many days; what comes up goes to the other captains. None at all: be back.

    Raises:
        Forbidden: They are no captain.
        ScheduleError: That is too long, or no number of days.
    """
    actor.require_somewhere(Role.CAPTAIN)
    if not 0 <= days <= LONGEST_ABSENCE:
        raise ScheduleError(
            later(
                "Write a number of days up to {number}; for longer, pass the city on.",
                number=LONGEST_ABSENCE,
            )
        )
    if days:
        await leases.hold(store, clock, absence(actor.name), actor.name, timedelta(days=days))
    else:
        await leases.give_back(store, absence(actor.name), actor.name)
