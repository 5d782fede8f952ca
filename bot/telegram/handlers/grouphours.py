"""When a group gets the task of the day: an hour of the clock in its city, never at night."""

from typing import Final

from bot.telegram.choices import marked
from bot.telegram.spoken import hour_name
from bot.telegram.table import button
from bot.telegram.talk import Talk
from channels.base import Button
from schedules.commands import groups as commands
from schedules.people import groups
from schedules.people.roles import Role
from schedules.people.volunteers import HOURS

COLUMNS: Final = 4


def another_hour(talk: Talk) -> Button:
    """The way to the choice."""
    return talk.button(talk.words.say("Another hour for the task"), "ghours")


@button("ghours", role=Role.CAPTAIN, group=True)
async def offer_hours(talk: Talk, argument: str) -> None:
    """Show every hour that is not quiet."""
    del argument
    means = talk.means
    group = await groups.of_chat(means.store, means.vault, talk.chat)
    if group is None:
        await talk.show(talk.words.say("Write /setup again."))
        return
    now = await commands.hour_of(means.store, group)
    keys = [
        talk.button(marked(hour_name(talk.words, each), chosen=each == now), "ghour", str(each))
        for each in HOURS
    ]
    rows = tuple(tuple(keys[start : start + COLUMNS]) for start in range(0, len(keys), COLUMNS))
    await talk.show(talk.words.say("At what hour shall the task of the day come to this group?"), rows)


@button("ghour", role=Role.CAPTAIN, group=True)
async def take_hour(talk: Talk, hour: str) -> None:
    """Keep the hour, for what is planned from now on."""
    means = talk.means
    await commands.set_hour(means.store, means.vault, await talk.actor(), talk.chat, int(hour))
    await talk.show(
        talk.words.say(
            "The task of the day comes at {hour} from the next plan on. What is planned already keeps its time.",
            hour=hour_name(talk.words, int(hour)),
        ),
        ((another_hour(talk),),),
    )
