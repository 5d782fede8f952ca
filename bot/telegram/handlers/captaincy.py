"""A captain passes the city on, or is away for a while."""

from html import escape

from bot.telegram.readers import called
from bot.telegram.table import command
from bot.telegram.talk import Talk
from content.later import later
from content.words import isolated
from schedules.commands import captains
from schedules.people.roles import Role


@command("handover", role=Role.CAPTAIN, menu=later("Pass your city on to somebody else"))
async def hand_over(talk: Talk, handle: str) -> None:
    """Give the city to another person in charge; both hear of it."""
    if not handle:
        await talk.say(talk.words.say("To whom? Write /handover and the name under which they act here."))
        return
    means = talk.means
    scopes = await captains.hand_over(means.store, means.clock, await talk.actor(), handle)
    listed = escape(", ".join(scopes))
    name = escape(isolated(handle))
    await talk.say(talk.words.say("{handle} is captain now of: {scopes}.", handle=name, scopes=listed))
    heir = await called(means, handle)
    if heir is not None:
        await heir.say(
            heir.words.say("You are captain now of: {scopes}. What can be done: /help", scopes=listed)
        )


@command("away", role=Role.CAPTAIN, menu=later("Be away for some days"))
async def be_away(talk: Talk, days: str) -> None:
    """For so many days, what comes up goes to the other captains."""
    number = days.partition(" ")[0]
    if not number.isdecimal():
        await talk.say(talk.words.say("For how many days? Write /away 3, and /away 0 to be back."))
        return
    means = talk.means
    await captains.be_away(means.store, means.clock, await talk.actor(), int(number))
    if not int(number):
        await talk.say(talk.words.say("Welcome back."))
        return
    told = talk.words.count(
        "You are away for {n} day. What comes up goes to the other captains.",
        "You are away for {n} days. What comes up goes to the other captains.",
        int(number),
    )
    await talk.say(told)
