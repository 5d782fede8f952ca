"""Methods that pin, and that react."""

from typing import Any

from telegram.constants import ReactionEmoji

from tests.support.telegram.access import known_chat, message_in, need
from tests.support.telegram.chats import Chat
from tests.support.telegram.errors import bad
from tests.support.telegram.methods.table import method
from tests.support.telegram.parameters import ChatId
from tests.support.telegram.world import World


@method
def pin_chat_message(
    world: World, chat_id: ChatId, message_id: int, disable_notification: bool | None = None
) -> bool:
    chat = _pinnable(world, chat_id)
    message = message_in(chat, message_id, "pin")
    if message.pinned:
        raise bad("CHAT_NOT_MODIFIED")
    message.pinned = True
    chat.keep(world.bot, {"pinned_message": message.wire(with_reply=False)}, thread=message.thread)
    return True


@method
def unpin_chat_message(world: World, chat_id: ChatId, message_id: int | None = None) -> bool:
    chat = _pinnable(world, chat_id)
    pinned = {message.id: message for message in chat.pinned}
    number = message_id if message_id is not None else max(pinned, default=0)
    if number not in pinned:
        raise bad("message to unpin not found")
    pinned[number].pinned = False
    return True


@method
def unpin_all_chat_messages(world: World, chat_id: ChatId) -> bool:
    for message in _pinnable(world, chat_id).pinned:
        message.pinned = False
    return True


@method
def set_message_reaction(
    world: World,
    chat_id: ChatId,
    message_id: int,
    reaction: list[Any] | None = None,
    is_big: bool | None = None,
) -> bool:
    message = message_in(known_chat(world, chat_id), message_id, "react")
    if len(reaction or []) > 1:
        raise bad("REACTIONS_TOO_MANY")
    for each in reaction or []:
        if not isinstance(each, dict) or each.get("emoji") not in set(ReactionEmoji):
            raise bad("REACTION_INVALID")
    message.reactions[world.bot.id] = reaction or []
    return True


def _pinnable(world: World, chat_id: ChatId) -> Chat:
    chat = known_chat(world, chat_id)
    if not chat.is_private:
        right = "can_edit_messages" if chat.type == "channel" else "can_pin_messages"
        need(chat, right, "manage pinned messages in the chat")
    return chat
