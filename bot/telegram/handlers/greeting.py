"""At the door of a group: a word for whoever is new, and captains who say whom to let in."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from html import escape
from typing import Final

from telegram import ChatJoinRequest, ChatMember
from telegram.error import BadRequest, TelegramError

from bot.telegram.deputies import on_duty
from bot.telegram.groups import is_stopped, private_rows
from bot.telegram.guarding import city_of
from bot.telegram.readers import Reader
from bot.telegram.spoken import own_name, spoken
from bot.telegram.table import Event, button, event
from bot.telegram.talk import Talk
from bot.telegram.veils import Veil
from channels.telegram.keyboards import markup
from content.words import isolated, words
from schedules.commands import groups as commands
from schedules.people import groups
from schedules.people.groups import Group
from schedules.people.roles import Role
from schedules.store import leases

BETWEEN: Final = timedelta(minutes=10)
"""At least so long lies between two welcomes in one group."""
ABSENT: Final = frozenset({ChatMember.LEFT, ChatMember.BANNED})
PURPOSE: Final = b"join requests"


@event(Event.JOINED_GROUP)
async def came(talk: Talk, argument: str) -> None:
    """Somebody came, or was added."""
    del argument
    message = talk.update.message
    if message is not None and any(not each.is_bot for each in message.new_chat_members):
        await _welcome(talk)


@event(Event.MEMBER_CHANGED)
async def member_changed(talk: Talk, argument: str) -> None:
    """The same, where Telegram shows no message of it."""
    del argument
    change = talk.update.chat_member
    is_new = change is not None and change.old_chat_member.status in ABSENT
    if change is not None and is_new and change.new_chat_member.status not in ABSENT:
        await _welcome(talk)


@event(Event.JOIN_REQUEST)
async def asks_to_join(talk: Talk, argument: str) -> None:
    """Every captain of the city gets a card; whoever asks hears what happens."""
    del argument
    request, means = talk.update.chat_join_request, talk.means
    group = await groups.of_chat(means.store, means.vault, talk.chat)
    if request is None or group is None or group.held is not None:
        return
    again = f"join:{groups.fingerprint(means.vault, request.from_user.id)[:16]}:{group.account}"
    if not await leases.take(means.store, means.clock, again, BETWEEN):
        return
    for captain in await on_duty(means, group.scopes):
        await _show_request(talk, captain, group, request)
    await _reassure(talk, request)


@button("let_in", role=Role.CAPTAIN)
async def let_in(talk: Talk, hidden: str) -> None:
    """Let somebody into the group."""
    if await _vetted(talk, hidden, "let somebody into", talk.means.bot.approve_chat_join_request):
        await talk.show(talk.words.say("They are let in."))


@button("keep_out", role=Role.CAPTAIN)
async def keep_out(talk: Talk, hidden: str) -> None:
    """Keep somebody out of the group."""
    if await _vetted(talk, hidden, "kept somebody out of", talk.means.bot.decline_chat_join_request):
        await talk.show(talk.words.say("They are not let in. They are not told by whom."))


async def _vetted(talk: Talk, hidden: str, did: str, decide: Callable[[int, int], Awaitable[bool]]) -> bool:
    """Decide about somebody who asks to join. Whether that was still to be decided."""
    user, chat = _veil(talk).see(hidden)
    await commands.vet(talk.means.store, talk.means.vault, await talk.actor(), chat, did)
    try:
        await decide(chat, user)
    except BadRequest:
        await talk.show(talk.words.say("Somebody has decided that already, or they no longer ask."))
        return False
    return True


async def _welcome(talk: Talk) -> None:
    """One for everybody who comes within a while, and addressed to nobody."""
    means = talk.means
    group = await groups.of_chat(means.store, means.vault, talk.chat)
    if group is None or await is_stopped(means.store, group):
        return
    if await leases.take(means.store, means.clock, f"welcome:{group.account}", BETWEEN):
        group_words = words(group.language)
        text = group_words.say(
            "Welcome. All who are here see each other’s profile and name, and the number of whoever "
            "shows it. To hide yours: Telegram, Settings, Privacy and Security. "
            "Whatever is personal belongs into the private chat."
        )
        rows = private_rows(group_words, means.username)
        await means.bot.send_message(talk.chat, text, reply_markup=markup(rows))


async def _show_request(talk: Talk, captain: Reader, group: Group, request: ChatJoinRequest) -> None:
    """Without a name: whoever decides asks people whom they trust, and not a profile."""
    campaign = await talk.means.kits.get(group.campaign)
    city = city_of(campaign, group.city)
    name = spoken(city.name, captain.words.language, campaign) if city else group.city
    text = captain.words.say(
        "Somebody asks to be let into the group of {city}.", city=escape(isolated(name))
    )
    language = request.from_user.language_code
    if language:
        text += "\n" + captain.words.say("Their app speaks: {language}.", language=_named(language))
    hidden = _veil(talk).hide(request.from_user.id, talk.chat)
    await captain.say(
        text,
        (
            (captain.button(captain.words.say("Let in"), "let_in", hidden),),
            (captain.button(captain.words.say("Do not let in"), "keep_out", hidden),),
        ),
    )


async def _reassure(talk: Talk, request: ChatJoinRequest) -> None:
    """Telegram lets the bot write to them for five minutes (core.telegram.org/bots/api#chatjoinrequest)."""
    text = talk.words.say("A captain decides whether you are let in. Nothing is kept of you here.")
    try:
        await talk.means.bot.send_message(request.user_chat_id, text)
    except TelegramError:
        # Too late, or they do not want to hear from bots; Telegram itself tells them what was decided.
        return


def _named(language: str) -> str:
    try:
        return own_name(language)
    except LookupError:
        return language[:2]


def _veil(talk: Talk) -> Veil:
    return Veil(talk.means.signer.derived(PURPOSE))
