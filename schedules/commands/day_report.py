"""The report of an action day, for whoever may look at its campaign."""

from schedules.action_days.report import DayReport, report_on
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.commands.scopes import named
from schedules.errors import ScheduleError
from schedules.people.roles import Role
from schedules.planning.kits import Kits
from schedules.store.engine import Store


async def report_day(
    store: Store, clock: Clock, actor: Actor, kits: Kits, campaign: str, day: str
) -> DayReport:
    """What became of an action day so far: complete once it is over.

    Raises:
        Forbidden: They may not look at this campaign.
        ScheduleError: The campaign is not planned here, or has no such day.
    """
    actor.require(Role.VIEWER, named(campaign=campaign))
    kit = await kits.get(campaign)
    meant = next((each for each in kit.action_days if each.id == day), None)
    if meant is None:
        raise ScheduleError(
            f"The campaign {campaign} has no action day {day!r:.80}. Look: munasara day show"
        )
    return await report_on(store, clock, kit, meant)
