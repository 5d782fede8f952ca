"""People with a phone in their hands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.support.telegram.chats import Chat
from tests.support.telegram.files import media_content
from tests.support.telegram.formatting import typed_text
from tests.support.telegram.keyboards import MAX_DATA_BYTES
from tests.support.telegram.messages import Message, seconds
from tests.support.telegram.parameters import Json
from tests.support.telegram.presses import Press

if TYPE_CHECKING:
    from tests.support.telegram.world import World


class Impossible(Exception):
    """Telegram's own programs would not let a person do this."""


@dataclass(eq=False, repr=False)
class Person:
    """Somebody who uses Telegram. Her private chat with the bot has her own id."""

    world: "World"
    id: int
    first_name: str
    language_code: str | None = "en"
    username: str | None = None
    started: bool = False
    blocks_bot: bool = False
    deactivated: bool = False
    presses: list[Press] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.first_name

    @property
    def chat(self) -> Chat:
        """Her private chat with the bot."""
        return self.world.chats[self.id]

    @property
    def phone(self) -> str:
        """Her private chat with the bot as she sees it now, as text."""
        return self.chat.text

    @property
    def last(self) -> Message:
        """The newest message of her private chat."""
        return self.chat.last

    @property
    def menu(self) -> list[Json]:
        """The commands that her phone offers in the private chat."""
        return self.world.profile.menu(self.id, self.language_code)

    def wire(self) -> Json:
        optional = {"username": self.username, "language_code": self.language_code}
        start = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        return {**start, **{name: value for name, value in optional.items() if value is not None}}

    def send(
        self,
        text: str,
        *,
        to: Chat | None = None,
        topic: int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """Write a text or command to the bot, or into ``to``."""
        content: Json = {"text": text}
        _, entities = typed_text(text)
        if entities:
            content["entities"] = entities
        return self._put(content, to, "messages", topic=topic, reply_to=reply_to)

    def open_link(self, url: str) -> Message:
        """Follow a deep link ``https://t.me/<bot>?start=<payload>``."""
        address, _, payload = url.partition("?start=")
        if address != f"https://t.me/{self.world.bot.username}" or len(payload) > 64:
            raise Impossible("this link does not lead to the bot")
        return self.send(f"/start {payload}".rstrip())

    def send_photo(
        self,
        content: bytes,
        caption: str = "",
        *,
        to: Chat | None = None,
        topic: int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """Send a picture."""
        stored = self.world.files.add("photo", "photo.jpg", content)
        return self._media("photo", stored, caption, to, topic=topic, reply_to=reply_to)

    def send_video(self, content: bytes, caption: str = "", *, to: Chat | None = None) -> Message:
        """Send a video."""
        return self._media("video", self.world.files.add("video", "video.mp4", content), caption, to)

    def send_album(self, contents: Sequence[bytes], caption: str = "") -> list[Message]:
        """Send several pictures to the bot as one album; its caption stands under the first."""
        group = str(self.world.next_query_id())
        sent = []
        for number, content in enumerate(contents):
            stored = self.world.files.add("photo", "photo.jpg", content)
            text, entities = typed_text("" if number else caption)
            words = {"caption": text, "caption_entities": entities} if text else {}
            album = {**media_content("photo", stored), **words, "media_group_id": group}
            sent.append(self._put(album, None, "photos"))
        return sent

    def send_document(
        self, content: bytes, name: str, caption: str = "", *, to: Chat | None = None
    ) -> Message:
        """Send a file."""
        return self._media("document", self.world.files.add("document", name, content), caption, to)

    def forward(self, message: Message, *, to: Chat | None = None) -> Message:
        """Forward a message, to the bot unless told otherwise."""
        if message.protected:
            raise Impossible("protected content cannot be forwarded")
        content = {**message.content, "forward_origin": origin(message)}
        return self._put(content, to, "messages")

    def edit(self, message: Message, text: str) -> None:
        """Change a text of her own."""
        if message.sender is not self:
            raise Impossible("only the author edits a message")
        _, entities = typed_text(text)
        message.content = {"text": text, **({"entities": entities} if entities else {})}
        message.edited_at = self.world.clock.now()
        if self.world.bot_reads(message):
            self.world.tell("edited_message", message.wire())

    def press(self, message: Message, button: str) -> Press:
        """Press a button below a message, named by its label or callback data."""
        if message.deleted:
            raise Impossible("the message is gone")
        found = message.button(button)
        if "callback_data" not in found:
            raise Impossible("this button does not report to the bot; look at it with message.button(...)")
        return self._press(message, found["callback_data"])

    def tap(self, message: Message, label: str) -> Message:
        """Use a button of a reply keyboard, which sends its label."""
        return self.send(message.button(label)["text"], to=message.chat)

    def type_forged_callback(self, data: str, message: Message | None = None) -> Press:
        """Send callback data that no button contained, as a changed client can."""
        if not 1 <= len(data.encode()) <= MAX_DATA_BYTES:
            raise Impossible("callback data have 1 to 64 bytes")
        return self._press(message or self.last, data)

    def react(self, message: Message, *emoji: str) -> None:
        """Leave these reactions on a message, instead of those before."""
        old = message.reactions.get(self.id, [])
        message.reactions[self.id] = [{"type": "emoji", "emoji": each} for each in emoji]
        if message.chat.is_private or message.chat.bot.manages:
            where = {"chat": message.chat.wire(), "message_id": message.id, "user": self.wire()}
            change = {"date": self._now(), "old_reaction": old, "new_reaction": message.reactions[self.id]}
            self.world.tell("message_reaction", {**where, **change})

    def block_bot(self) -> None:
        """Block the bot."""
        self._standing(blocked=True)

    def unblock_bot(self) -> None:
        """Let the bot write again."""
        self._standing(blocked=False)

    def deactivate(self) -> None:
        """Delete her account."""
        self.deactivated = True

    def join(self, chat: Chat, link: str | None = None) -> None:
        """Enter a group or channel, by a link or without one."""
        if chat.member(self).status == "kicked":
            raise Impossible("she was banned from this chat")
        if link and self._used_up(chat, link):
            raise Impossible("this link is not valid any more")
        if link and chat.links[link].creates_join_request:
            chat.request_join(self, link)
            return
        if link:
            chat.links[link].used += 1
        chat.set_member(self, "member")
        if chat.type != "channel":
            chat.report(self, {"new_chat_members": [self.wire()]})

    def leave(self, chat: Chat) -> None:
        """Leave a group or channel."""
        chat.set_member(self, "left")
        if chat.type != "channel":
            chat.report(self, {"left_chat_member": self.wire()})

    def _used_up(self, chat: Chat, url: str) -> bool:
        link = chat.links[url]
        expired = link.expires is not None and link.expires <= self._now()
        return link.revoked or expired or (link.member_limit is not None and link.used >= link.member_limit)

    def _standing(self, *, blocked: bool) -> None:
        self.blocks_bot = blocked
        self.chat.set_member(self.world.bot, "kicked" if blocked else "member", by=self)

    def _press(self, message: Message, data: str) -> Press:
        press = Press(self.world.next_query_id(), self, data, message, self.world.clock.now())
        self.presses.append(press)
        self.world.presses[press.id] = press
        shown = message.inaccessible() if message.deleted else message.wire()
        instance = {"chat_instance": str(abs(message.chat.id)), "data": data}
        self.world.tell(
            "callback_query", {"id": press.id, "from": self.wire(), "message": shown, **instance}
        )
        return press

    def _media(self, kind: str, stored: Any, caption: str, to: Chat | None, **where: Any) -> Message:
        text, entities = typed_text(caption)
        content = media_content(kind, stored)
        if text:
            content["caption"] = text
        if entities:
            content["caption_entities"] = entities
        return self._put(content, to, f"{kind}s", **where)

    def _put(
        self,
        content: Json,
        to: Chat | None,
        kind: str,
        *,
        topic: int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        chat = to or self.chat
        self._check_may_write(chat, kind, topic)
        if chat is self.chat:
            self.started = True
        message = chat.keep(self, content, thread=topic, reply_to=reply_to, protected=chat.protects_content)
        if self.world.bot_reads(message):
            self.world.tell("channel_post" if chat.type == "channel" else "message", message.wire())
        return message

    def _check_may_write(self, chat: Chat, kind: str, topic: int | None) -> None:
        if chat.is_private:
            if chat.id != self.id or self.blocks_bot or self.deactivated:
                raise Impossible(
                    "she cannot write to the bot here; she blocks it, or this is another's chat"
                )
            return
        member = chat.member(self)
        allowed = member.may("can_post_messages") if chat.type == "channel" else member.may_write(kind)
        if not member.present or not allowed or chat.migrated_to:
            raise Impossible("she may not write in this chat")
        if topic is not None and (topic not in chat.topics or chat.topics[topic].closed):
            raise Impossible("this topic is closed or gone")

    def _now(self) -> int:
        return seconds(self.world.clock.now())


def origin(message: Message) -> Json:
    """Where a forwarded message came from."""
    start = {"date": seconds(message.sent_at)}
    if message.is_post:
        return {**start, "type": "channel", "chat": message.chat.wire(), "message_id": message.id}
    return {**start, "type": "user", "sender_user": message.sender.wire()}
