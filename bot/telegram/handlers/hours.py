"""When the task of the day comes: an hour of the volunteer's own clock, never at night."""

from html import escape
from typing import Final

from bot.telegram.choices import Way, marked
from bot.telegram.handlers.mine import choice, for_volunteers, keep, mine, my_campaign
from bot.telegram.handlers.settings import place, show_settings
from bot.telegram.handlers.welcoming import welcome
from bot.telegram.spoken import hour_name
from bot.telegram.table import button, command, intent
from bot.telegram.talk import Talk
from content.filters import time_
from content.intents import Intent
from content.later import later
from schedules.people.volunteers import HOURS, Volunteer
from schedules.walltime import zone

COLUMNS: Final = 4


@command("time", menu=later("Change the time of the task"))
@intent(Intent.TIME)
@button("hour")
@for_volunteers
async def hour(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Offer the hours, or take one."""
    del volunteer
    way, given = choice(talk, argument)
    if not given:
        await show_hours(talk, way)
        return
    await keep(talk, hour=int(given))
    if way is Way.JOINING:
        await welcome(talk)
    else:
        await show_settings(talk)


async def show_hours(talk: Talk, way: Way) -> None:
    """Show every hour that is not quiet."""
    volunteer = mine(talk)
    keys = [
        talk.button(
            marked(hour_name(talk.words, each), chosen=each == volunteer.hour), "hour", f"{way}{each}"
        )
        for each in HOURS
    ]
    rows = tuple(tuple(keys[start : start + COLUMNS]) for start in range(0, len(keys), COLUMNS))
    now = time_(talk.words.habits, talk.means.clock.now().astimezone(zone(volunteer.zone)))
    where = place(talk.words, volunteer, await my_campaign(talk))
    text = talk.words.say(
        "When should your task come? Your clock shows {time} now ({place}).", time=now, place=escape(where)
    )
    await talk.show(text, rows)
