"""What is kept of the volunteer who asks, for the handlers that only volunteers reach."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, TypeAlias

from bot.telegram.choices import Way, way_of
from bot.telegram.table import Handler
from bot.telegram.talk import Talk
from content.models import Campaign
from schedules.commands import volunteering
from schedules.people.volunteers import Volunteer

OfVolunteer: TypeAlias = Callable[[Talk, Volunteer, str], Coroutine[Any, Any, None]]
"""A handler that also gets what the volunteer chose."""


def for_volunteers(handler: OfVolunteer) -> Handler:
    """Let only volunteers reach a handler; tell others what they lack."""

    @wraps(handler)
    async def only(talk: Talk, argument: str) -> None:
        if talk.volunteer is None:
            await talk.say(
                talk.words.say("This is for volunteers. Open a link that invites you to be one.")
            )
        else:
            await handler(talk, talk.volunteer, argument)

    return only


def mine(talk: Talk) -> Volunteer:
    """What they chose, as it is kept now."""
    if talk.volunteer is None:
        raise LookupError("somebody who is no volunteer was let through")
    return talk.volunteer


def choice(talk: Talk, argument: str) -> tuple[Way, str]:
    """Why somebody chooses and what they pressed; nothing yet where they asked in words, whatever stood behind."""
    return (Way.SETTING, "") if talk.update.callback_query is None else way_of(argument)


async def my_campaign(talk: Talk) -> Campaign:
    """The campaign that they take part in."""
    return await talk.means.kits.get(mine(talk).campaign)


async def keep(talk: Talk, **values: Any) -> Volunteer:
    """Keep what they have just chosen; what it is now."""
    await volunteering.choose(talk.means.store, talk.means.clock, mine(talk).person, **values)
    await talk.look_again()
    return mine(talk)
