"""What the bot can do, for whoever asks."""

from bot.telegram.handlers.asking import answer_back, offer_to_ask
from bot.telegram.table import TABLE, Event, command, event, intent
from bot.telegram.talk import Talk
from content.intents import Intent
from content.words import later
from schedules.people.roles import INCLUDES


@command("help", menu=later("What can be done here"))
@intent(Intent.HELP)
async def help_(talk: Talk, argument: str) -> None:
    """List what this person may ask for."""
    del argument
    grants = (await talk.actor()).grants or ()
    held = {role for grant in grants for role in INCLUDES[grant.role]}
    lines = [
        f"/{name}  {talk.words.of(entry.menu)}"
        for name, entry in TABLE.commands.items()
        if entry.menu and (entry.role is None or entry.role in held)
    ]
    await talk.say(talk.words.say("What can be done here:") + "\n\n" + "\n".join(lines))


@event(Event.OTHER_WORDS, unknown=False)
async def other_words(talk: Talk, argument: str) -> None:
    """An answer to a question goes back, a volunteer's words may be one; whatever else leads to the help."""
    del argument
    if not (await answer_back(talk) or await offer_to_ask(talk)):
        await talk.say(talk.words.say("That is not understood here. Write /help."))
