"""Methods that put something new into a chat."""

from typing import Any, Final, TypedDict, Unpack, get_type_hints

from tests.support.telegram.access import known_chat, message_in, replied_to, thread_for, writable_chat
from tests.support.telegram.chats import Chat
from tests.support.telegram.errors import bad
from tests.support.telegram.files import media_content
from tests.support.telegram.formatting import caption_text, message_text
from tests.support.telegram.keyboards import checked
from tests.support.telegram.messages import Message
from tests.support.telegram.methods.table import method
from tests.support.telegram.parameters import Attachment, ChatId, Json, Upload
from tests.support.telegram.people import origin
from tests.support.telegram.world import World

SENDS: Final = frozenset(
    {
        *("sendMessage", "sendPhoto", "sendVideo", "sendDocument", "sendMediaGroup"),
        *("copyMessage", "forwardMessage"),
    }
)
ALBUM_SIZES: Final = range(2, 11)

Uploads = dict[str, Upload]


class ForwardOptions(TypedDict, total=False):
    message_thread_id: int
    disable_notification: bool
    protect_content: bool
    message_effect_id: str


class AlbumOptions(ForwardOptions, total=False):
    allow_paid_broadcast: bool
    reply_parameters: Json


class SendOptions(AlbumOptions, total=False):
    reply_markup: Json


class CaptionOptions(SendOptions, total=False):
    caption: str
    parse_mode: str
    caption_entities: list[Any]


class DocumentOptions(CaptionOptions, total=False):
    thumbnail: Attachment
    disable_content_type_detection: bool


class PhotoOptions(CaptionOptions, total=False):
    show_caption_above_media: bool
    has_spoiler: bool


class CopyOptions(CaptionOptions, total=False):
    show_caption_above_media: bool


class VideoOptions(PhotoOptions, total=False):
    thumbnail: Attachment
    cover: Attachment
    duration: int
    width: int
    height: int
    start_timestamp: int
    supports_streaming: bool


@method
def send_message(
    world: World,
    chat_id: ChatId,
    text: str,
    parse_mode: str | None = None,
    entities: list[Any] | None = None,
    link_preview_options: Json | None = None,
    **options: Unpack[SendOptions],
) -> Json:
    chat = writable_chat(world, chat_id)
    plain, found = message_text(text, parse_mode, entities)
    content: Json = {"text": plain}
    if found:
        content["entities"] = found
    return place(world, chat, content, **options).wire()


@method
def send_photo(
    world: World, chat_id: ChatId, photo: Attachment, *, uploads: Uploads, **options: Unpack[PhotoOptions]
) -> Json:
    return _send_file(world, chat_id, "photo", photo, uploads, options).wire()


@method
def send_video(
    world: World, chat_id: ChatId, video: Attachment, *, uploads: Uploads, **options: Unpack[VideoOptions]
) -> Json:
    return _send_file(world, chat_id, "video", video, uploads, options).wire()


@method
def send_document(
    world: World,
    chat_id: ChatId,
    document: Attachment,
    *,
    uploads: Uploads,
    **options: Unpack[DocumentOptions],
) -> Json:
    return _send_file(world, chat_id, "document", document, uploads, options).wire()


@method
def send_media_group(
    world: World, chat_id: ChatId, media: list[Any], *, uploads: Uploads, **options: Unpack[AlbumOptions]
) -> list[Json]:
    chat = writable_chat(world, chat_id, "photos")
    if len(media) not in ALBUM_SIZES:
        raise bad("an album has 2 to 10 parts")
    contents = [input_media(world, part, uploads) for part in media]
    if len({"document" in content for content in contents}) > 1:
        raise bad("documents can't be mixed with other media types")
    group = {"media_group_id": world.next_query_id()}
    album = [place(world, chat, {**content, **group}, **options) for content in contents]
    return [message.wire() for message in album]


@method
def copy_message(
    world: World,
    chat_id: ChatId,
    from_chat_id: ChatId,
    message_id: int,
    **options: Unpack[CopyOptions],
) -> Json:
    chat = writable_chat(world, chat_id)
    message = _passed_on(world, from_chat_id, message_id, "copy")
    content = {name: value for name, value in message.content.items() if name != "forward_origin"}
    if options.get("caption") is not None and "text" not in content:
        plain, found = _caption(options)
        content |= {"caption": plain, "caption_entities": found}
    return {"message_id": place(world, chat, content, **_placing(options)).id}


@method
def forward_message(
    world: World, chat_id: ChatId, from_chat_id: ChatId, message_id: int, **options: Unpack[ForwardOptions]
) -> Json:
    chat = writable_chat(world, chat_id)
    message = _passed_on(world, from_chat_id, message_id, "forward")
    return place(world, chat, {"forward_origin": origin(message), **message.content}, **options).wire()


def input_media(world: World, part: Any, uploads: Uploads) -> Json:
    """What an ``InputMedia`` stands for, as content of a message."""
    if not isinstance(part, dict) or part.get("type") not in {"photo", "video", "document"}:
        raise bad("can't parse InputMedia: a type of photo, video or document is expected")
    if not isinstance(part.get("media"), str):
        raise bad("can't parse InputMedia: media not found")
    known = {"type", "media", *_OWN_OPTIONS[part["type"]]}
    if part.keys() - known:
        raise bad(f"can't parse InputMedia: unknown fields {', '.join(sorted(part.keys() - known))}")
    file = world.files.take(part["type"], part["media"], uploads)
    return {**media_content(part["type"], file), **captioned(part)}


def captioned(given: Any) -> Json:
    """The caption among parameters, as content of a message."""
    plain, found = _caption(given)
    return {**({"caption": plain} if plain else {}), **({"caption_entities": found} if found else {})}


def place(world: World, chat: Chat, content: Json, **options: Any) -> Message:
    """Put a message of the bot into a chat, with its keyboard, topic and reply."""
    reply_to = replied_to(world, chat, options.get("reply_parameters"))
    return chat.keep(
        world.bot,
        content,
        thread=thread_for(chat, options.get("message_thread_id"), reply_to),
        markup=checked(options.get("reply_markup"), private=chat.is_private),
        reply_to=reply_to,
        protected=options.get("protect_content", False) or chat.protects_content,
        silent=options.get("disable_notification", False),
    )


def _send_file(
    world: World,
    chat_id: ChatId,
    kind: str,
    attachment: Attachment,
    uploads: Uploads,
    options: CaptionOptions,
) -> Message:
    chat = writable_chat(world, chat_id, f"{kind}s")
    caption = captioned(options)
    file = world.files.take(kind, attachment, uploads)
    return place(world, chat, {**media_content(kind, file), **caption}, **_placing(options))


def _placing(options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name in _PLACED}


_OWN_OPTIONS: Final = {
    kind: get_type_hints(options).keys() - get_type_hints(SendOptions).keys()
    for kind, options in {"photo": PhotoOptions, "video": VideoOptions, "document": DocumentOptions}.items()
}
_PLACED: Final = frozenset(get_type_hints(SendOptions))


def _caption(given: Any) -> tuple[str, list[Json]]:
    return caption_text(given.get("caption"), given.get("parse_mode"), given.get("caption_entities"))


def _passed_on(world: World, chat_id: ChatId, message_id: int, purpose: str) -> Message:
    message = message_in(known_chat(world, chat_id), message_id, purpose)
    if message.is_service or message.protected:
        raise bad("message can't be copied" if purpose == "copy" else "message can't be forwarded")
    return message
