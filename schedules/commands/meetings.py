"""Where people meet and whom to call: entered by whoever is in charge of a city, read by nobody else."""

from dataclasses import replace
from typing import Final

from content.later import later
from content.models import Campaign
from schedules.accounts.vault import Vault
from schedules.action_days.meetings import Meeting, read_meeting, write_meeting
from schedules.clock import Clock
from schedules.commands.action_days import require_day, require_place
from schedules.commands.actor import Actor
from schedules.errors import ScheduleError
from schedules.store.engine import Store

LONGEST: Final = 500
"""Characters of one place, number or list of contacts."""
PLACES: Final = frozenset({"a", "b"})


async def meeting_of(
    store: Store, vault: Vault, actor: Actor, campaign: Campaign, day: str, city: str
) -> Meeting:
    """What is filled in for a city; empty where nothing is.

    Raises:
        Forbidden: They are neither captain of the city nor an organiser.
        ScheduleError: There is no such day there.
    """
    require_day(actor, campaign, day, city)
    return await read_meeting(store, vault, campaign.id, day, city) or Meeting()


async def fill_in(
    store: Store,
    vault: Vault,
    clock: Clock,
    actor: Actor,
    campaign: Campaign,
    day: str,
    city: str,
    what: str,
    text: str,
) -> Meeting:
    """Write one thing that a meeting has in a city; the rest stays. It gives what is filled in then.

    Args:
        what: ``a``, ``b``, ``legal``, ``first_aid`` or ``contacts``.

    Raises:
        Forbidden: They are neither captain of the city nor an organiser.
        ScheduleError: There is no such day there, nobody gathers there, or it is too long.
    """
    filled = await meeting_of(store, vault, actor, campaign, day, city)
    if what in PLACES:
        require_place(campaign, city)
    if len(text) > LONGEST:
        raise ScheduleError(later("That is too long: {number} characters at most.", number=LONGEST))
    changed = replace(filled, **{what: text.strip()})
    await write_meeting(store, vault, clock, campaign.id, day, city, changed)
    async with store.write() as connection:
        await actor.record(connection, "wrote a meeting", f"{day} city:{city}")
    return changed
