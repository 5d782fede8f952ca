import pytest
from telegram import Bot, Update

from tests.support.telegram.conftest import Raw
from tests.support.telegram.people import Impossible, Person
from tests.support.telegram.world import World


async def test_the_bot_learns_that_it_was_added_promoted_and_removed(
    bot: Bot, ada: Person, world: World
) -> None:
    group = world.add_supergroup(owner=ada)
    group.add_bot(ada)
    group.promote_bot("can_invite_users")
    group.remove_bot(ada)
    changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == ["member", "administrator", "kicked"]
    assert [change.old_chat_member.status for change in changes] == ["left", "member", "administrator"]
    assert {change.from_user.id for change in changes} == {ada.id}


def test_rights_that_do_not_exist_are_not_given(ada: Person, world: World) -> None:
    group = world.add_supergroup(owner=ada)
    with pytest.raises(LookupError, match="can_fly"):
        group.promote_bot("can_fly")
    with pytest.raises(LookupError, match="can_post_messages"):
        group.promote_bot("can_post_messages")
    with pytest.raises(LookupError, match="can_fly"):
        group.restrict_bot("can_fly")


async def test_a_bot_without_rights_reads_what_is_meant_for_it(bot: Bot, ada: Person, world: World) -> None:
    group = world.add_supergroup(owner=ada)
    group.add_bot(ada)
    world.updates.drop()
    own = await bot.send_message(group.id, "Question?")
    ada.send("chatter", to=group)
    ada.send("/help@other_bot", to=group)
    ada.send("/help@Balloon_Bot", to=group)
    ada.send("/help", to=group)
    ada.send("answer", to=group, reply_to=group.history[own.message_id])
    group.promote_bot()
    ada.send("chatter again", to=group)
    told = [update.message.text for update in await bot.get_updates() if update.message]
    assert told == ["/help@Balloon_Bot", "/help", "answer", "chatter again"]


async def test_a_bot_without_privacy_mode_reads_everything(ada: Person, world: World, bot: Bot) -> None:
    world.bot.reads_everything = True
    group = world.add_group(owner=ada)
    group.add_bot(ada)
    world.updates.drop()
    ada.send("chatter", to=group)
    assert len(await bot.get_updates()) == 1


async def test_posts_of_people_in_a_channel_are_told(bot: Bot, ada: Person, world: World) -> None:
    channel = world.add_channel(owner=ada)
    channel.add_bot(ada)
    world.updates.drop()
    ada.send("News", to=channel)
    [update] = await bot.get_updates()
    assert update.channel_post is not None
    assert update.channel_post.from_user is None


async def test_chats_are_described(bot: Bot, ada: Person, world: World) -> None:
    group = world.add_supergroup("City", owner=ada, forum=True, username="city")
    group.add_bot(ada)
    told = await bot.get_chat(group.id)
    assert (told.title, told.is_forum, told.username) == ("City", True, "city")
    assert (await bot.get_chat(ada.id)).first_name == "Ada"


async def test_members_are_described(bot: Bot, raw: Raw, ada: Person, world: World) -> None:
    group = world.add_supergroup(owner=ada)
    bo = world.add_user("Bo")
    group.add_bot(ada)
    assert (await bot.get_chat_member(group.id, ada.id)).status == "creator"
    assert (await bot.get_chat_member(group.id, bo.id)).status == "left"
    assert (await bot.get_chat_member(group.id, bot.id)).status == "member"
    bo.join(group)
    group.promote(bo, "can_invite_users")
    administrator = await bot.get_chat_member(group.id, bo.id)
    assert administrator.status == "administrator"
    assert {member.user.id for member in await bot.get_chat_administrators(group.id)} == {ada.id, bo.id}
    assert await bot.get_chat_member_count(group.id) == 3
    assert "user not found" in await raw.refusal("getChatMember", chat_id=group.id, user_id=5)
    assert "no administrators" in await raw.refusal("getChatAdministrators", chat_id=ada.id)


async def test_the_bot_leaves(bot: Bot, raw: Raw, ada: Person, world: World) -> None:
    group = world.add_group(owner=ada)
    group.add_bot(ada)
    assert await bot.leave_chat(group.id)
    assert group.bot.status == "left"
    assert "not a member" in await raw.refusal("leaveChat", chat_id=group.id)
    assert "private chats" in await raw.refusal("leaveChat", chat_id=ada.id)


async def test_pins_need_the_right_and_are_shown(bot: Bot, raw: Raw, ada: Person, world: World) -> None:
    group = world.add_supergroup(owner=ada)
    group.add_bot(ada)
    first = await bot.send_message(group.id, "first")
    refusal = await raw.refusal("pinChatMessage", chat_id=group.id, message_id=first.message_id)
    assert "not enough rights to manage pinned messages in the chat" in refusal
    group.promote_bot("can_pin_messages")
    await bot.pin_chat_message(group.id, first.message_id)
    second = await bot.send_message(group.id, "second")
    await bot.pin_chat_message(group.id, second.message_id)
    assert [message.text for message in group.pinned] == ["first", "second"]
    pinned = (await bot.get_chat(group.id)).pinned_message
    assert pinned is not None
    assert pinned.message_id == second.message_id
    again = await raw.refusal("pinChatMessage", chat_id=group.id, message_id=first.message_id)
    assert "CHAT_NOT_MODIFIED" in again
    assert "message to pin not found" in await raw.refusal(
        "pinChatMessage", chat_id=group.id, message_id=999
    )


async def test_pins_are_undone_one_by_one_or_all(bot: Bot, raw: Raw, ada: Person) -> None:
    numbers = [(await bot.send_message(ada.id, str(number))).message_id for number in range(3)]
    for number in numbers:
        await bot.pin_chat_message(ada.id, number)
    await bot.unpin_chat_message(ada.id)
    assert [message.text for message in ada.chat.pinned] == ["0", "1"]
    await bot.unpin_chat_message(ada.id, numbers[0])
    assert [message.text for message in ada.chat.pinned] == ["1"]
    await bot.unpin_all_chat_messages(ada.id)
    assert ada.chat.pinned == []
    assert "message to unpin not found" in await raw.refusal("unpinChatMessage", chat_id=ada.id)


async def test_a_bot_reacts_with_one_known_emoji(bot: Bot, raw: Raw, ada: Person, world: World) -> None:
    hers = ada.send("hello")
    await bot.set_message_reaction(ada.id, hers.id, "👍")
    assert hers.reactions[world.bot.id] == [{"type": "emoji", "emoji": "👍"}]
    where = {"chat_id": ada.id, "message_id": hers.id}
    one = {"type": "emoji", "emoji": "👍"}
    assert "REACTIONS_TOO_MANY" in await raw.refusal("setMessageReaction", **where, reaction=[one, one])
    odd = {"type": "emoji", "emoji": "🎈"}
    assert "REACTION_INVALID" in await raw.refusal("setMessageReaction", **where, reaction=[odd])


async def test_join_requests_are_told_to_a_bot_that_may_invite(bot: Bot, ada: Person, world: World) -> None:
    group = world.add_supergroup(owner=ada)
    bo = world.add_user("Bo")
    group.add_bot(ada)
    world.updates.drop()
    group.request_join(bo)
    assert await bot.get_updates(allowed_updates=Update.ALL_TYPES) == ()
    group.promote_bot("can_invite_users")
    world.updates.drop()
    group.request_join(bo)
    [update] = await bot.get_updates()
    assert update.chat_join_request is not None
    assert update.chat_join_request.user_chat_id == bo.id


def test_people_write_only_where_they_belong(ada: Person, world: World) -> None:
    group = world.add_supergroup(owner=ada)
    bo = world.add_user("Bo")
    with pytest.raises(Impossible):
        bo.send("hello", to=group)
    with pytest.raises(Impossible):
        bo.send("hello", to=ada.chat)
    bo.block_bot()
    with pytest.raises(Impossible):
        bo.send("hello")
    bo.join(group)
    assert bo.send("hello", to=group)


def test_only_groups_migrate(ada: Person, world: World) -> None:
    with pytest.raises(LookupError):
        world.add_supergroup(owner=ada).migrate()
