"""One update, who it comes from, and the ways to answer it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from telegram import Bot, Message, ReplyKeyboardMarkup, Update
from telegram.error import BadRequest, TelegramError

from bot.telegram.guarding import is_guarded
from bot.telegram.signing import LIVES, Signer
from channels.base import Button, Rows
from channels.telegram.keyboards import markup
from content.models import Campaign
from content.words import Words, words
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.commands.actor import Actor
from schedules.people import expecting, people, traces, volunteers
from schedules.people.invites import Links
from schedules.people.people import Person
from schedules.people.volunteers import Volunteer
from schedules.planning.kits import Kits
from schedules.store.engine import Store

UNCHANGED: Final = "not modified"
MOST_TOAST: Final = 200
"""Characters in the answer to a button (core.telegram.org/bots/api#answercallbackquery)."""


@dataclass(frozen=True, slots=True)
class Means:
    """What every handler works with.

    Attributes:
        account: The account of the bot.
        username: The bot's own name without ``@``.
        actor_of: Who somebody acts as, with what they were granted.
        key: Where the key lies that a wipe destroys first.
    """

    store: Store
    vault: Vault
    clock: Clock
    kits: Kits
    signer: Signer
    links: Links
    bot: Bot = field(repr=False)
    account: str
    username: str
    actor_of: Callable[[Person], Awaitable[Actor]]
    key: Path


class Talk:
    """One update from one person, in private or in a group.

    Attributes:
        person: Who it is; ``None`` while nothing is kept of them.
        volunteer: What they chose, where they are a volunteer.
    """

    def __init__(
        self, means: Means, update: Update, person: Person | None, volunteer: Volunteer | None
    ) -> None:
        self.means = means
        self.update = update
        self.person = person
        self.volunteer = volunteer

    @property
    def user(self) -> int:
        """The Telegram id of whoever acts. Never to be kept, logged or shown."""
        return self.update.effective_user.id if self.update.effective_user else 0

    @property
    def chat(self) -> int:
        """The chat it happened in."""
        return self.update.effective_chat.id if self.update.effective_chat else 0

    @property
    def is_private(self) -> bool:
        """Whether nobody else sees the answer."""
        return self.chat == self.user

    @property
    def text(self) -> str:
        """What they wrote; empty for anything else."""
        message = self.update.message
        return (message.text or message.caption or "") if message else ""

    @cached_property
    def words(self) -> Words:
        """Our words in their language: the one they chose, else the one of their app."""
        if self.person is not None:
            return words(self.person.language)
        user = self.update.effective_user
        return words((user.language_code if user else None) or "en")

    def known(self) -> Person:
        """The person, where the table has let only people through whom the bot knows."""
        if self.person is None:
            raise LookupError("a handler for people whom the bot knows was called for somebody else")
        return self.person

    async def actor(self) -> Actor:
        """Who acts, with what they were granted."""
        return await self.means.actor_of(self.known())

    async def look_again(self) -> None:
        """Read anew what is kept of them, after something of it was changed."""
        means = self.means
        self.person = await people.find(means.store, means.vault, self.user)
        self.volunteer = await volunteers.get(means.store, self.person.id) if self.person else None
        vars(self).pop("words", None)

    async def campaign(self) -> Campaign | None:
        """The campaign that they take part in."""
        return None if self.volunteer is None else await self.means.kits.get(self.volunteer.campaign)

    async def is_guarded(self) -> bool:
        """Whether being found out is dangerous where they live or are in charge; unknown places count as dangerous."""
        means = self.means
        return self.person is not None and await is_guarded(means.store, means.kits, self.person.id)

    @property
    def dialog(self) -> tuple[int, ...]:
        """The message whose button was pressed, and the one that it answers."""
        query = self.update.callback_query
        shown = None if query is None else query.message
        if shown is None:
            return ()
        asked = shown.reply_to_message if isinstance(shown, Message) else None
        return (shown.message_id, asked.message_id) if asked else (shown.message_id,)

    def button(self, text: str, action: str, argument: str = "", lives: timedelta = LIVES) -> Button:
        """A button that only this person may press."""
        return Button(text, data=self.means.signer.data(self.user, action, argument, lives))

    async def say(self, html: str, rows: Rows = (), keyboard: ReplyKeyboardMarkup | None = None) -> Message:
        """Write to this chat."""
        return await self.means.bot.send_message(self.chat, html, reply_markup=keyboard or markup(rows))

    async def say_briefly(self, html: str, lives: timedelta) -> None:
        """Write what vanishes that soon, wherever the reader lives."""
        means, person = self.means, self.known()
        key = await traces.begin(means.store, means.clock, person.id, lives=lives)
        sent = await self.say(html)
        if not await traces.arrived(means.store, key, sent.message_id):
            await means.bot.delete_messages(self.chat, [sent.message_id])

    async def show(self, html: str, rows: Rows = ()) -> None:
        """Put this in place of the message whose button was pressed; where there is none, write it."""
        query = self.update.callback_query
        if query is None or query.message is None:
            await self.say(html, rows)
            return
        try:
            await self.means.bot.edit_message_text(
                html, self.chat, query.message.message_id, reply_markup=markup(rows)
            )
        except BadRequest as error:
            if UNCHANGED not in error.message.lower():
                await self.say(html, rows)

    async def show_picture(self, png: bytes) -> None:
        """Send a picture to this chat."""
        await self.means.bot.send_photo(self.chat, png)

    async def toast(self, text: str = "") -> None:
        """Answer the press of a button, which until then shows that it waits."""
        query = self.update.callback_query
        if query is None:
            return
        try:
            await self.means.bot.answer_callback_query(query.id, text[:MOST_TOAST] or None)
        except TelegramError:
            # It is too old to be answered, or Telegram is away; what it asked for was done all the same.
            return

    async def vanish(self, *messages: int) -> None:
        """Let messages of this private chat vanish within a day, where the city is guarded.

        Whatever the bot writes does so by itself (``bot.telegram.vanishing``).
        """
        if self.person is not None and self.is_private and await self.is_guarded():
            await traces.leave(self.means.store, self.means.clock, self.person.id, *messages)

    async def expect(self, what: str) -> None:
        """Take the next message of this person for ``what``."""
        await expecting.expect(self.means.store, self.means.clock, self.known().id, what)
