"""What the bot can do, for whoever asks."""

from bot.telegram.handlers.asking import answer_back, offer_to_ask
from bot.telegram.handlers.captaining import decline_kindly, take_count
from bot.telegram.handlers.picturing import take_picture
from bot.telegram.table import Event, command, event, intent, menu_of
from bot.telegram.talk import Talk
from content.intents import Intent
from content.later import later


@command("help", menu=later("What can be done here"))
@intent(Intent.HELP)
async def help_(talk: Talk, argument: str) -> None:
    """List what this person may ask for."""
    del argument
    grants = (await talk.actor()).grants or ()
    held = frozenset(grant.role for grant in grants)
    lines = [f"/{name}  {talk.words.of(line)}" for name, line in menu_of(held)]
    await talk.say(talk.words.say("What can be done here:") + "\n\n" + "\n".join(lines))


@event(Event.OTHER_WORDS, unknown=False)
async def other_words(talk: Talk, argument: str) -> None:
    """A captain's picture and number count, an answer goes back, a volunteer's words may be a question; all else leads to the help."""
    del argument
    for taken in (take_picture, answer_back, take_count, decline_kindly, offer_to_ask):
        if await taken(talk):
            return
    await talk.say(talk.words.say("That is not understood here. Write /help."))
