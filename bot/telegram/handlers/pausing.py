"""A volunteer wants peace: at once and without end, or for a day or a week; and comes back."""

from datetime import timedelta
from typing import Final

from bot.telegram.handlers import stopping
from bot.telegram.handlers.mine import for_volunteers, mine
from bot.telegram.handlers.settings import show_settings
from bot.telegram.keyboard import fixed_keys
from bot.telegram.table import button, command, intent
from bot.telegram.talk import Talk
from channels.base import Rows
from content.filters import datetime_
from content.intents import Intent, label
from content.later import later
from schedules.commands import volunteering
from schedules.people.roles import Role
from schedules.people.volunteers import Volunteer
from schedules.walltime import zone

LENGTHS: Final = {"d": timedelta(days=1), "w": timedelta(days=7)}


@command("pause", menu=later("Pause"))
async def pause_or_stop(talk: Talk, scope: str) -> None:
    """A volunteer wants peace; people in charge stop a scope."""
    if talk.volunteer is not None and not scope:
        await pause(talk, scope)
    elif (await talk.actor()).grants:
        await stopping.stop(talk, scope)
    else:
        await pause(talk, "")


@intent(Intent.PAUSE)
@button("pause")
@for_volunteers
async def pause(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Stop at once; a button makes it a day or a week."""
    means, length = talk.means, LENGTHS.get(argument)
    until = None if length is None else means.clock.now() + length
    await volunteering.pause(means.store, means.clock, volunteer.person, until)
    await talk.look_again()
    if until is None:
        text = talk.words.say(
            "Paused. Nothing comes until you come back. "
            "After 30 days without a sign from you, everything of you is deleted."
        )
    else:
        local = until.astimezone(zone(volunteer.zone))
        text = talk.words.say("Paused until {time}.", time=datetime_(talk.words.habits, local))
    await talk.show(text, _others(talk))


@command("resume", menu=later("Go on after a pause"))
async def resume(talk: Talk, argument: str) -> None:
    """A volunteer goes on; people in charge start a scope again."""
    if talk.volunteer is not None and not argument:
        await back(talk, argument)
    elif (await talk.actor()).may_somewhere(Role.APPROVER):
        await stopping.resume(talk, argument)
    else:
        await talk.say(talk.words.say("That is not understood here. Write /help."))


@intent(Intent.RESUME)
@button("back")
@for_volunteers
async def back(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Prompts come again, at the hour that they chose."""
    del argument
    await volunteering.resume(talk.means.store, talk.means.clock, volunteer)
    await talk.look_again()
    keys = fixed_keys(talk.words.language, guarded=await talk.is_guarded())
    if talk.update.callback_query is not None:
        await show_settings(talk)
    await talk.say(talk.words.say("Welcome back. Your tasks come again."), keyboard=keys)


def _others(talk: Talk) -> Rows:
    day = talk.button(talk.words.say("Only for a day"), "pause", "d")
    week = talk.button(talk.words.say("Only for a week"), "pause", "w")
    endless = talk.button(talk.words.say("Until I come back"), "pause")
    on = talk.button(label(Intent.RESUME, talk.words.language), "back")
    gone = talk.button(label(Intent.FORGET, talk.words.language), "forget")
    is_endless = mine(talk).paused_until is None
    return ((day, week), (on,) if is_endless else (endless, on), (gone,))
