"""Which chats and messages the bot may reach, and the refusals where it may not."""

from datetime import timedelta
from typing import Final

from tests.support.telegram.accounts import Account
from tests.support.telegram.chats import Chat
from tests.support.telegram.errors import bad, forbidden
from tests.support.telegram.messages import Message
from tests.support.telegram.parameters import ChatId, Json
from tests.support.telegram.people import Person
from tests.support.telegram.world import World

AFTER_A_JOIN_REQUEST: Final = timedelta(minutes=5)
GENERAL_TOPIC: Final = 1
_REPLY_FIELDS: Final = {
    *("message_id", "chat_id", "allow_sending_without_reply", "checklist_task_id"),
    *("quote", "quote_parse_mode", "quote_entities", "quote_position"),
}


def known_chat(world: World, chat_id: ChatId) -> Chat:
    """A chat that the bot belongs to or that is private."""
    chat = world.find_chat(chat_id)
    if chat is None:
        raise bad("chat not found")
    if chat.migrated_to:
        raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
    if chat.is_private or chat.bot.present:
        return chat
    if chat.bot.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    raise forbidden(f"bot is not a member of the {chat.type} chat")


def writable_chat(world: World, chat_id: ChatId, kind: str = "messages") -> Chat:
    """A chat into which the bot may send messages, photos and so on."""
    chat = known_chat(world, chat_id)
    if chat.is_private:
        _check_person(world, world.users[chat.id])
    elif chat.type == "channel":
        if not chat.bot.may("can_post_messages"):
            raise bad("need administrator rights in the channel chat")
    elif not chat.bot.may_write(kind):
        what = "text messages" if kind == "messages" else kind
        raise bad(f"not enough rights to send {what} to the chat")
    return chat


def _check_person(world: World, person: Person) -> None:
    if person.deactivated:
        raise forbidden("user is deactivated")
    if person.blocks_bot:
        raise forbidden("bot was blocked by the user")
    if not person.started and not _is_at_a_door(world, person):
        raise forbidden("bot can't initiate conversation with a user")


def _is_at_a_door(world: World, person: Person) -> bool:
    asked = [
        chat.join_requests[person.id] for chat in world.chats.values() if person.id in chat.join_requests
    ]
    return any(world.clock.now() - instant <= AFTER_A_JOIN_REQUEST for instant in asked)


def known_person(world: World, user_id: int) -> Account:
    """A person, or the bot itself."""
    person: Account | None = world.bot if user_id == world.bot.id else world.users.get(user_id)
    if person is None:
        raise bad("user not found")
    return person


def message_in(chat: Chat, message_id: int, purpose: str) -> Message:
    """A message that is still there; ``purpose`` completes "message to … not found"."""
    message = chat.history.get(message_id)
    if message is None or message.deleted:
        raise bad(f"message to {purpose} not found")
    return message


def need(chat: Chat, right: str, complaint: str) -> None:
    """The bot must be an administrator with this right."""
    if not chat.bot.may(right):
        raise bad(f"not enough rights to {complaint}")


def thread_for(chat: Chat, thread: int | None, reply_to: Message | None) -> int | None:
    """The topic of a new message; the General topic is named by leaving it out."""
    if thread is None:
        return reply_to.thread if reply_to is not None else None
    if thread == GENERAL_TOPIC or thread not in chat.topics:
        raise bad("message thread not found")
    if chat.topics[thread].closed:
        raise bad("TOPIC_CLOSED")
    return thread


def replied_to(world: World, chat: Chat, parameters: Json | None) -> Message | None:
    """The message that is answered, if the bot answers one."""
    if not parameters:
        return None
    if parameters.keys() - _REPLY_FIELDS:
        raise bad(
            f"can't parse reply parameters: unknown {', '.join(sorted(parameters.keys() - _REPLY_FIELDS))}"
        )
    if not isinstance(parameters.get("message_id"), int):
        raise bad("can't parse reply parameters: message_id must be a number")
    where = known_chat(world, parameters["chat_id"]) if "chat_id" in parameters else chat
    message = where.history.get(parameters["message_id"])
    if message is not None and not message.deleted:
        return message
    if parameters.get("allow_sending_without_reply"):
        return None
    raise bad("message to be replied not found")
