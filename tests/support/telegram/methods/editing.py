"""Methods that change or remove what is in a chat."""

from datetime import timedelta
from typing import Any, Final

from tests.support.telegram.access import known_chat, message_in
from tests.support.telegram.chats import Chat
from tests.support.telegram.errors import bad
from tests.support.telegram.formatting import message_text
from tests.support.telegram.keyboards import inline
from tests.support.telegram.messages import Message
from tests.support.telegram.methods.sending import Uploads, captioned, input_media
from tests.support.telegram.methods.table import method
from tests.support.telegram.parameters import ChatId, Json
from tests.support.telegram.world import World

DELETABLE: Final = timedelta(hours=48)
MAX_DELETED_AT_ONCE: Final = 100
_UNMODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
_UNDELETABLE: Final = {"forum_topic_created", "migrate_to_chat_id", "migrate_from_chat_id"}


@method
def edit_message_text(
    world: World,
    chat_id: ChatId,
    message_id: int,
    text: str,
    parse_mode: str | None = None,
    entities: list[Any] | None = None,
    link_preview_options: Json | None = None,
    reply_markup: Json | None = None,
) -> Json:
    message = _editable(world, chat_id, message_id)
    if "text" not in message.content:
        raise bad("there is no text in the message to edit")
    plain, found = message_text(text, parse_mode, entities)
    return _change(world, message, {"text": plain, **({"entities": found} if found else {})}, reply_markup)


@method
def edit_message_caption(
    world: World,
    chat_id: ChatId,
    message_id: int,
    caption: str | None = None,
    parse_mode: str | None = None,
    caption_entities: list[Any] | None = None,
    show_caption_above_media: bool | None = None,
    reply_markup: Json | None = None,
) -> Json:
    message = _editable(world, chat_id, message_id)
    if "text" in message.content:
        raise bad("there is no caption in the message to edit")
    kept = {name: value for name, value in message.content.items() if not name.startswith("caption")}
    given = {"caption": caption, "parse_mode": parse_mode, "caption_entities": caption_entities}
    return _change(world, message, {**kept, **captioned(given)}, reply_markup)


@method
def edit_message_reply_markup(
    world: World, chat_id: ChatId, message_id: int, reply_markup: Json | None = None
) -> Json:
    message = _editable(world, chat_id, message_id)
    return _change(world, message, message.content, reply_markup)


@method
def edit_message_media(
    world: World,
    chat_id: ChatId,
    message_id: int,
    media: Json,
    reply_markup: Json | None = None,
    *,
    uploads: Uploads,
) -> Json:
    message = _editable(world, chat_id, message_id)
    kept = {name: value for name, value in message.content.items() if name == "media_group_id"}
    return _change(world, message, {**input_media(world, media, uploads), **kept}, reply_markup)


@method
def delete_message(world: World, chat_id: ChatId, message_id: int) -> bool:
    chat = known_chat(world, chat_id)
    message = message_in(chat, message_id, "delete")
    _check_deletable(world, message)
    message.deleted = True
    return True


@method
def delete_messages(world: World, chat_id: ChatId, message_ids: list[Any]) -> bool:
    chat = known_chat(world, chat_id)
    if not 1 <= len(message_ids) <= MAX_DELETED_AT_ONCE:
        raise bad("1 to 100 messages can be deleted at once")
    if not all(isinstance(number, int) for number in message_ids):
        raise bad("can't parse message identifiers: expected numbers")
    found = [message for message in map(chat.history.get, message_ids) if message and not message.deleted]
    for message in found:
        _check_deletable(world, message)
    for message in found:
        message.deleted = True
    return True


def _editable(world: World, chat_id: ChatId, message_id: int) -> Message:
    chat = known_chat(world, chat_id)
    message = message_in(chat, message_id, "edit")
    foreign = message.sender is not world.bot and not _edits_posts(chat)
    if foreign or message.is_service or "forward_origin" in message.content:
        raise bad("message can't be edited")
    return message


def _edits_posts(chat: Chat) -> bool:
    return chat.type == "channel" and chat.bot.may("can_edit_messages")


def _change(world: World, message: Message, content: Json, markup: Json | None) -> Json:
    buttons = inline(markup, private=message.chat.is_private)
    if content == message.content and buttons == message.markup:
        raise bad(_UNMODIFIED)
    if content != message.content:
        message.edited_at = world.clock.now()
    message.content, message.markup = content, buttons
    return message.wire()


def _check_deletable(world: World, message: Message) -> None:
    if world.clock.now() - message.sent_at >= DELETABLE:
        raise bad("message can't be deleted for everyone")
    own = message.sender is world.bot or message.chat.is_private
    right = "can_post_messages" if own else "can_delete_messages"
    allowed = message.chat.bot.may(right) if message.is_post or not own else own
    if not allowed or message.content.keys() & _UNDELETABLE:
        raise bad("message can't be deleted")
