"""The captains to turn to: those who are not away, and where all of them are, all."""

from collections.abc import Set as AbstractSet

from bot.telegram.readers import Reader, holding
from bot.telegram.talk import Means
from schedules.commands.captains import is_away
from schedules.people.roles import Role


async def on_duty(means: Means, scopes: AbstractSet[str]) -> list[Reader]:
    """Captains of what these scopes cover whom the bot can reach, the longest in office first."""
    captains = await holding(means, Role.CAPTAIN, scopes)
    present = [one for one in captains if not await is_away(means.store, means.clock, one.handle)]
    return present or captains
