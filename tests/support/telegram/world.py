"""Everything that exists: accounts, chats, files, updates, and what a test may order."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

from tests.support.telegram.accounts import BotAccount
from tests.support.telegram.chats import Chat
from tests.support.telegram.clock import WorldClock
from tests.support.telegram.errors import Rejected
from tests.support.telegram.faults import Fault, Faults
from tests.support.telegram.files import Files
from tests.support.telegram.journal import Journal, Request
from tests.support.telegram.members import Member
from tests.support.telegram.messages import Message
from tests.support.telegram.parameters import ChatId, Json
from tests.support.telegram.people import Person
from tests.support.telegram.presses import Press
from tests.support.telegram.profile import Profile
from tests.support.telegram.rates import Rates
from tests.support.telegram.updates import Updates

TOKEN: Final = "4200000001:fake-token-of-a-fake-bot"


class World:
    """One Telegram with one bot in it. Everything that people do takes effect at once; no call here waits."""

    def __init__(
        self, token: str = TOKEN, *, log: Path | None = None, reads_everything: bool = False
    ) -> None:
        self.token = token
        self.clock = WorldClock()
        self.bot = BotAccount(4_200_000_001, "Balloons", "balloon_bot", reads_everything)
        self.users: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self.files = Files()
        self.profile = Profile()
        self.updates = Updates(self.clock)
        self.faults = Faults()
        self.rates: Rates | None = None
        self.violations: list[Request] = []
        self.journal = Journal(log)
        self.defects: list[Exception] = []
        self.query_lifetime = timedelta(seconds=15)
        self.message_ids = count(1)
        self._user_ids = count(6_900_000_001)
        self._group_ids = count(-4_000_000_001, -1)
        self._large_ids = count(-1_002_000_000_001, -1)
        self._query_ids = count(4_611_686_018_427_000_001)

    def add_user(
        self, first_name: str = "Ada", *, language_code: str | None = "en", username: str | None = None
    ) -> Person:
        """Somebody who has not met the bot yet."""
        person = Person(self, next(self._user_ids), first_name, language_code, username)
        self.users[person.id] = person
        chat = self.chats[person.id] = Chat(self, person.id, "private", first_name, username)
        chat.members[self.bot.id] = Member(self.bot, "member")
        return person

    def add_group(self, title: str = "Group", *, owner: Person) -> Chat:
        """A basic group."""
        return self.new_chat("group", title, _owned_by(owner))

    def add_supergroup(
        self, title: str = "Supergroup", *, owner: Person, forum: bool = False, username: str | None = None
    ) -> Chat:
        """A supergroup, with topics if it is a forum."""
        return self.new_chat("supergroup", title, _owned_by(owner), is_forum=forum, username=username)

    def add_channel(self, title: str = "Channel", *, owner: Person, username: str | None = None) -> Chat:
        """A channel."""
        return self.new_chat("channel", title, _owned_by(owner), username=username)

    def new_chat(self, kind: str, title: str, members: dict[int, Member], **options: Any) -> Chat:
        """A chat of a kind with these members."""
        ids = self._group_ids if kind == "group" else self._large_ids
        chat = Chat(self, next(ids), kind, title, members=members, **options)
        self.chats[chat.id] = chat
        return chat

    def find_chat(self, chat_id: ChatId) -> Chat | None:
        """The chat with this number or @name; private chats have no @name for bots."""
        if isinstance(chat_id, int):
            return self.chats.get(chat_id)
        named = (chat for chat in self.chats.values() if not chat.is_private and chat.username)
        return next((chat for chat in named if f"@{chat.username}".lower() == chat_id.lower()), None)

    def tell(self, kind: str, body: Json) -> None:
        """Queue an update for the bot."""
        self.updates.add(kind, body)

    def bot_reads(self, message: Message) -> bool:
        """Whether the bot gets to see this message of a person, by its membership and privacy mode."""
        chat = message.chat
        if chat.is_private:
            return True
        if not chat.bot.present:
            return False
        if chat.type == "channel" or chat.bot.manages or self.bot.reads_everything:
            return True
        answers = message.reply_to is not None and message.reply_to.sender is self.bot
        return answers or self._is_command_for_bot(message.text)

    def next_query_id(self) -> str:
        return str(next(self._query_ids))

    def fail(self, method: str, kind: str, **details: Any) -> Fault:
        """Order a fault; see ``Fault`` for the kinds and details."""
        return self.faults.order(method, kind, **details)

    def limit_rates(self, **limits: int) -> None:
        """Hold the bot to Telegram's rates from now on; see ``Rates`` for other numbers than the usual ones."""
        self.rates = Rates(**limits)

    def refuse_haste(self, request: Request, chat: Chat, messages: int) -> Rejected | None:
        """The answer to a send that is beyond the rates, counted as a violation."""
        refusal = self.rates.take(chat, self.clock.ticks(), messages) if self.rates else None
        if refusal is not None:
            self.violations.append(request)
        return refusal

    async def until(self, condition: Callable[[], object], *, seconds: float = 60) -> None:
        """Wait for the bot to have done something.

        Raises:
            TimeoutError: It has not, within this many seconds.
        """
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.002)

    def _is_command_for_bot(self, text: str) -> bool:
        word = text.split(maxsplit=1)[0] if text.strip() else ""
        _, _, addressee = word.partition("@")
        return word.startswith("/") and addressee.lower() in {"", self.bot.username.lower()}


def _owned_by(owner: Person) -> dict[int, Member]:
    return {owner.id: Member(owner, "creator")}
