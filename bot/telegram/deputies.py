"""Whom to turn to among the people in charge: those who are not away, and where all of them are, all."""

from collections.abc import Set as AbstractSet

from bot.telegram.readers import Reader, holding
from bot.telegram.talk import Means
from schedules.people.absences import is_away
from schedules.people.roles import Role


async def on_duty(means: Means, scopes: AbstractSet[str], *roles: Role) -> list[Reader]:
    """Who may act there in one of these roles, else as captain, and can be reached; the longest in office first."""
    found = {
        one.person.id: one
        for role in roles or (Role.CAPTAIN,)
        for one in await holding(means, role, scopes)
    }
    present = [one for one in found.values() if not await is_away(means.store, means.clock, one.handle)]
    return present or list(found.values())
