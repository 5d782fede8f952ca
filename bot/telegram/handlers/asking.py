"""A volunteer asks, a captain answers, and neither learns who the other is. Nothing of it is stored."""

from collections.abc import Callable
from datetime import timedelta
from html import escape
from typing import Final

from telegram import Message, ReplyParameters
from telegram.error import TelegramError

from bot.telegram.choices import code
from bot.telegram.deputies import on_duty
from bot.telegram.guarding import behind_a_tap, is_guarded
from bot.telegram.readers import Reader
from bot.telegram.table import button
from bot.telegram.talk import Talk
from bot.telegram.veils import Veil
from channels.base import Button
from channels.telegram.keyboards import markup
from content.intents import Intent, label
from content.words import words
from schedules.commands.scopes import named
from schedules.people import people, traces, volunteers
from schedules.people.roles import Role
from schedules.people.volunteers import Volunteer
from schedules.store import leases

BETWEEN: Final = timedelta(minutes=2)
"""At least so long lies between two questions of one volunteer."""
LONGEST: Final = 3500
"""Characters of a question or an answer; what frames it fits beside them."""
PURPOSE: Final = b"questions"


async def offer_to_ask(talk: Talk) -> bool:
    """Offer a volunteer to send what they wrote to a captain. Whether that was theirs to be offered."""
    message = talk.update.message
    if talk.volunteer is None or message is None or not message.text:
        return False
    key = talk.button(talk.words.say("Send it to my captain"), "ask")
    await talk.means.bot.send_message(
        talk.chat,
        talk.words.say(
            "That is not understood here. Is it a question? Your captain gets the text and not who wrote it. "
            "Nothing of it is stored. All else: /help"
        ),
        reply_markup=markup(((key,),)),
        reply_parameters=ReplyParameters(message.message_id, allow_sending_without_reply=True),
    )
    return True


@button("ask")
async def ask(talk: Talk, argument: str) -> None:
    """Bring the question to a captain."""
    del argument
    text = _question(talk)
    if talk.volunteer is None or not text:
        await talk.show(talk.words.say("The text is no longer there. Write it once more."))
        return
    captains = await _captains(talk, talk.volunteer)
    if not captains:
        await talk.show(talk.words.say("There is no captain here yet who could answer."))
    elif not await _is_time(talk, "question"):
        await talk.show(talk.words.say("One question at a time: try again in two minutes."))
    elif await _bring(talk, captains, lambda captain: _asked_by_somebody(captain, text)):
        await talk.show(talk.words.say("It is sent. The answer comes here."))
    else:
        await talk.show(talk.words.say("The captain cannot be reached now. Try again later."))


async def would_help(talk: Talk, told: Callable[[Reader], str]) -> None:
    """Somebody would like to do more: a captain hears of it, and not who it is."""
    captains = await _captains(talk, talk.volunteer) if talk.volunteer else []
    if captains and (not await _is_time(talk, "more") or await _bring(talk, captains, told)):
        await talk.show(
            talk.words.say("Your captain hears of it, and not who you are. The answer comes here.")
        )
    else:
        await talk.show(talk.words.say("The captain cannot be reached now. Try again later."))


@button("reply", role=Role.CAPTAIN)
async def how_to_reply(talk: Talk, hidden: str) -> None:
    """Say how an answer is written."""
    del hidden
    await talk.toast(talk.words.say("Hold the message, tap Reply, and write."))


async def answer_back(talk: Talk) -> bool:
    """Take an answer back to whoever asked. Whether it was one."""
    message = talk.update.message
    hidden = None if message is None else _asked(talk, message.reply_to_message)
    if message is None or hidden is None or not (await talk.actor()).may_somewhere(Role.CAPTAIN):
        return False
    volunteer, _ = _veil(talk).see(hidden)
    if message.text and await _take_back(talk, volunteer, message.text):
        await talk.say(talk.words.say("Your answer is there."))
    else:
        await talk.say(
            talk.words.say("It did not arrive. Only text is passed on, to people who are still there.")
        )
    return True


def _question(talk: Talk) -> str:
    """What they wrote, as Telegram shows it above the button; it is kept nowhere else."""
    query = talk.update.callback_query
    offer = query.message if query else None
    asked = offer.reply_to_message if isinstance(offer, Message) else None
    return ((asked.text if asked else "") or "")[:LONGEST]


def _covering(volunteer: Volunteer) -> frozenset[str]:
    return named(
        campaign=volunteer.campaign,
        city=volunteer.city,
        language=volunteer.language,
        partner=volunteer.partner,
    )


async def _captains(talk: Talk, volunteer: Volunteer) -> list[Reader]:
    found = await on_duty(talk.means, _covering(volunteer))
    return [captain for captain in found if captain.chat != talk.user]


async def _is_time(talk: Talk, what: str) -> bool:
    return await leases.take(talk.means.store, talk.means.clock, f"{what}:{code(talk.known().id)}", BETWEEN)


async def _bring(talk: Talk, captains: list[Reader], told: Callable[[Reader], str]) -> bool:
    """To the first who can be reached: a question that two answer is answered twice.

    What somebody in a guarded city asks vanishes within a day from any captain's phone.
    """
    means, guarded = talk.means, await talk.is_guarded()
    hidden = _veil(talk).hide(talk.user)
    for captain in captains:
        key = captain.button(captain.words.say("Answer"), "reply", hidden)
        noted = await traces.begin(means.store, means.clock, captain.person.id) if guarded else ""
        sent = await captain.say(told(captain), ((key,),))
        if sent is not None:
            await traces.arrived(means.store, noted, sent)
            return True
    return False


def _asked_by_somebody(captain: Reader, text: str) -> str:
    told = captain.words.say("Somebody asks. To answer, reply to this message:")
    return f"{told}\n\n{escape(text)}"


def _asked(talk: Talk, question: Message | None) -> str | None:
    """Who asked, hidden, where this is a question that the bot brought to this captain."""
    keys = question.reply_markup.inline_keyboard if question and question.reply_markup else ()
    for key in (key for row in keys for key in row):
        pressed = talk.means.signer.read(talk.user, str(key.callback_data or ""))
        if pressed is not None and pressed.action == "reply":
            return pressed.argument
    return None


async def _take_back(talk: Talk, chat: int, text: str) -> bool:
    """Only to somebody who still takes part, of whom whoever answers is captain. In quiet hours it makes no sound."""
    means = talk.means
    person = await people.find(means.store, means.vault, chat)
    volunteer = None if person is None else await volunteers.get(means.store, person.id)
    if person is None or volunteer is None or person.left_at is not None:
        return False
    if not (await talk.actor()).may(Role.CAPTAIN, _covering(volunteer)):
        return False
    their_words = words(person.language)
    told = their_words.say("Your captain answers:")
    html, rows = f"<b>{told}</b>\n{escape(text[:LONGEST])}", None
    if await is_guarded(means.store, means.kits, person.id):
        hide = Button(label(Intent.HIDE, person.language), data=means.signer.data(chat, "hide"))
        html, rows = behind_a_tap(html, their_words), markup(((hide,),))
    try:
        await means.bot.send_message(
            chat, html, reply_markup=rows, disable_notification=volunteer.is_quiet(means.clock.now())
        )
    except TelegramError:
        return False
    return True


def _veil(talk: Talk) -> Veil:
    return Veil(talk.means.signer.derived(PURPOSE))
