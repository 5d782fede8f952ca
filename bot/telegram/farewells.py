"""At the end of a campaign each volunteer is asked once: keep me a year, or forget me now. Silence forgets."""

from html import escape
from typing import Final

import structlog
from telegram.error import TelegramError

from bot.telegram.spoken import spoken
from bot.telegram.talk import Means, risk_of
from channels.base import Button
from channels.telegram.keyboards import markup
from content.intents import Intent, label
from content.models import Campaign, Risk
from content.words import words
from schedules.people import people, staying, traces, volunteers
from schedules.people.people import Person
from schedules.people.purge import AFTER_SILENCE
from schedules.walltime import zone

MOST: Final = 100
"""People who are asked in one go, so that nobody who presses a button waits for it."""

log = structlog.get_logger()


async def ask_who_stays(means: Means) -> None:
    """Ask volunteers of campaigns that are over. Each is asked once, even where the question was lost."""
    for name in await means.kits.names():
        campaign = await means.kits.get(name)
        if means.clock.now().astimezone(zone(campaign.zone)).date() <= campaign.ends_on:
            continue
        for pseudonym in await staying.unasked(means.store, name, MOST):
            person = await people.get(means.store, pseudonym)
            if person and await staying.note_asked(means.store, means.clock, pseudonym):
                await _ask(means, campaign, person)


async def _ask(means: Means, campaign: Campaign, person: Person) -> None:
    chat = await people.address(means.store, means.vault, person.id)
    if chat is None:
        return
    her_words = words(person.language)

    def key(text: str, action: str) -> tuple[Button]:
        return (Button(text, data=means.signer.data(chat, action, "", AFTER_SILENCE)),)

    text = her_words.say(
        "The campaign is over. Thank you for what you did. May it keep what it knows of you for a year, "
        "to ask you when the next one begins? Without an answer you are forgotten in 30 days."
    )
    title = escape(spoken(campaign.title, person.language, campaign))
    rows = (
        key(her_words.say("Keep me a year"), "keep"),
        key(label(Intent.FORGET, person.language), "erase"),
    )
    try:
        sent = await means.bot.send_message(chat, f"<b>{title}</b>\n\n{text}", reply_markup=markup(rows))
    except TelegramError as error:
        log.info("not asked whether to stay", error=type(error).__name__)
        return
    volunteer = await volunteers.get(means.store, person.id)
    if volunteer is not None and risk_of(campaign, volunteer.city) is Risk.GUARDED:
        await traces.leave(means.store, means.clock, person.id, sent.message_id)
