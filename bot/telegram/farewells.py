"""At the end of a campaign each volunteer is asked once: keep me a year, or forget me now. Silence forgets."""

from html import escape
from typing import Final

import structlog
from telegram.error import TelegramError

from bot.telegram.guarding import is_guarded
from bot.telegram.spoken import spoken
from bot.telegram.talk import Means
from channels.base import Button, Rows
from channels.telegram.keyboards import markup
from content.intents import Intent, label
from content.models import Campaign
from content.words import Words, words
from schedules.people import people, staying
from schedules.people.people import Person
from schedules.people.purge import AFTER_SILENCE
from schedules.walltime import zone

MOST: Final = 100
"""People who are asked in one go, so that nobody who presses a button waits for it."""

log = structlog.get_logger()


async def ask_who_stays(means: Means) -> None:
    """Ask volunteers of campaigns that are over, outside their quiet hours. Each is asked once, even where the question
    was lost.
    """
    for campaign in await means.kits.readable(await means.kits.names()):
        if means.clock.now().astimezone(zone(campaign.zone)).date() <= campaign.ends_on:
            continue
        for pseudonym in await staying.unasked(means.store, means.clock, campaign.id, MOST):
            person = await people.get(means.store, pseudonym)
            if person and await staying.note_asked(means.store, means.clock, pseudonym):
                await _ask(means, campaign, person)


def asked(means: Means, campaign: Campaign, chat: int, her_words: Words) -> tuple[str, Rows]:
    """The question and its two answers, in Telegram's HTML and with her buttons."""

    def key(text: str, action: str) -> tuple[Button]:
        return (Button(text, data=means.signer.data(chat, action, "", AFTER_SILENCE)),)

    text = her_words.say(
        "The campaign is over. Thank you for what you did. May it keep what it knows of you for a year, "
        "to ask you when the next one begins? Without an answer you are forgotten in 30 days."
    )
    title = escape(spoken(campaign.title, her_words.language, campaign))
    rows = (
        key(her_words.say("Keep me a year"), "keep"),
        key(label(Intent.FORGET, her_words.language), "erase"),
    )
    return f"<b>{title}</b>\n\n{text}", rows


async def _ask(means: Means, campaign: Campaign, person: Person) -> None:
    chat = await people.address(means.store, means.vault, person.id)
    if chat is None:
        return
    her_words = words(person.language)
    if await is_guarded(means.store, means.kits, person.id):
        html, rows = _closed(means, chat, her_words)
    else:
        html, rows = asked(means, campaign, chat, her_words)
    try:
        await means.bot.send_message(chat, html, reply_markup=markup(rows))
    except TelegramError as error:
        log.info("not asked whether to stay", error=type(error).__name__)


def _closed(means: Means, chat: int, her_words: Words) -> tuple[str, Rows]:
    """What rings the phone in a guarded city says nothing; a tap opens it."""

    def key(text: str, action: str) -> tuple[Button]:
        return (Button(text, data=means.signer.data(chat, action)),)

    hide = key(label(Intent.HIDE, her_words.language), "hide")
    return her_words.say("Ready."), (key(her_words.say("Open"), "farewell"), hide)
