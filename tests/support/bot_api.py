"""A small Bot API server: enough of Telegram to post, pin and delete in one process."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from content.counting import utf16_units

Message = dict[str, Any]
CHANNEL: dict[str, Any] = {
    "id": -1001234567890,
    "type": "channel",
    "title": "Balloons",
    "username": "balloons",
}
BOT = {"id": 42, "is_bot": True, "first_name": "Bot", "username": "balloon_bot"}
ADMINISTRATOR: dict[str, Any] = {
    "status": "administrator",
    "user": BOT,
    **dict.fromkeys(
        (
            "can_be_edited",
            "is_anonymous",
            "can_manage_chat",
            "can_delete_messages",
            "can_manage_video_chats",
            "can_restrict_members",
            "can_promote_members",
            "can_change_info",
            "can_invite_users",
            "can_post_stories",
            "can_edit_stories",
            "can_delete_stories",
        ),
        False,
    ),
    "can_post_messages": True,
    "can_edit_messages": True,
}


class Rejected(Exception):
    def __init__(self, description: str, status: int = 400, **parameters: Any) -> None:
        self.body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
        if parameters:
            self.body["parameters"] = parameters
        self.status = status


@dataclass
class BotApi:
    token: str
    chat: dict[str, Any] = field(default_factory=lambda: dict(CHANNEL))
    member: dict[str, Any] = field(default_factory=lambda: dict(ADMINISTRATOR))
    topics: frozenset[int] = frozenset({7})
    messages: dict[int, Message] = field(default_factory=dict)
    albums: list[list[int]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    uploads: list[tuple[str, str, int]] = field(default_factory=list)
    rejections: list[Rejected] = field(default_factory=list)
    pinned: set[int] = field(default_factory=set)
    last_id: int = 100

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/bot{token}/{method}", self.call, methods=["POST"])])

    async def call(self, request: Request) -> Response:
        parameters = self._parameters(request.headers.get("content-type", ""), await request.body())
        method = request.path_params["method"]
        self.calls.append((method, parameters))
        try:
            self._authorise(request.path_params["token"])
            return JSONResponse({"ok": True, "result": getattr(self, f"do_{method}")(parameters)})
        except Rejected as rejected:
            return JSONResponse(rejected.body, rejected.status)

    def public(self) -> Iterator[Message]:
        later = {number for album in self.albums for number in album[1:]}
        return (message for number, message in self.messages.items() if number not in later)

    def pictures(self, message: Message) -> list[Message]:
        album = next((album for album in self.albums if album[0] == message["message_id"]), None)
        return [self.messages[number] for number in album] if album else [message]

    def do_getMe(self, parameters: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return BOT

    def do_getChat(self, parameters: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._check_chat(parameters)
        return {**self.chat, "accent_color_id": 0, "max_reaction_count": 0, "accepted_gift_types": GIFTS}

    def do_getChatMember(self, parameters: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self.member

    def do_sendMessage(self, parameters: dict[str, Any]) -> Message:  # noqa: N802
        self._check_length(parameters["text"], 4096, "message is too long")
        return self._store(parameters, text=parameters["text"], entities=parameters.get("entities", []))

    def do_sendPhoto(self, parameters: dict[str, Any]) -> Message:  # noqa: N802
        caption = parameters.get("caption", "")
        self._check_length(caption, 1024, "message caption is too long")
        return self._store(parameters, caption=caption, photo=PHOTO)

    def do_sendVideo(self, parameters: dict[str, Any]) -> Message:  # noqa: N802
        caption = parameters.get("caption", "")
        self._check_length(caption, 1024, "message caption is too long")
        if not self.uploads or self.uploads[-1][0] != "video":
            raise Rejected("Bad Request: there is no video in the request")
        asked = {name: parameters.get(name) for name in VIDEO}
        if not all(isinstance(value, int) for value in asked.values()):
            raise Rejected("Bad Request: wrong type of the video's measures")
        return self._store(parameters, caption=caption, video={**FILE, **asked})

    def do_sendMediaGroup(self, parameters: dict[str, Any]) -> list[Message]:  # noqa: N802
        album = []
        for media in parameters["media"]:
            caption = media.get("caption", "")
            self._check_length(caption, 1024, "message caption is too long")
            album.append(self._store(parameters, caption=caption, photo=PHOTO, media_group_id="1"))
        self.albums.append([message["message_id"] for message in album])
        return album

    def do_deleteMessage(self, parameters: dict[str, Any]) -> bool:  # noqa: N802
        self._check_chat(parameters)
        if self.messages.pop(int(parameters["message_id"]), None) is None:
            raise Rejected("Bad Request: message to delete not found")
        return True

    def do_pinChatMessage(self, parameters: dict[str, Any]) -> bool:  # noqa: N802
        number = int(parameters["message_id"])
        if number in self.pinned:
            raise Rejected("Bad Request: CHAT_NOT_MODIFIED")
        self.pinned.add(number)
        return True

    def _parameters(self, kind: str, body: bytes) -> dict[str, Any]:
        if not kind.startswith("multipart/"):
            return {name: _value(name, value) for name, value in parse_qsl(body.decode())}
        values: dict[str, Any] = {}
        for part in _parts(kind, body):
            name = str(part.get_param("name", header="content-disposition"))
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            if part.get_filename():
                self.uploads.append((name, str(part.get_filename()), len(content)))
            else:
                values[name] = _value(name, content.decode())
        return values

    def _authorise(self, token: str) -> None:
        if self.rejections:
            raise self.rejections.pop(0)
        if token != self.token:
            raise Rejected("Unauthorized", 401)

    def _check_chat(self, parameters: dict[str, Any]) -> None:
        if parameters["chat_id"] not in {self.chat["id"], f"@{self.chat.get('username')}"}:
            raise Rejected("Bad Request: chat not found")

    def _check_length(self, text: str, allowed: int, complaint: str) -> None:
        if utf16_units(text) > allowed:
            raise Rejected(f"Bad Request: {complaint}")

    def _store(self, parameters: dict[str, Any], **content: Any) -> Message:
        self._check_chat(parameters)
        thread = parameters.get("message_thread_id")
        if thread is not None and thread not in self.topics:
            raise Rejected("Bad Request: message thread not found")
        self.last_id += 1
        placed = {"message_thread_id": thread, "is_topic_message": True} if thread else {}
        message = {
            "message_id": self.last_id,
            "date": 1_790_000_000,
            "chat": self.chat,
            **placed,
            **content,
        }
        self.messages[self.last_id] = message
        return message


FILE = {"file_id": "f", "file_unique_id": "u"}
PHOTO = [{**FILE, "width": 1, "height": 1}]
VIDEO = ("width", "height", "duration")
GIFTS = dict.fromkeys(
    (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    ),
    False,
)


def _parts(kind: str, body: bytes) -> Iterator[EmailMessage]:
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP)
    return (part for part in whole.walk() if not part.is_multipart())


def _value(name: str, text: str) -> Any:
    if name in {"text", "caption"}:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
