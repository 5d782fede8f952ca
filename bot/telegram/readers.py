"""People in charge whom the bot tells something while somebody else acts."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import structlog
from telegram.error import BadRequest, TelegramError

from bot.telegram.guarding import behind_a_tap, is_guarded
from bot.telegram.talk import UNCHANGED, Means, Talk
from channels.base import Button, Rows
from channels.telegram.keyboards import markup
from content.words import Words, words
from schedules.commands.actor import Actor
from schedules.errors import PersonUnknown
from schedules.people import people, roles
from schedules.people.people import Person
from schedules.people.roles import EVERYTHING, Role

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is shown something in private, in their language, with buttons that only they may press.

    Attributes:
        is_guarded: Whether being found out is dangerous for them: their notifications say nothing.
    """

    means: Means
    person: Person
    chat: int = field(repr=False)
    actor: Actor
    is_guarded: bool

    @property
    def words(self) -> Words:
        """Our words in their language."""
        return words(self.person.language)

    @property
    def handle(self) -> str:
        """The name under which they act."""
        return self.actor.name

    def button(self, text: str, action: str, argument: str = "") -> Button:
        """A button of theirs."""
        return Button(text, data=self.means.signer.data(self.chat, action, argument))

    async def say(self, html: str, rows: Rows = ()) -> int | None:
        """Write to them; gives the number of the message, or ``None`` where they cannot be reached now."""
        told = behind_a_tap(html, self.words) if self.is_guarded else html
        try:
            sent = await self.means.bot.send_message(self.chat, told, reply_markup=markup(rows))
        except TelegramError as error:
            log.info("somebody in charge was not told", error=type(error).__name__)
            return None
        return sent.message_id

    async def show(self, message: int, html: str, rows: Rows) -> bool:
        """Put this in place of an earlier message. Whether it is there now."""
        try:
            await self.means.bot.edit_message_text(html, self.chat, message, reply_markup=markup(rows))
        except BadRequest as error:
            return UNCHANGED in error.message.lower()
        except TelegramError:
            return False
        return True


async def reader_of(talk: Talk) -> Reader:
    """Whoever acts."""
    return Reader(talk.means, talk.known(), talk.user, await talk.actor(), await talk.is_guarded())


async def called(means: Means, handle: str) -> Reader | None:
    """Whoever acts under a handle, where the bot can reach them."""
    try:
        return await _reader(means, await people.called(means.store, handle))
    except PersonUnknown:
        return None


async def holding(means: Means, role: Role, scopes: AbstractSet[str]) -> list[Reader]:
    """Everybody who may act in a role there and can be reached, those who were granted it first at the front."""
    found = []
    for name in await roles.holders(means.store, role, {EVERYTHING, *scopes}):
        person = await people.get(means.store, name)
        reader = person and await _reader(means, person)
        if reader:
            found.append(reader)
    return found


async def _reader(means: Means, person: Person) -> Reader | None:
    """Nobody who was locked out is told anything: somebody else may hold their phone."""
    chat = await people.address(means.store, means.vault, person.id)
    if chat is None or person.locked_at is not None:
        return None
    guarded = await is_guarded(means.store, means.kits, person.id)
    return Reader(means, person, chat, await means.actor_of(person), guarded)
