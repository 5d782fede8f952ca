"""The second factor: set up once, then a code opens for 15 minutes what needs one."""

from datetime import timedelta
from html import escape
from typing import Final

from bot.telegram.phones import hide_brief
from bot.telegram.table import answer, button, command
from bot.telegram.talk import Talk
from content.later import later
from schedules.errors import CodeNeeded, Forbidden
from schedules.people import secondfactor
from schedules.people.roles import Role

KEY_LIVES: Final = timedelta(minutes=10)
"""So long at most a key can be read in the chat."""


@command("code", role=Role.VIEWER, menu=later("Second factor: set up, or show a code"))
async def code(talk: Talk, argument: str) -> None:
    """Take a code, or set up what makes them."""
    if argument:
        await _prove(talk, argument)
    elif await secondfactor.has_one(talk.means.store, talk.known().id):
        await talk.expect("code")
        another = talk.button(talk.words.say("Set up a new one"), "code_new")
        await talk.say(talk.words.say("Write the six digits that your app shows now."), ((another,),))
    else:
        await _enrol(talk)


@answer("code", role=Role.VIEWER)
async def answered(talk: Talk, argument: str) -> None:
    """The code that was asked for."""
    del argument
    await _prove(talk, talk.text)


@button("code_new", role=Role.VIEWER)
async def another(talk: Talk, argument: str) -> None:
    """A new second factor in place of the one that they can still show."""
    del argument
    await _enrol(talk)


async def _enrol(talk: Talk) -> None:
    person = talk.known()
    made = await secondfactor.enrol(
        talk.means.store, talk.means.vault, talk.means.clock, person.id, person.handle or "munasara"
    )
    await talk.say_briefly(
        talk.words.say(
            "Put this key into an app that makes codes of six digits, such as Aegis or FreeOTP, "
            "then write /code with a code of it. The key is shown only once: this message vanishes as soon as "
            "a code of it came, and at the latest after 10 minutes."
        )
        + f"\n\n<code>{escape(made.secret)}</code>",
        KEY_LIVES,
    )


async def _prove(talk: Talk, digits: str) -> None:
    means = talk.means
    try:
        await secondfactor.prove(means.store, means.vault, means.clock, talk.known().id, digits)
    except CodeNeeded:
        await talk.expect("code")
        await talk.say(
            talk.words.say("That code does not open anything. Wait for the next one, then write it.")
        )
    except Forbidden:
        await talk.say(talk.words.say("Too many wrong codes came. None is taken for 15 minutes."))
    else:
        await hide_brief(means, talk.known().id, means.clock.now() + KEY_LIVES)
        await talk.say(talk.words.say("Open for 15 minutes. Ask again for what you wanted."))
