"""Somebody opens a link: whom it lets in, and as what."""

from telegram import ReplyParameters

from bot.telegram.groups import OPENING
from bot.telegram.handlers import joining
from bot.telegram.handlers.prompts import today
from bot.telegram.handlers.settings import show_settings
from bot.telegram.table import button, command
from bot.telegram.talk import Talk
from channels.telegram.keyboards import markup
from schedules.commands import invites as commands
from schedules.errors import InviteInvalid
from schedules.people import invites
from schedules.people.invites import NOT_VALID, VOLUNTEER, Invite
from schedules.people.roles import CALLED, Role


@command("start", unknown=True)
async def start(talk: Talk, payload: str) -> None:
    """Read the link. Without one, say whom this bot serves; who takes part sees what they chose."""
    means = talk.means
    if payload == OPENING and talk.volunteer is not None:
        await today(talk, "")
        return
    if payload in {"", OPENING}:
        await _without_link(talk)
        return
    try:
        invite = await invites.look(means.store, means.clock, means.links.read(payload))
    except InviteInvalid:
        await _with_dead_link(talk)
        return
    if invite.role == VOLUNTEER:
        await joining.offer(talk, invite)
    else:
        await _offer(talk, invite)


@button("take_up", unknown=True)
async def take_up(talk: Talk, name: str) -> None:
    """They take up the role that the link gives."""
    means = talk.means
    invite = await invites.look(means.store, means.clock, name)
    await commands.accept(means.store, means.vault, means.clock, talk.user, name, talk.words.language)
    await talk.look_again()
    await talk.vanish(*talk.dialog)
    await talk.show(
        talk.words.say(
            "Welcome, {handle}. What can be done here: /help\n"
            "Publishing, resuming and granting ask for a second factor. Set it up now, within 15 minutes: /code",
            handle=invite.handle or "",
        ),
        ((talk.button(talk.words.say("Set up the second factor"), "code_new"),),),
    )


async def _with_dead_link(talk: Talk) -> None:
    """Whoever came in by this link, or by another, needs it no more."""
    if talk.volunteer is None:
        raise InviteInvalid(NOT_VALID)
    await show_settings(talk)


async def _without_link(talk: Talk) -> None:
    if talk.volunteer is not None:
        await show_settings(talk)
    elif talk.person is None:
        await talk.say(
            talk.words.say("This bot serves people who were invited. Open the link that somebody gave you.")
        )
    else:
        await talk.say(talk.words.say("What can be done here: /help"))


async def _offer(talk: Talk, invite: Invite) -> None:
    start = talk.update.effective_message
    await talk.means.bot.send_message(
        talk.chat,
        talk.words.say(
            "You are invited as {role}, under the name {handle}. "
            "Kept are that name, your role and, encrypted, your Telegram ID, until you leave.",
            role=talk.words.of(CALLED[Role(invite.role)]),
            handle=invite.handle or "",
        ),
        reply_markup=markup(((talk.button(talk.words.say("I take it up"), "take_up", invite.id),),)),
        reply_parameters=ReplyParameters(start.message_id, allow_sending_without_reply=True)
        if start
        else None,
    )
