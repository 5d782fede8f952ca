"""The Telegram adapter: posts to one channel or group as a bot.

Telegram has no idempotency key and a bot cannot read what it posted, so a post without an answer is for
a person to judge (core.telegram.org/bots/api).
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Any, Final

from telegram import (
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberRestricted,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    MessageEntity,
)
from telegram.error import BadRequest, ChatMigrated, TelegramError

from channels.base import (
    WEB_ADDRESS,
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
    Rows,
    Setting,
)
from channels.demands import require_features, require_fit, visible_post
from channels.errors import NotAuthorised, Refused
from channels.telegram.bot import DEFAULT_BASE_URL, SECRET_HELP, SECRET_SHAPE, TelegramBot
from channels.telegram.entities import serialise
from channels.telegram.keyboards import markup
from channels.telegram.place import CHAT_SHAPE, Place
from content.limits import LIMITS

ALREADY_GONE: Final = "not found"
ALREADY_PINNED: Final = "not_modified"


class TelegramChannel(Channel):
    """Posts to one chat."""

    name = "telegram"
    limits = LIMITS["telegram"]
    features = frozenset(
        {Feature.RETRACT, Feature.MEDIA, Feature.VIDEO, Feature.PIN, Feature.SILENT, Feature.TOPICS}
    )
    settings = (
        Setting(
            "chat_id",
            "The chat: @name of a public one, or its number (-100...).",
            required=True,
            shape=CHAT_SHAPE,
        ),
        Setting(
            "topic", "The topic's number (message_thread_id) in a group with topics; empty for General."
        ),
        Setting(
            "prompt_hour",
            "The wall hour, in the account's city, at which the prompt of the day is posted and pinned; none without it.",
        ),
        Setting("link_preview", "Whether Telegram shows a preview of the first link: yes (default) or no."),
        Setting(
            "base_url", f"Address of the Bot API server; {DEFAULT_BASE_URL} by default.", shape=WEB_ADDRESS
        ),
    )
    secret_help = SECRET_HELP
    secret_shape = SECRET_SHAPE

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._bot = TelegramBot(self.name, connection)
        self._place = Place(connection, self._bot.errors, self._bot.api)

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Send a text, a picture or a video with a caption, or an album with a caption on its first picture."""
        del prepared
        require_features(self, post)
        require_fit(self, post)
        text, entities = serialise(visible_post(post, self.limits))
        async with self._bot.calling(publishing=True):
            return self._receipt(await self._send_after_mending(post, text, entities))

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Telegram shows a bot nothing of what it posted."""
        del post, prepared
        return CannotTell("a Telegram bot cannot look at a chat's messages; open the chat and see")

    async def pin(self, receipt: Receipt) -> None:
        """Pin the post without a notification. Needs the right to pin, in a channel the right to edit."""
        async with self._reaching(receipt):
            try:
                await self._bot.api.pin_chat_message(
                    self._place.chat, _ids(receipt)[0], disable_notification=True
                )
            except TelegramError as error:
                if ALREADY_PINNED not in error.message.lower():
                    raise

    async def retract(self, receipt: Receipt) -> None:
        """Delete every message of the post. Telegram may refuse after 48 hours."""
        for message_id in _ids(receipt):
            async with self._reaching(receipt):
                await self._delete(message_id)

    async def verify(self) -> AccountCheck:
        """Ask who the bot is, which chat this is, and what the bot may do there."""
        try:
            async with self._bot.calling():
                me = await self._bot.api.get_me()
                chat = await self._bot.api.get_chat(self._place.chat)
                member = await self._bot.api.get_chat_member(chat.id, me.id)
        except (NotAuthorised, Refused) as error:
            return AccountCheck.failed(error)
        identity = f"@{chat.username}" if chat.username else chat.title or ""
        missing = _missing_right(member, is_channel=chat.type == chat.CHANNEL)
        return AccountCheck(ready=not missing, identity=identity, detail=missing or _abilities(member))

    async def aclose(self) -> None:
        """Close the connections to Telegram."""
        await self._bot.aclose()

    async def _send_after_mending(
        self, post: OutgoingPost, text: str, entities: Sequence[MessageEntity]
    ) -> Sequence[Message]:
        """Once more where a group moved or a topic is closed or gone, as far as that can be mended: nothing was sent."""
        try:
            return await self._send(post, text, entities)
        except (BadRequest, ChatMigrated) as error:
            if not await self._place.mended(post, error):
                raise
        return await self._send(post, text, entities)

    async def _send(
        self, post: OutgoingPost, text: str, entities: Sequence[MessageEntity]
    ) -> Sequence[Message]:
        where = self._where(post)
        caption = {"caption": text or None, "caption_entities": entities, **where}
        match post.media:
            case ():
                return [await self._send_text(text, entities, where, await self._rows(post))]
            case (only,) if only.is_video:
                return [await self._bot.api.send_video(**caption, **_video(only))]
            case (only,):
                return [await self._bot.api.send_photo(**caption, **_photo(only))]
            case several:
                album = [InputMediaPhoto(**_album_photo(each)) for each in several]
                return await self._bot.api.send_media_group(media=album, **caption)

    async def _send_text(
        self, text: str, entities: Sequence[MessageEntity], where: dict[str, Any], rows: Rows
    ) -> Message:
        hidden = self.connection.settings.get("link_preview") == "no"
        preview = LinkPreviewOptions(is_disabled=True) if hidden else None
        return await self._bot.api.send_message(
            text=text,
            entities=entities,
            link_preview_options=preview,
            reply_markup=markup(rows),
            **where,
        )

    async def _rows(self, post: OutgoingPost) -> Rows:
        groups = self.connection.ports.groups
        return () if groups is None else await groups.rows(self.connection.account, post)

    def _receipt(self, messages: Sequence[Message]) -> Receipt:
        """The link to a message in a private group holds the group's id (core.telegram.org/api/links#message-links)."""
        first = messages[0]
        remote_id = ",".join(str(message.message_id) for message in messages)
        url = None if self._place.is_bound and not first.chat.username else first.link
        return Receipt(remote_id, url, first.date.astimezone(UTC))

    async def _delete(self, message_id: int) -> None:
        try:
            await self._bot.api.delete_message(self._place.chat, message_id)
        except TelegramError as error:
            if ALREADY_GONE not in error.message.lower() or "chat" in error.message.lower():
                raise

    @asynccontextmanager
    async def _reaching(self, receipt: Receipt) -> AsyncIterator[None]:
        """A call about an earlier post: in a group that moved since, its number is another message's."""
        moved = self._bot.errors.refused("the group has moved since, and its messages have other numbers")
        if not self._place.holds(receipt):
            raise moved
        async with self._bot.calling():
            try:
                yield
            except ChatMigrated as error:
                if await self._place.followed(error.new_chat_id):
                    raise moved from None
                raise

    def _where(self, post: OutgoingPost) -> dict[str, Any]:
        quiet = {"disable_notification": True if post.options.get("silent") else None}
        return self._place.where(post) | quiet


def _photo(media: OutgoingMedia) -> dict[str, Any]:
    return {
        "photo": media.data,
        "filename": media.file_name,
        "has_spoiler": True if media.sensitive else None,
    }


def _video(media: OutgoingMedia) -> dict[str, Any]:
    return {
        "video": media.data,
        "filename": media.file_name,
        "width": media.width or None,
        "height": media.height or None,
        "duration": round(media.seconds) or None,
        "supports_streaming": True,
        "has_spoiler": True if media.sensitive else None,
    }


def _album_photo(media: OutgoingMedia) -> dict[str, Any]:
    return {
        "media": media.data,
        "filename": media.file_name,
        "has_spoiler": True if media.sensitive else None,
    }


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
