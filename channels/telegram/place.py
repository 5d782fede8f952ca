"""Where an account posts: a chat, perhaps a topic in it; followed when it moves, mended when it breaks."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, TelegramError

from channels.base import SINCE, TOPIC, Connection, OutgoingPost, Receipt, Shape, Topic
from channels.telegram.client import TelegramTranslator

GENERAL_TOPICS: Final = frozenset({"", "1", "general"})
"""The General topic is addressed by naming no topic; naming 1 is an error."""
PURPOSES: Final = frozenset(Topic)
CHAT_SHAPE: Final = Shape(
    r"@[A-Za-z0-9_]+|-?[0-9]+",
    "Write @name of a public chat, or the chat's number, such as -1001234567890.",
)
CLOSED: Final = "topic_closed"
LOST: Final = "thread not found"
SAME_MOMENT: Final = timedelta(seconds=30)
"""Telegram tells whole seconds, of its own clock."""


class Place:
    """The chat of one account, and its topics.

    Raises:
        NotAuthorised: The account does not say which chat it is.
    """

    def __init__(self, connection: Connection, errors: TelegramTranslator, bot: Bot) -> None:
        self._connection = connection
        self._errors = errors
        self._bot = bot
        self.chat = self._chat_id()
        self._topics = _topics(connection)
        self._mending = asyncio.Lock()

    def where(self, post: OutgoingPost) -> dict[str, Any]:
        """The arguments of a call that say where a post goes.

        Raises:
            NotAuthorised: Its topic is not a number.
        """
        topic = self._topic(post)
        return {"chat_id": self.chat, "message_thread_id": int(topic) if topic else None}

    @property
    def is_bound(self) -> bool:
        """Whether it is a group of ours, whose id lies sealed and so stands in no receipt either."""
        return SINCE in self._connection.settings

    async def mended(self, post: OutgoingPost, error: TelegramError) -> bool:
        """Follow a group that moved, open a topic that was closed, make one anew that is gone.

        Returns:
            Whether the post, of which nothing was sent, can be sent once more.
        """
        match error:
            case ChatMigrated():
                return await self.followed(error.new_chat_id)
            case BadRequest(message=said) if CLOSED in said.lower() and self._topics:
                return await self._bot.reopen_forum_topic(self.chat, int(self._topic(post)))
            case BadRequest(message=said) if LOST in said.lower():
                return await self._renewed(self._purpose(post), self._topic(post))
        return False

    async def followed(self, chat: int) -> bool:
        """Post to the new id of a group from now on. Whether it is a group of ours."""
        groups = self._connection.ports.groups
        if groups is None or not await groups.moved(self._connection.account, chat):
            return False
        self.chat = chat
        return True

    def holds(self, receipt: Receipt) -> bool:
        """Whether a post has the same number here as when it was sent: the messages of a group that moved have others."""
        since = self._connection.settings.get(SINCE)
        return since is None or receipt.accepted_at + SAME_MOMENT >= datetime.fromisoformat(since)

    async def _renewed(self, purpose: str, old: str) -> bool:
        """Another send may have made the topic anew already, here or in another process."""
        groups, account = self._connection.ports.groups, self._connection.account
        async with self._mending:
            wanted = None if groups is None else await groups.topic(account, purpose)
            if groups is None or wanted is None:
                return False
            number = wanted.number
            if number is None or str(number) == old:
                number = (await self._bot.create_forum_topic(self.chat, wanted.name)).message_thread_id
                await groups.made(account, purpose, number)
            self._topics[purpose] = str(number)
            return True

    def _topic(self, post: OutgoingPost) -> str:
        topic = self._purpose(post)
        topic = self._topics.get(topic, "") if topic in PURPOSES else topic
        if topic in GENERAL_TOPICS:
            return ""
        if not topic.isdecimal():
            raise self._errors.not_authorised(
                "the topic is not a number",
                "Write the topic's number (message_thread_id), or leave it empty.",
            )
        return topic

    def _purpose(self, post: OutgoingPost) -> str:
        """What the topic of a post is for, in a group of ours; elsewhere its number."""
        standard = Topic.ANNOUNCEMENTS if self._topics else ""
        given = post.options.get("topic") or self._connection.settings.get("topic") or standard
        return str(given).strip().lower()

    def _chat_id(self) -> int | str:
        chat_id = self._connection.settings.get("chat_id", "").strip()
        if not chat_id:
            raise self._errors.not_authorised(
                "the setting chat_id is missing", "Add it: @name of the chat, or its number."
            )
        return chat_id if chat_id.startswith("@") else self._number(chat_id)

    def _number(self, chat_id: str) -> int:
        try:
            return int(chat_id)
        except ValueError:
            raise self._errors.not_authorised(
                "the setting chat_id is neither a number nor an @name",
                "Write @name of the chat, or its number.",
            ) from None


def _topics(connection: Connection) -> dict[str, str]:
    """The topics of a group of ours by purpose; none where it has no topics, or where it is another chat."""
    settings = connection.settings
    return {name.removeprefix(TOPIC): settings[name] for name in settings if name.startswith(TOPIC)}
