"""From an update to its handler: who it is, what they want, and whether they may."""

import contextlib
from html import escape
from typing import Final

import structlog
from telegram import Message, Update
from telegram.error import TelegramError

from bot.telegram.floods import Floods
from bot.telegram.table import TABLE, Entry, Event, Table
from bot.telegram.talk import Means, Talk
from content.intents import Intent, intent_of
from content.words import Words
from schedules.commands import volunteering
from schedules.errors import CodeNeeded, Forbidden, InviteInvalid, ScheduleError
from schedules.people import expecting, people, secondfactor, volunteers
from schedules.people.audit import VOLUNTEER
from schedules.people.roles import INCLUDES, Role

AT_ANY_TIME: Final = frozenset({Intent.PAUSE, Intent.FORGET, Intent.HIDE, Intent.HELP})
"""Words that are obeyed even while something else is expected."""

DOOR: Final = "telegram"
"""What the audit calls the place where somebody was refused."""

log = structlog.get_logger()


class Router:
    """Hands each update to the handler that the table names for it."""

    def __init__(self, means: Means, floods: Floods, table: Table = TABLE) -> None:
        self._means = means
        self._floods = floods
        self._table = table

    async def handle(self, update: Update) -> None:
        """Answer one update. Seeing it twice does no harm."""
        user = update.effective_user
        if user is None or user.is_bot:
            return
        if not self._floods.allows(user.id):
            await self._leave_unanswered(update, user.id)
            return
        person = await people.find(self._means.store, self._means.vault, user.id)
        if person is None and not self._floods.allows_stranger():
            return
        known = await volunteers.get(self._means.store, person.id) if person else None
        talk = Talk(self._means, update, person, known)
        try:
            await self._route(talk)
        except CodeNeeded:
            await self._ask_for_code(talk)
        except Forbidden as error:
            await self._note(talk)
            await self._explain(talk, error)
        except ScheduleError as error:
            await self._explain(talk, error)
        except TelegramError:
            raise
        except Exception:
            await self._apologise(talk)
            raise

    async def _route(self, talk: Talk) -> None:
        update = talk.update
        await self._welcome_back(talk)
        if update.callback_query is not None:
            await self._press(talk, update.callback_query.data or "")
        elif update.my_chat_member is not None:
            await self._chat_changed(talk)
        elif update.chat_join_request is not None:
            await self._happen(talk, Event.JOIN_REQUEST)
        elif update.chat_member is not None:
            await self._happen(talk, Event.MEMBER_CHANGED)
        elif update.message is not None:
            await self._message(talk, update.message)

    async def _press(self, talk: Talk, data: str) -> None:
        signer = self._means.signer
        pressed = signer.read(talk.user, data) or signer.read(talk.chat, data)
        entry = None if pressed is None else self._table.buttons.get(pressed.action)
        is_misplaced = entry is not None and not entry.group and not talk.is_private
        if pressed is None or entry is None or is_misplaced or not await self._may(talk, entry):
            await talk.toast(talk.words.say("This button no longer works. Write /help."))
            return
        await talk.vanish(*talk.dialog)
        await entry.handler(talk, pressed.argument)
        await talk.toast()

    async def _leave_unanswered(self, update: Update, user: int) -> None:
        """Also what nobody answers vanishes in a guarded city."""
        if update.message is None or update.message.chat.id != user:
            return
        person = await people.find(self._means.store, self._means.vault, user)
        await Talk(self._means, update, person, None).vanish(update.message.message_id)

    async def _welcome_back(self, talk: Talk) -> None:
        """Whoever had blocked the bot and does anything else in private is not forgotten."""
        person = talk.person
        if person is None or person.left_at is None or not talk.is_private or _blocks(talk.update):
            return
        await volunteering.come_back(self._means.store, self._means.clock, person.id)
        await talk.look_again()

    async def _chat_changed(self, talk: Talk) -> None:
        change = talk.update.my_chat_member
        if change is None or not talk.is_private:
            await self._happen(talk, Event.CHAT_CHANGED)
        elif talk.person is not None and _blocks(talk.update):
            await people.left(self._means.store, self._means.clock, talk.person.id)

    async def _message(self, talk: Talk, message: Message) -> None:
        if not talk.is_private:
            await self._in_group(talk, message)
            return
        await talk.vanish(message.message_id)
        name, argument = _command(talk.text)
        if name:
            await self._obey(talk, self._table.commands.get(name), argument)
            return
        meant = intent_of(talk.text)
        if meant in AT_ANY_TIME and meant in self._table.intents:
            await self._obey(talk, self._table.intents[meant], "")
        elif not await self._expected(talk):
            entry = self._table.intents.get(meant) if meant else None
            await self._obey(talk, entry or self._table.events.get(Event.OTHER_WORDS), "")

    async def _in_group(self, talk: Talk, message: Message) -> None:
        if message.migrate_to_chat_id is not None:
            await self._happen(talk, Event.MIGRATED)
        elif message.new_chat_members:
            await self._happen(talk, Event.JOINED_GROUP)
        name, argument = _command(talk.text, self._means.username)
        entry = self._table.group_commands.get(name)
        if entry is not None and await self._may(talk, entry):
            await entry.handler(talk, argument)

    async def _expected(self, talk: Talk) -> bool:
        person = talk.person
        what = person and await expecting.expected(self._means.store, self._means.clock, person.id)
        if not person or not what:
            return False
        name, _, argument = what.partition(":")
        entry = self._table.answers.get(name)
        if entry is None or not await self._may(talk, entry):
            return False
        await expecting.done(self._means.store, person.id)
        await entry.handler(talk, argument)
        return True

    async def _obey(self, talk: Talk, entry: Entry | None, argument: str) -> None:
        if entry is not None and await self._may(talk, entry):
            await entry.handler(talk, argument)
        elif talk.person is None:
            await talk.say(
                talk.words.say(
                    "This bot serves people who were invited. Open the link that somebody gave you."
                )
            )
        else:
            await talk.say(talk.words.say("That is not understood here. Write /help."))

    async def _happen(self, talk: Talk, what: Event) -> None:
        entry = self._table.events.get(what)
        if entry is not None:
            await entry.handler(talk, "")

    async def _may(self, talk: Talk, entry: Entry) -> bool:
        if talk.person is None:
            return entry.unknown and entry.role is None
        return entry.role is None or await self._holds(talk, entry.role)

    async def _holds(self, talk: Talk, role: Role) -> bool:
        actor = await talk.actor()
        return any(role in INCLUDES[grant.role] for grant in actor.grants or ())

    async def _ask_for_code(self, talk: Talk) -> None:
        if not await secondfactor.has_one(self._means.store, talk.known().id):
            await talk.say(
                talk.words.say("This takes a second factor. Set it up first, then ask again: /code")
            )
            return
        await talk.expect("code")
        await talk.say(
            talk.words.say(
                "This takes the code of your second factor. Write its six digits, then ask again."
            )
        )

    async def _note(self, talk: Talk) -> None:
        """Somebody asked for what they may not do."""
        actor = await talk.actor()
        if actor.journal is not None:
            name = talk.known().handle or VOLUNTEER
            await actor.journal.refused(self._means.store, name, DOOR)

    async def _explain(self, talk: Talk, error: ScheduleError) -> None:
        log.info("refused", why=type(error).__name__)
        if isinstance(error, InviteInvalid):
            text = talk.words.say("This link does not work any more. Ask whoever sent it for a new one.")
        else:
            text = talk.words.say("That was not done.") + f"\n{_why(error, talk.words)}"
        await (talk.say(escape(text)) if talk.is_private else talk.toast(text))

    async def _apologise(self, talk: Talk) -> None:
        text = talk.words.say("That did not work. Try again in a minute.")
        with contextlib.suppress(Exception):
            await (talk.say(text) if talk.is_private else talk.toast(text))


def _why(error: ScheduleError, reader_words: Words) -> str:
    """Why, in the reader's language; what is written for the command line is told only to whoever reads English."""
    if error.told is not None:
        return reader_words.of(error.told)
    if reader_words.language == "en":
        return str(error)
    return reader_words.say("Why, an admin can find out at the computer that runs the bot.")


def _blocks(update: Update) -> bool:
    """Whether somebody blocks the bot with it."""
    change = update.my_chat_member
    return change is not None and change.new_chat_member.status == change.new_chat_member.BANNED


def _command(text: str, username: str = "") -> tuple[str, str]:
    """The name and the rest of a command; in groups only where it names the bot or no bot."""
    if not text.startswith("/"):
        return "", ""
    first, *rest = text[1:].split(maxsplit=1) or [""]
    name, _, addressed = first.partition("@")
    if username and addressed and addressed.lower() != username.lower():
        return "", ""
    return name.lower(), "".join(rest).strip()
