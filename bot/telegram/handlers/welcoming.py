"""The end of the way in: what was chosen, the fixed keys, and the first task at once."""

from bot.telegram.handlers.mine import mine
from bot.telegram.handlers.settings import show_settings
from bot.telegram.keyboard import fixed_keys
from bot.telegram.talk import Talk
from schedules.ledger import prompts


async def welcome(talk: Talk) -> None:
    """Close the dialog, bring the keys, and let the task of the day come now. Doing it again does no harm."""
    await show_settings(talk)
    means = talk.means
    comes = await prompts.deliver_today(means.store, means.clock, mine(talk).person)
    if comes:
        text = talk.words.say("Welcome. Your first task comes now. The keys below work at any time.")
    else:
        text = talk.words.say(
            "Welcome. Your first task comes at your hour. The keys below work at any time."
        )
    await talk.say(text, keyboard=fixed_keys(talk.words.language, guarded=await talk.is_guarded()))
