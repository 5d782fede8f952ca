"""Somebody opens a link for volunteers: who runs this, what is kept, and nothing before their yes.

Until then the whole state of the dialog stands in its buttons: the invite and the language.
"""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any, Final, TypeAlias

from telegram import ReplyParameters
from telegram.error import TelegramError

from bot.telegram.choices import MARK, Way, coded
from bot.telegram.guarding import city_of, risk_of
from bot.telegram.handlers.introducing import Guest, what_is_kept, who_asks
from bot.telegram.handlers.languages import show_languages
from bot.telegram.handlers.settings import show_settings
from bot.telegram.spoken import own_name
from bot.telegram.table import Handler, button
from bot.telegram.talk import Talk
from channels.base import Rows
from channels.telegram.keyboards import markup
from content.languages import chain
from content.models import Campaign, Risk
from schedules.commands import volunteering
from schedules.errors import InviteInvalid
from schedules.people import invites
from schedules.people.invites import Invite
from schedules.people.volunteers import Volunteer

ID_DIGITS: Final = 2 * invites.RANDOM_BYTES
COLUMNS: Final = 3
EARLIER: Final = 100
"""Messages that one call deletes (core.telegram.org/bots/api#deletemessages)."""
FIRST_HOUR: Final = 18
"""The hour of the task until they choose another."""


_OfGuest: TypeAlias = Callable[[Talk, Guest], Coroutine[Any, Any, None]]


async def offer(talk: Talk, invite: Invite) -> None:
    """Begin the dialog; whoever takes part already sees what they chose."""
    campaign = await _campaign(talk, invite)
    if _takes_part(talk, campaign):
        await show_settings(talk)
        return
    guest = Guest(invite, campaign, _guessed(talk, invite, campaign))
    start = talk.update.effective_message
    shown = await talk.means.bot.send_message(
        talk.chat,
        who_asks(guest, talk.means.username),
        reply_markup=markup(_first_rows(talk, guest)),
        reply_parameters=ReplyParameters(start.message_id, allow_sending_without_reply=True)
        if start
        else None,
    )
    if talk.person is None and start and risk_of(campaign, invite.city) is Risk.GUARDED:
        await _take_away_earlier(talk, shown.message_id, start.message_id)


async def _take_away_earlier(talk: Talk, shown: int, start: int) -> None:
    """Whoever opens the link twice keeps one dialog: nothing is stored of an earlier one, so all before goes.

    Of the numbers before this dialog, those of other chats and those that are gone are skipped by Telegram.
    """
    before = [number for number in range(max(shown - EARLIER, 1), shown) if number != start]
    with suppress(TelegramError):
        await talk.means.bot.delete_messages(talk.chat, before)


def for_guests(handler: _OfGuest) -> Handler:
    """Read the state of the dialog; whoever has agreed already goes on with what they choose."""

    @wraps(handler)
    async def only(talk: Talk, argument: str) -> None:
        name, language = argument[:ID_DIGITS], argument[ID_DIGITS:]
        try:
            invite = await invites.look(talk.means.store, talk.means.clock, name)
            campaign = await _campaign(talk, invite)
        except InviteInvalid:
            await (_too_late(talk) if talk.volunteer is None else _go_on(talk))
            return
        if _takes_part(talk, campaign):
            await _go_on(talk)
            return
        chosen = coded(language, campaign.languages) or campaign.languages[0]
        await handler(talk, Guest(invite, campaign, chosen))

    return only


@button("who", unknown=True)
@for_guests
async def who(talk: Talk, guest: Guest) -> None:
    """Show the first page again, in another language."""
    await talk.show(who_asks(guest, talk.means.username), _first_rows(talk, guest))


@button("kept", unknown=True)
@for_guests
async def kept(talk: Talk, guest: Guest) -> None:
    """Show what would be kept, and ask for a yes."""
    yes = talk.button(guest.words.say("Yes, I agree"), "agree", guest.state())
    no = talk.button(guest.words.say("No"), "decline", guest.state())
    await talk.show(what_is_kept(guest), ((yes,), (no,)))


@button("agree", unknown=True)
@for_guests
async def agree(talk: Talk, guest: Guest) -> None:
    """Keep them from now on, and go on with what they choose."""
    means = talk.means
    chosen = _newcomer(guest)
    try:
        await volunteering.join(means.store, means.vault, means.clock, talk.user, guest.invite.id, chosen)
    except InviteInvalid:
        await _too_late(talk)
        return
    await talk.look_again()
    await _go_on(talk)


@button("decline", unknown=True)
@for_guests
async def decline(talk: Talk, guest: Guest) -> None:
    """Nothing was kept; where it could endanger them, nothing stays on the phone either."""
    if risk_of(guest.campaign, guest.invite.city) is Risk.GUARDED and await _vanished(talk):
        return
    await talk.show(guest.words.say("Nothing was kept of you. You can delete this chat."))


async def _go_on(talk: Talk) -> None:
    """On with what they choose; from now on also the dialog vanishes, where that matters."""
    await talk.vanish(*talk.dialog)
    await show_languages(talk, Way.JOINING)


def _newcomer(guest: Guest) -> Volunteer:
    city = city_of(guest.campaign, guest.invite.city)
    return Volunteer(
        person="",
        campaign=guest.campaign.id,
        language=guest.language,
        zone=guest.campaign.zone if city is None else city.zone,
        hour=FIRST_HOUR,
        city=None if city is None else city.id,
        partner=guest.invite.partner,
    )


def _takes_part(talk: Talk, campaign: Campaign) -> bool:
    return talk.volunteer is not None and talk.volunteer.campaign == campaign.id


async def _campaign(talk: Talk, invite: Invite) -> Campaign:
    kits = talk.means.kits
    names = (invite.campaign,) if invite.campaign else await kits.known()
    if not names:
        raise InviteInvalid(invites.NOT_VALID)
    return await kits.get(names[0])


def _guessed(talk: Talk, invite: Invite, campaign: Campaign) -> str:
    """The language of the link, else of their Telegram, else of the city, as far as the campaign has it."""
    user = talk.update.effective_user
    told = (invite.language, user and user.language_code)
    city = city_of(campaign, invite.city)
    wanted = [tag for each in told if each for tag in chain(each.lower())]
    wanted += [tag.lower() for tag in (city.languages if city else ())]
    ours = {own: tag for tag in reversed(campaign.languages) for own in chain(tag.lower())}
    return next((ours[tag] for tag in wanted if tag in ours), campaign.languages[0])


def _first_rows(talk: Talk, guest: Guest) -> Rows:
    tongues = [
        talk.button(_marked(each, guest), "who", guest.state(each)) for each in guest.campaign.languages
    ]
    rows = tuple(tuple(tongues[start : start + COLUMNS]) for start in range(0, len(tongues), COLUMNS))
    return (*rows, (talk.button(guest.words.say("Next"), "kept", guest.state()),))


def _marked(language: str, guest: Guest) -> str:
    name = own_name(language)
    return f"{MARK} {name}" if language == guest.language else name


async def _too_late(talk: Talk) -> None:
    await talk.show(
        talk.words.say(
            "Meanwhile this link lets nobody in any more. Nothing was kept of you. "
            "Ask whoever sent it for a new one."
        )
    )


async def _vanished(talk: Talk) -> bool:
    try:
        await talk.means.bot.delete_messages(talk.chat, talk.dialog)
    except TelegramError:
        return False
    return True
