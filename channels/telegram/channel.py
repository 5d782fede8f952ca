"""The Telegram adapter: posts to one channel or group as a bot.

Telegram has no idempotency key and a bot cannot read what it posted, so a post without an answer is for
a person to judge (core.telegram.org/bots/api).
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Any, Final

from telegram import (
    Bot,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberRestricted,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    MessageEntity,
)
from telegram.error import TelegramError

from channels.base import (
    AccountCheck,
    CannotTell,
    Channel,
    Connection,
    Feature,
    Finding,
    OutgoingMedia,
    OutgoingPost,
    Prepared,
    Receipt,
    Setting,
)
from channels.demands import require_features, require_fit, visible_post
from channels.errors import NotAuthorised, Refused
from channels.httpclient import quiet_libraries
from channels.telegram.client import BotRequest, TelegramTranslator
from channels.telegram.entities import serialise
from content.limits import LIMITS

DEFAULT_BASE_URL: Final = "https://api.telegram.org"
GENERAL_TOPICS: Final = frozenset({"", "1", "general"})
"""The General topic is addressed by naming no topic; naming 1 is an error."""
ALREADY_GONE: Final = "not found"
ALREADY_PINNED: Final = "not_modified"
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What the library raises where an answer is JSON but not Telegram's."""


class TelegramChannel(Channel):
    """Posts to one chat."""

    name = "telegram"
    limits = LIMITS["telegram"]
    features = frozenset({Feature.RETRACT, Feature.MEDIA, Feature.PIN, Feature.SILENT, Feature.TOPICS})
    settings = (
        Setting("chat_id", "The chat: @name of a public one, or its number (-100...).", required=True),
        Setting(
            "topic", "The topic's number (message_thread_id) in a group with topics; empty for General."
        ),
        Setting("link_preview", "Whether Telegram shows a preview of the first link: yes (default) or no."),
        Setting("base_url", f"Address of the Bot API server; {DEFAULT_BASE_URL} by default."),
    )
    secret_help = "Talk to @BotFather on Telegram, send /newbot, and copy the token that it gives you."  # noqa: S105

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        quiet_libraries()
        self._errors = TelegramTranslator(self.name, connection.account)
        self._chat = self._chat_id()
        self._request = BotRequest()
        base_url = connection.settings.get("base_url") or DEFAULT_BASE_URL
        self._bot = Bot(
            self._token(),
            base_url=f"{base_url.rstrip('/')}/bot",
            request=self._request,
            get_updates_request=self._request,
        )

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Send a text, a picture with a caption, or an album with a caption on its first picture."""
        del prepared
        require_features(self, post)
        require_fit(self, post)
        text, entities = serialise(visible_post(post, self.limits))
        async with self._calling(publishing=True):
            return _receipt(await self._send(post, text, entities))

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Telegram shows a bot nothing of what it posted."""
        del post, prepared
        return CannotTell("a Telegram bot cannot look at a chat's messages; open the chat and see")

    async def pin(self, receipt: Receipt) -> None:
        """Pin the post without a notification. Needs the right to pin, in a channel the right to edit."""
        async with self._calling():
            try:
                await self._bot.pin_chat_message(self._chat, _ids(receipt)[0], disable_notification=True)
            except TelegramError as error:
                if ALREADY_PINNED not in error.message.lower():
                    raise

    async def retract(self, receipt: Receipt) -> None:
        """Delete every message of the post. Telegram may refuse after 48 hours."""
        for message_id in _ids(receipt):
            async with self._calling():
                await self._delete(message_id)

    async def verify(self) -> AccountCheck:
        """Ask who the bot is, which chat this is, and what the bot may do there."""
        try:
            async with self._calling():
                me = await self._bot.get_me()
                chat = await self._bot.get_chat(self._chat)
                member = await self._bot.get_chat_member(chat.id, me.id)
        except (NotAuthorised, Refused) as error:
            return AccountCheck(ready=False, identity="", detail=f"{error.detail}. {error.remedy}")
        identity = f"@{chat.username}" if chat.username else chat.title or ""
        missing = _missing_right(member, is_channel=chat.type == chat.CHANNEL)
        return AccountCheck(ready=not missing, identity=identity, detail=missing or _abilities(member))

    async def aclose(self) -> None:
        """Close the connections to Telegram."""
        await self._request.shutdown()

    async def _send(
        self, post: OutgoingPost, text: str, entities: Sequence[MessageEntity]
    ) -> Sequence[Message]:
        where = self._where(post)
        caption = {"caption": text or None, "caption_entities": entities, **where}
        match post.media:
            case ():
                return [await self._send_text(text, entities, where)]
            case (only,):
                return [await self._bot.send_photo(**caption, **_photo(only))]
            case several:
                album = [InputMediaPhoto(**_album_photo(each)) for each in several]
                return await self._bot.send_media_group(media=album, **caption)

    async def _send_text(
        self, text: str, entities: Sequence[MessageEntity], where: dict[str, Any]
    ) -> Message:
        hidden = self.connection.settings.get("link_preview") == "no"
        preview = LinkPreviewOptions(is_disabled=True) if hidden else None
        return await self._bot.send_message(
            text=text, entities=entities, link_preview_options=preview, **where
        )

    async def _delete(self, message_id: int) -> None:
        try:
            await self._bot.delete_message(self._chat, message_id)
        except TelegramError as error:
            if ALREADY_GONE not in error.message.lower() or "chat" in error.message.lower():
                raise

    @asynccontextmanager
    async def _calling(self, *, publishing: bool = False) -> AsyncIterator[None]:
        try:
            yield
        except TelegramError as error:
            raise self._errors.telegram(
                error, publishing=publishing, secret=self.connection.secret.reveal()
            ) from None
        except UNREADABLE:
            raise self._errors.unclear(
                "Telegram's answer could not be read", publishing=publishing
            ) from None

    def _where(self, post: OutgoingPost) -> dict[str, Any]:
        topic = self._topic(post)
        return {
            "chat_id": self._chat,
            "message_thread_id": int(topic) if topic else None,
            "disable_notification": True if post.options.get("silent") else None,
        }

    def _topic(self, post: OutgoingPost) -> str:
        topic = str(post.options.get("topic") or self.connection.settings.get("topic", "")).strip().lower()
        if topic in GENERAL_TOPICS:
            return ""
        if not topic.isdecimal():
            raise self._errors.not_authorised(
                "the topic is not a number",
                "Write the topic's number (message_thread_id), or leave it empty.",
            )
        return topic

    def _chat_id(self) -> int | str:
        chat_id = self.connection.settings.get("chat_id", "").strip()
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

    def _token(self) -> str:
        token = self.connection.secret.reveal()
        if not token:
            raise self._errors.not_authorised("the token is missing", self.secret_help or "")
        return token


def _photo(media: OutgoingMedia) -> dict[str, Any]:
    return {
        "photo": media.data,
        "filename": media.file_name,
        "has_spoiler": True if media.sensitive else None,
    }


def _album_photo(media: OutgoingMedia) -> dict[str, Any]:
    return {
        "media": media.data,
        "filename": media.file_name,
        "has_spoiler": True if media.sensitive else None,
    }


def _receipt(messages: Sequence[Message]) -> Receipt:
    first = messages[0]
    remote_id = ",".join(str(message.message_id) for message in messages)
    return Receipt(remote_id, first.link, first.date.astimezone(UTC))


def _ids(receipt: Receipt) -> list[int]:
    return [int(number) for number in receipt.remote_id.split(",")]


def _missing_right(member: ChatMember, *, is_channel: bool) -> str:
    if member.status in {ChatMember.LEFT, ChatMember.BANNED}:
        return "The bot is not in this chat. Add it as an administrator."
    if isinstance(member, ChatMemberRestricted) and not member.can_send_messages:
        return "The bot may not write in this group. Lift its restriction."
    if is_channel and not _may(member, "can_post_messages"):
        return "The bot may not post in this channel. Give it the right to post messages."
    return ""


def _abilities(member: ChatMember) -> str:
    may_pin = _may(member, "can_pin_messages") or _may(member, "can_edit_messages")
    return "The bot may post and pin." if may_pin else "The bot may post, but not pin."


def _may(member: ChatMember, right: str) -> bool:
    return isinstance(member, ChatMemberAdministrator) and bool(getattr(member, right))
