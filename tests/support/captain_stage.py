"""An action day on the stage: the captains of Berlin, an organiser, and the chore that looks after them."""

from datetime import UTC, datetime, timedelta
from typing import Final

from bot.telegram.musters import Musters
from content.loader import load_campaign
from content.models import Campaign
from schedules.action_days import checkins
from schedules.action_days.checkins import NOTHING, CheckIns
from schedules.action_days.meetings import Meeting, write_meeting
from tests.support.bot_stage import EXAMPLE, BotStage
from tests.support.telegram.people import Person

DAY: Final = "release"
T0: Final = datetime(2027, 3, 20, 12, tzinfo=UTC)
"""13:00 in Berlin."""
LONG_AGO: Final = T0 - timedelta(days=3)
"""Since then the bot on the stage hears what people press."""
ISOLATES: Final = dict.fromkeys(map(ord, "\u2068\u2069"))
FILLED: Final = Meeting(
    a="Under the plane tree", b="Behind the north gate", legal="+49 30 111", first_aid="+49 30 222"
)


def played(*cities: str) -> Campaign:
    """The example campaign, with its action day in these cities alone."""
    campaign = load_campaign(EXAMPLE)
    days = tuple(
        day.model_copy(update={"cities": tuple(day.city(name) for name in cities)})
        for day in campaign.action_days
    )
    return campaign.model_copy(update={"action_days": days})


async def captain_of(stage: BotStage, handle: str, city: str = "berlin") -> Person:
    """Somebody takes a city up; a moment passes, so that who came first is known."""
    person = await stage.comes(handle, "captain", scope=f"city:{city}")
    stage.world.clock.advance(timedelta(seconds=1))
    return person


async def until(stage: BotStage, hours: float = 0, minutes: float = 0) -> None:
    """Let time pass until so long after T-0, and let the bot look after the captains."""
    at = T0 + timedelta(hours=hours, minutes=minutes)
    await stage.advance(at - stage.means.clock.now())
    await Musters(stage.means, since=LONG_AGO).keep()


async def fill_in(stage: BotStage, city: str = "berlin", filled: Meeting = FILLED) -> None:
    """Write where people meet and whom to call."""
    means = stage.means
    await write_meeting(stage.store, means.vault, means.clock, stage.campaign.id, DAY, city, filled)


async def said(stage: BotStage, city: str = "berlin") -> CheckIns:
    """What was reported from a city."""
    return (await checkins.latest(stage.store, stage.campaign.id, DAY)).get(city, NOTHING)


def got(person: Person) -> list[str]:
    """Everything in somebody's chat, without marks of direction."""
    return [plain(message.text) for message in person.chat.messages]


def plain(text: str) -> str:
    """A text without marks of direction."""
    return text.translate(ISOLATES)
