"""A stand-in for Telegram where the bot itself speaks: it keeps the private chats of those in charge, and writes down what they get."""

import html
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final

from telegram.request import BaseRequest, RequestData

from channels.rehearsal.journal import Journal
from schedules.clock import Clock

ME: Final = {"id": 1, "is_bot": True, "first_name": "Munasara", "username": "rehearsal_bot"}
TOKEN: Final = "1:rehearsal"  # noqa: S105 - opens nothing
OK: Final = 200
REFUSED: Final = 400
UNCHANGED: Final = "Bad Request: message is not modified"
GONE: Final = "Bad Request: message to edit not found"
_NUMBERS: Final = count(1)
"""No number comes twice in one process, as the bot remembers messages by it from one rehearsal to the next."""
_TAG: Final = re.compile(r"<[^>]*>")

Keys = tuple[tuple[tuple[str, str], ...], ...]
"""The keys of a message, row by row: what each says, and its data."""


@dataclass(slots=True)
class Bubble:
    """One message as it stands in a chat.

    Attributes:
        sent_at: When it came, in UTC.
        keys: What can be pressed on it.
    """

    number: int
    chat: int = field(repr=False)
    sent_at: datetime
    html: str
    keys: Keys
    pinned: bool = False

    @property
    def text(self) -> str:
        """What stands there, without its looks."""
        return plain(self.html)


class Telegraph(BaseRequest):
    """Answers the bot's requests from memory.

    Attributes:
        bubbles: Every message that was sent and not deleted, the oldest first.
    """

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal, self._clock = journal, clock
        self.bubbles: dict[int, Bubble] = {}

    @property
    def read_timeout(self) -> float | None:
        """It never lets anybody wait."""
        return None

    async def initialize(self) -> None:
        """There is nothing to connect to."""

    async def shutdown(self) -> None:
        """There is nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        """Answer one request, as ``telegram.request.BaseRequest`` says."""
        del method, timeouts, more
        asked = url.rpartition("/")[2]
        status, answer = self._answer(asked, dict(request_data.parameters) if request_data else {})
        return status, json.dumps(answer).encode()

    def in_chat(self, chat: int) -> list[Bubble]:
        """What stands in one chat, the oldest first."""
        return [bubble for bubble in self.bubbles.values() if bubble.chat == chat]

    def _answer(self, asked: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        match asked:
            case "getMe":
                return OK, {"ok": True, "result": ME}
            case "sendMessage":
                return OK, {"ok": True, "result": self._send(given)}
            case "editMessageText":
                return self._edit(given)
            case "deleteMessages":
                for number in given["message_ids"]:
                    self.bubbles.pop(number, None)
            case "pinChatMessage" | "unpinChatMessage":
                self._pin(given.get("message_id"), pinned=asked.startswith("pin"))
        return OK, {"ok": True, "result": True}

    def _send(self, given: dict[str, Any]) -> dict[str, Any]:
        bubble = Bubble(
            next(_NUMBERS), int(given["chat_id"]), self._clock.now(), given["text"], _keys(given)
        )
        self.bubbles[bubble.number] = bubble
        self._write("told", bubble)
        return as_message(bubble)

    def _edit(self, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        bubble = self.bubbles.get(given["message_id"])
        if bubble is None:
            return REFUSED, {"ok": False, "error_code": REFUSED, "description": GONE}
        keys = _keys(given)
        if (bubble.html, _labels(bubble.keys)) == (given["text"], _labels(keys)):
            return REFUSED, {"ok": False, "error_code": REFUSED, "description": UNCHANGED}
        bubble.html, bubble.keys = given["text"], keys
        self._write("changed", bubble)
        return OK, {"ok": True, "result": as_message(bubble)}

    def _pin(self, number: int | None, *, pinned: bool) -> None:
        if number in self.bubbles:
            self.bubbles[number].pinned = pinned

    def _write(self, event: str, bubble: Bubble) -> None:
        labels = [[label for label, _ in row] for row in bubble.keys]
        self._journal.write(event, chat=bubble.chat, id=bubble.number, text=bubble.text, keys=labels)


def as_message(bubble: Bubble) -> dict[str, Any]:
    """A message as Telegram describes it."""
    return {
        "message_id": bubble.number,
        "date": int(bubble.sent_at.timestamp()),
        "chat": {"id": bubble.chat, "type": "private"},
        "text": bubble.text,
    }


def plain(text: str) -> str:
    """Telegram's HTML without its looks."""
    return html.unescape(_TAG.sub("", text))


def _keys(given: dict[str, Any]) -> Keys:
    rows = (given.get("reply_markup") or {}).get("inline_keyboard", ())
    return tuple(tuple((key["text"], key.get("callback_data", "")) for key in row) for row in rows)


def _labels(keys: Keys) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(label for label, _ in row) for row in keys)
