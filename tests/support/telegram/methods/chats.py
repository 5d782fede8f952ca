"""Methods that look at chats and their members."""

from typing import Final

from tests.support.telegram.access import known_chat, known_person
from tests.support.telegram.chats import Chat
from tests.support.telegram.errors import bad
from tests.support.telegram.members import PERMISSIONS
from tests.support.telegram.methods.table import method
from tests.support.telegram.parameters import ChatId, Json
from tests.support.telegram.world import World

_GIFTS: Final = (
    *("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
)


@method
def get_chat(world: World, chat_id: ChatId) -> Json:
    chat = known_chat(world, chat_id)
    details: Json = {"accent_color_id": 0, "max_reaction_count": 11}
    details["accepted_gift_types"] = dict.fromkeys(_GIFTS, False)
    if chat.pinned:
        details["pinned_message"] = chat.pinned[-1].wire()
    if chat.type in {"group", "supergroup"}:
        details["permissions"] = dict.fromkeys(PERMISSIONS, True)
    if chat.protects_content:
        details["has_protected_content"] = True
    return {**chat.wire(), **details}


@method
def get_chat_member(world: World, chat_id: ChatId, user_id: int) -> Json:
    chat = known_chat(world, chat_id)
    return chat.member(known_person(world, user_id)).wire()


@method
def get_chat_administrators(world: World, chat_id: ChatId) -> list[Json]:
    chat = _not_private(known_chat(world, chat_id), "there are no administrators in the private chat")
    return [member.wire() for member in chat.members.values() if member.manages]


@method
def get_chat_member_count(world: World, chat_id: ChatId) -> int:
    chat = known_chat(world, chat_id)
    return 2 if chat.is_private else sum(member.present for member in chat.members.values())


@method
def leave_chat(world: World, chat_id: ChatId) -> bool:
    chat = _not_private(known_chat(world, chat_id), "chat member status can't be changed in private chats")
    chat.set_member(world.bot, "left")
    return True


def _not_private(chat: Chat, complaint: str) -> Chat:
    if chat.is_private:
        raise bad(complaint)
    return chat
