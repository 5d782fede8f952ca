from datetime import timedelta

import pytest
from telegram import Bot, ChatPermissions, Update

from tests.support.telegram.chats import Chat
from tests.support.telegram.conftest import Raw
from tests.support.telegram.messages import seconds
from tests.support.telegram.people import Impossible, Person
from tests.support.telegram.world import World


@pytest.fixture
def group(ada: Person, world: World) -> Chat:
    """A supergroup in which the bot may do everything."""
    chat = world.add_supergroup(owner=ada)
    chat.add_bot(ada)
    chat.promote_bot()
    world.updates.drop()
    return chat


@pytest.fixture
def bo(world: World) -> Person:
    """Somebody outside."""
    return world.add_user("Bo")


async def test_a_link_lets_people_in_until_it_is_used_up(
    bot: Bot, group: Chat, bo: Person, world: World
) -> None:
    link = await bot.create_chat_invite_link(group.id, member_limit=1, name="Berlin")
    bo.join(group, link.invite_link)
    assert group.member(bo).present
    with pytest.raises(Impossible, match="not valid"):
        world.add_user("Cy").join(group, link.invite_link)


async def test_a_revoked_or_expired_link_lets_nobody_in(
    bot: Bot, group: Chat, bo: Person, world: World
) -> None:
    link = await bot.create_chat_invite_link(group.id)
    revoked = await bot.revoke_chat_invite_link(group.id, link.invite_link)
    assert revoked.is_revoked
    with pytest.raises(Impossible):
        bo.join(group, link.invite_link)
    short = await bot.create_chat_invite_link(group.id, expire_date=world.clock.now() + timedelta(hours=1))
    world.clock.advance(timedelta(hours=2))
    with pytest.raises(Impossible):
        bo.join(group, short.invite_link)


async def test_wrong_links_are_refused(raw: Raw, group: Chat, world: World) -> None:
    where = {"chat_id": group.id}
    both = await raw.refusal("createChatInviteLink", **where, member_limit=5, creates_join_request=True)
    assert "member limit" in both
    assert "member limit" in await raw.refusal("createChatInviteLink", **where, member_limit=100_000)
    assert "too long" in await raw.refusal("createChatInviteLink", **where, name="x" * 33)
    past = seconds(world.clock.now()) - 5
    assert "EXPIRE_DATE_INVALID" in await raw.refusal("createChatInviteLink", **where, expire_date=past)
    lost = await raw.refusal("revokeChatInviteLink", **where, invite_link="https://t.me/+lost")
    assert "INVITE_HASH_EXPIRED" in lost


async def test_a_request_by_link_is_approved(bot: Bot, group: Chat, bo: Person) -> None:
    await bot.get_updates(allowed_updates=Update.ALL_TYPES)
    link = await bot.create_chat_invite_link(group.id, creates_join_request=True)
    bo.join(group, link.invite_link)
    assert not group.member(bo).present
    assert await bot.approve_chat_join_request(group.id, bo.id)
    assert group.member(bo).present
    asked, joined = await bot.get_updates()
    assert asked.chat_join_request is not None
    assert asked.chat_join_request.invite_link is not None
    assert asked.chat_join_request.invite_link.invite_link == link.invite_link
    assert joined.chat_member is not None
    assert joined.chat_member.via_join_request


async def test_a_request_is_declined_once(bot: Bot, raw: Raw, group: Chat, bo: Person) -> None:
    group.request_join(bo)
    assert await bot.decline_chat_join_request(group.id, bo.id)
    assert not group.member(bo).present
    again = {"chat_id": group.id, "user_id": bo.id}
    assert "HIDE_REQUESTER_MISSING" in await raw.refusal("declineChatJoinRequest", **again)
    bo.join(group)
    assert "USER_ALREADY_PARTICIPANT" in await raw.refusal("approveChatJoinRequest", **again)


async def test_a_banned_person_does_not_come_back(bot: Bot, group: Chat, bo: Person) -> None:
    bo.join(group)
    assert await bot.ban_chat_member(group.id, bo.id)
    with pytest.raises(Impossible, match="banned"):
        bo.join(group)


async def test_a_restricted_person_is_quiet(bot: Bot, group: Chat, bo: Person) -> None:
    bo.join(group)
    assert await bot.restrict_chat_member(group.id, bo.id, ChatPermissions.no_permissions())
    assert (await bot.get_chat_member(group.id, bo.id)).status == "restricted"
    with pytest.raises(Impossible):
        bo.send("hello", to=group)
    assert await bot.restrict_chat_member(group.id, bo.id, ChatPermissions.all_permissions())
    assert bo.send("hello", to=group)


async def test_owners_and_administrators_are_out_of_reach(
    raw: Raw, group: Chat, ada: Person, bo: Person
) -> None:
    refusal = await raw.refusal("banChatMember", chat_id=group.id, user_id=ada.id)
    assert "can't remove chat owner" in refusal
    group.promote(bo)
    refusal = await raw.refusal("banChatMember", chat_id=group.id, user_id=bo.id)
    assert "user is an administrator of the chat" in refusal


async def test_permissions_are_known_and_restrict_in_supergroups(
    raw: Raw, group: Chat, ada: Person, bo: Person, world: World
) -> None:
    wrong = {"chat_id": group.id, "user_id": bo.id, "permissions": {"can_fly": True}}
    assert "can't parse chat permissions" in await raw.refusal("restrictChatMember", **wrong)
    basic = world.add_group(owner=ada)
    basic.add_bot(ada)
    basic.promote_bot()
    refusal = await raw.refusal("restrictChatMember", chat_id=basic.id, user_id=bo.id, permissions={})
    assert "only for supergroups" in refusal


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("createChatInviteLink", {}),
        ("revokeChatInviteLink", {"invite_link": "https://t.me/+x"}),
        ("approveChatJoinRequest", {"user_id": 1}),
        ("declineChatJoinRequest", {"user_id": 1}),
        ("banChatMember", {"user_id": 1}),
        ("restrictChatMember", {"user_id": 1, "permissions": {}}),
    ],
)
async def test_every_power_over_people_needs_its_right(
    raw: Raw, group: Chat, method: str, more: object
) -> None:
    group.demote_bot()
    assert isinstance(more, dict)
    assert "not enough rights to" in await raw.refusal(method, chat_id=group.id, **more)
