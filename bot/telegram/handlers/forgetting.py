"""A volunteer wants to leave no trace: on their phone at once, or everywhere that we can reach."""

from telegram import ReplyKeyboardRemove

from bot.telegram.menus import take_menu
from bot.telegram.phones import hide
from bot.telegram.table import button, command, intent
from bot.telegram.talk import Talk
from content.intents import Intent, label
from content.later import later
from schedules.commands import volunteering


@command("forget", menu=later("Forget me"))
@intent(Intent.FORGET)
@button("forget")
async def forget(talk: Talk, argument: str) -> None:
    """Ask once, and say before what goes and what cannot be reached."""
    del argument
    yes = talk.button(label(Intent.FORGET, talk.words.language), "erase")
    no = talk.button(label(Intent.NO, talk.words.language), "stay")
    await talk.show(await _what_goes(talk), ((yes,), (no,)))


@button("stay")
async def stay(talk: Talk, argument: str) -> None:
    """They have changed their mind."""
    del argument
    await talk.show(talk.words.say("Good. Everything stays as it is."))


@button("erase", unknown=True)
async def erase(talk: Talk, argument: str) -> None:
    """Forget them now. Pressed again, it finds nothing and says the same."""
    del argument
    done = talk.words.say("You are forgotten. Nothing of you is kept here any more.")
    if talk.person is None:
        await talk.toast(done)
        return
    guarded = await talk.is_guarded()
    if not await _emptied(talk):
        done += " " + talk.words.say("Not every message could be deleted: delete this chat in Telegram.")
    if talk.person.handle is not None:
        await take_menu(talk.means, talk.chat)
    await volunteering.forget(talk.means.store, talk.means.clock, talk.person.id)
    if guarded:
        await talk.toast(done)
    else:
        await talk.show(done)
        await _take_keys(talk)


@intent(Intent.HIDE)
@button("hide")
async def hide_now(talk: Talk, argument: str) -> None:
    """Empty this chat at once, as far as the bot remembers what stands in it."""
    del argument
    is_empty, guarded = await _emptied(talk), await talk.is_guarded()
    if is_empty and guarded:
        return
    if not is_empty:
        told = talk.words.say("Not every message could be deleted: delete this chat in Telegram.")
        await (talk.toast(told) if talk.update.callback_query else talk.say(told))
        return
    await talk.say(
        talk.words.say(
            "In open cities the bot does not remember what stands here, so it cannot take it away. "
            "Delete this chat in Telegram, for both sides."
        )
    )


async def _emptied(talk: Talk) -> bool:
    """Delete what the bot remembers of this chat. Whether nothing of it is left."""
    return await hide(talk.means, talk.known().id)


async def _take_keys(talk: Talk) -> None:
    text = talk.words.say("You can delete this chat. Whoever wants to come back needs a new link.")
    await talk.means.bot.send_message(talk.chat, text, reply_markup=ReplyKeyboardRemove())


async def _what_goes(talk: Talk) -> str:
    her_words = talk.words
    gone = [
        her_words.say("Gone at once: every row about you, and what still waits to be sent to you."),
        her_words.say("Gone in the next quiet hour: the bytes of these rows in the files of the database."),
        her_words.say(
            "It stays: how many people did something, without you; and backups, until they are overwritten."
        ),
        her_words.say(
            "It stays with Telegram: this chat and that you wrote to this bot. "
            "On your phone: what you saved or copied."
        ),
    ]
    if await talk.is_guarded():
        gone.insert(
            1, her_words.say("Gone at once: the messages here of the last day, yours and the bot’s.")
        )
    if talk.known().handle is not None:
        gone.insert(
            1, her_words.say("Your role goes as well; the name you acted under stays in the audit.")
        )
    listed = "\n".join(f"• {line}" for line in gone)
    return f"<b>{her_words.say('Shall everything of you be deleted?')}</b>\n\n{listed}"
