"""Methods about the topics of a forum."""

from typing import Final

from tests.support.telegram.access import known_chat, need
from tests.support.telegram.chats import Chat, Topic
from tests.support.telegram.errors import bad
from tests.support.telegram.methods.table import method
from tests.support.telegram.parameters import ChatId, Json
from tests.support.telegram.world import World

COLORS: Final = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)
MAX_NAME: Final = 128


@method
def create_forum_topic(
    world: World,
    chat_id: ChatId,
    name: str,
    icon_color: int = COLORS[0],
    icon_custom_emoji_id: str | None = None,
) -> Json:
    chat = _forum(world, chat_id)
    need(chat, "can_manage_topics", "create a topic")
    if icon_color not in COLORS:
        raise bad("TOPIC_ICON_COLOR_INVALID")
    return chat.add_topic(_checked_name(name), world.bot, icon_color).wire()


@method
def edit_forum_topic(
    world: World,
    chat_id: ChatId,
    message_thread_id: int,
    name: str | None = None,
    icon_custom_emoji_id: str | None = None,
) -> bool:
    topic = _own_topic(world, _forum(world, chat_id), message_thread_id)
    if name == topic.name or (name is None and icon_custom_emoji_id is None):
        raise bad("TOPIC_NOT_MODIFIED")
    topic.name = topic.name if name is None else _checked_name(name)
    return True


@method
def close_forum_topic(world: World, chat_id: ChatId, message_thread_id: int) -> bool:
    return _turn(world, _forum(world, chat_id), message_thread_id, closed=True)


@method
def reopen_forum_topic(world: World, chat_id: ChatId, message_thread_id: int) -> bool:
    return _turn(world, _forum(world, chat_id), message_thread_id, closed=False)


@method
def delete_forum_topic(world: World, chat_id: ChatId, message_thread_id: int) -> bool:
    chat = _forum(world, chat_id)
    need(chat, "can_delete_messages", "delete the topic")
    _topic(chat, message_thread_id)
    chat.delete_topic(message_thread_id)
    return True


def _forum(world: World, chat_id: ChatId) -> Chat:
    chat = known_chat(world, chat_id)
    if not chat.is_forum:
        raise bad("the chat is not a forum")
    return chat


def _checked_name(name: str) -> str:
    if not 1 <= len(name.strip()) <= MAX_NAME:
        raise bad("topic name must have 1 to 128 characters")
    return name.strip()


def _topic(chat: Chat, thread: int) -> Topic:
    if thread not in chat.topics:
        raise bad("TOPIC_ID_INVALID")
    return chat.topics[thread]


def _own_topic(world: World, chat: Chat, thread: int) -> Topic:
    topic = _topic(chat, thread)
    if topic.creator is not world.bot:
        need(chat, "can_manage_topics", "edit the topic")
    return topic


def _turn(world: World, chat: Chat, thread: int, *, closed: bool) -> bool:
    topic = _own_topic(world, chat, thread)
    if topic.closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    chat.keep(world.bot, {f"forum_topic_{'closed' if closed else 'reopened'}": {}}, thread=thread)
    return True
