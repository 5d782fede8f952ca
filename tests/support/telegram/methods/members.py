"""Methods that let people in and keep them out."""

from typing import Final

from tests.support.telegram.access import known_chat, known_person, need
from tests.support.telegram.accounts import Account
from tests.support.telegram.chats import Chat
from tests.support.telegram.errors import bad
from tests.support.telegram.members import PERMISSIONS
from tests.support.telegram.messages import seconds
from tests.support.telegram.methods.table import method
from tests.support.telegram.parameters import ChatId, Json
from tests.support.telegram.world import World

MAX_LINK_NAME: Final = 32
MEMBER_LIMITS: Final = range(1, 100_000)
_INVITE: Final = "manage chat invite link"
_RESTRICT: Final = "restrict/unrestrict chat member"


@method
def create_chat_invite_link(
    world: World,
    chat_id: ChatId,
    name: str | None = None,
    expire_date: int | None = None,
    member_limit: int | None = None,
    creates_join_request: bool = False,
) -> Json:
    chat = _entrance(world, chat_id)
    if len(name or "") > MAX_LINK_NAME:
        raise bad("invite link name is too long")
    if member_limit is not None and (creates_join_request or member_limit not in MEMBER_LIMITS):
        raise bad("member limit must be 1 to 99999 and can't be specified for links with join requests")
    if expire_date is not None and expire_date <= seconds(world.clock.now()):
        raise bad("EXPIRE_DATE_INVALID")
    link = chat.new_link(
        world.bot,
        name=name,
        expires=expire_date,
        member_limit=member_limit,
        creates_join_request=creates_join_request,
    )
    return link.wire()


@method
def revoke_chat_invite_link(world: World, chat_id: ChatId, invite_link: str) -> Json:
    chat = _entrance(world, chat_id)
    if invite_link not in chat.links:
        raise bad("INVITE_HASH_EXPIRED")
    chat.links[invite_link].revoked = True
    return chat.links[invite_link].wire()


@method
def approve_chat_join_request(world: World, chat_id: ChatId, user_id: int) -> bool:
    chat, person = _asked(world, chat_id, user_id)
    chat.set_member(person, "member", by=world.bot)
    del chat.join_requests[user_id]
    return True


@method
def decline_chat_join_request(world: World, chat_id: ChatId, user_id: int) -> bool:
    chat, _ = _asked(world, chat_id, user_id)
    del chat.join_requests[user_id]
    return True


@method
def ban_chat_member(
    world: World,
    chat_id: ChatId,
    user_id: int,
    until_date: int = 0,
    revoke_messages: bool | None = None,
) -> bool:
    chat, person = _restrictable(world, chat_id, user_id)
    chat.set_member(person, "kicked", until=until_date, by=world.bot)
    return True


@method
def restrict_chat_member(
    world: World,
    chat_id: ChatId,
    user_id: int,
    permissions: Json,
    use_independent_chat_permissions: bool | None = None,
    until_date: int = 0,
) -> bool:
    chat, person = _restrictable(world, chat_id, user_id)
    if chat.type != "supergroup":
        raise bad("method is available only for supergroups")
    if permissions.keys() - set(PERMISSIONS) or not all(
        isinstance(on, bool) for on in permissions.values()
    ):
        raise bad("can't parse chat permissions JSON object")
    held = frozenset(name for name, on in permissions.items() if on)
    status = "member" if held == frozenset(PERMISSIONS) else "restricted"
    chat.set_member(person, status, held, until=until_date, by=world.bot)
    return True


def _entrance(world: World, chat_id: ChatId) -> Chat:
    chat = known_chat(world, chat_id)
    need(chat, "can_invite_users", _INVITE)
    return chat


def _asked(world: World, chat_id: ChatId, user_id: int) -> tuple[Chat, Account]:
    chat, person = _entrance(world, chat_id), known_person(world, user_id)
    if chat.member(person).present:
        raise bad("USER_ALREADY_PARTICIPANT")
    if user_id not in chat.join_requests:
        raise bad("HIDE_REQUESTER_MISSING")
    return chat, person


def _restrictable(world: World, chat_id: ChatId, user_id: int) -> tuple[Chat, Account]:
    chat = known_chat(world, chat_id)
    need(chat, "can_restrict_members", _RESTRICT)
    person = known_person(world, user_id)
    if chat.member(person).status == "creator":
        raise bad("can't remove chat owner")
    if chat.member(person).manages:
        raise bad("user is an administrator of the chat")
    return chat, person
