"""A message, as the chat keeps it and as Telegram tells it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.support.telegram.accounts import Account
from tests.support.telegram.markup import Entity
from tests.support.telegram.parameters import Json

if TYPE_CHECKING:
    from tests.support.telegram.chats import Chat

CONTENT = ("text", "photo", "video", "document")


@dataclass(slots=True, eq=False, repr=False)
class Message:
    """One message.

    ``content`` holds what only this kind of message has: text and entities, a photo and its caption, or what a
    service message reports. ``deleted`` stays readable for the test although no chat shows it any more.
    """

    id: int
    chat: "Chat"
    sender: Account
    sent_at: datetime
    content: Json
    thread: int | None = None
    markup: Json | None = None
    reply_to: "Message | None" = None
    protected: bool = False
    silent: bool = False
    extra: Json = field(default_factory=dict)
    edited_at: datetime | None = None
    deleted: bool = False
    pinned: bool = False
    reactions: dict[int, list[Json]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What can be read: the text, or the caption of a picture."""
        return str(self.content.get("text", self.content.get("caption", "")))

    @property
    def entities(self) -> list[Entity]:
        return list(self.content.get("entities") or self.content.get("caption_entities") or [])

    @property
    def notification(self) -> str:
        """What stands on a locked phone: spoilers are covered (telegram.org/blog/reactions-spoilers-translations)."""
        units = bytearray(self.text.encode("utf-16-le"))
        for entity in self.entities:
            if entity["type"] == "spoiler":
                start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
                units[start:end] = "░".encode("utf-16-le") * entity["length"]
        return units.decode("utf-16-le")

    @property
    def buttons(self) -> list[list[str]]:
        """The labels of the buttons below it, row by row."""
        return [[button["text"] for button in row] for row in self._rows()]

    @property
    def is_post(self) -> bool:
        """Whether a channel says it, and nobody learns who wrote it."""
        return self.chat.type == "channel"

    @property
    def is_service(self) -> bool:
        return not any(kind in self.content for kind in CONTENT)

    def button(self, wanted: str) -> Json:
        """A button below it, by its label or callback data.

        Raises:
            LookupError: There is no such button now.
        """
        for button in (button for row in self._rows() for button in row):
            if wanted in {button["text"], button.get("callback_data")}:
                return dict(button)
        raise LookupError(f"no such button; there are {self.buttons}")

    def wire(self, *, with_reply: bool = True) -> Json:
        answered = with_reply and self.reply_to is not None and not self.reply_to.deleted
        optional = {
            "message_thread_id": self.thread,
            "is_topic_message": self.thread is not None or None,
            "from": None if self.is_post else self.sender.wire(),
            "sender_chat": self.chat.wire() if self.is_post else None,
            "reply_markup": self.markup if self.markup and "inline_keyboard" in self.markup else None,
            "reply_to_message": self.reply_to.wire(with_reply=False)
            if answered and self.reply_to
            else None,
            "has_protected_content": self.protected or None,
            "edit_date": None if self.edited_at is None else seconds(self.edited_at),
        }
        known = {name: value for name, value in optional.items() if value is not None}
        start = {"message_id": self.id, "date": seconds(self.sent_at), "chat": self.chat.wire()}
        return {**start, **known, **self.content, **self.extra}

    def inaccessible(self) -> Json:
        """How it is told when it can no longer be read."""
        return {"message_id": self.id, "date": 0, "chat": self.chat.wire()}

    def shown(self) -> str:
        """What a person sees, as text; buttons in brackets."""
        who = self.chat.title if self.is_post else self.sender.name
        shown = self.content.keys() - {"entities", "caption", "caption_entities", "text"}
        marks = [mark for mark, on in (("pinned", self.pinned), ("edited", self.edited_at)) if on]
        about = f" ({', '.join(marks)})" if marks else ""
        what = f"<{', '.join(sorted(shown))}> " if shown else ""
        head = f"{who}{about}: {what}{self.text}"
        rows = ["  " + " ".join(f"[{label}]" for label in row) for row in self.buttons]
        return "\n".join([head.rstrip(), *rows])

    def _rows(self) -> list[list[Json]]:
        rows = (self.markup or {}).get("inline_keyboard") or (self.markup or {}).get("keyboard") or []
        return [[{"text": button} if isinstance(button, str) else button for button in row] for row in rows]


def seconds(instant: datetime) -> int:
    return int(instant.timestamp())
