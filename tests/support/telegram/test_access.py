from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.support.telegram.people import Person
from tests.support.telegram.world import World


async def test_a_bot_does_not_write_first(bot: Bot, world: World) -> None:
    stranger = world.add_user("Bo")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger.id, "Hello")
    stranger.send("hi")
    assert await bot.send_message(stranger.id, "Hello")


async def test_a_bot_that_is_blocked_does_not_write(bot: Bot, ada: Person) -> None:
    ada.block_bot()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ada.id, "Hello")
    ada.unblock_bot()
    assert await bot.send_message(ada.id, "Hello")
    blocked, unblocked = await bot.get_updates()
    assert blocked.my_chat_member is not None
    assert unblocked.my_chat_member is not None
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert unblocked.my_chat_member.new_chat_member.status == "member"


async def test_a_deleted_account_gets_nothing(bot: Bot, ada: Person) -> None:
    ada.deactivate()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(ada.id, "Hello")


@pytest.mark.parametrize("chat_id", [5, "@nobody", "nobody"])
async def test_an_unknown_chat_is_not_found(bot: Bot, chat_id: int | str) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(chat_id, "Hello")


async def test_a_public_chat_has_a_name(bot: Bot, ada: Person, world: World) -> None:
    channel = world.add_channel(owner=ada, username="balloons")
    channel.add_bot(ada, rights=("can_post_messages",))
    sent = await bot.send_message("@Balloons", "Hello")
    assert sent.chat.id == channel.id


@pytest.mark.parametrize("kind", ["add_group", "add_supergroup", "add_channel"])
async def test_a_bot_outside_or_thrown_out_does_not_write(
    bot: Bot, ada: Person, world: World, kind: str
) -> None:
    chat = getattr(world, kind)(owner=ada)
    with pytest.raises(Forbidden, match=f"bot is not a member of the {chat.type} chat"):
        await bot.send_message(chat.id, "Hello")
    chat.add_bot(ada)
    chat.remove_bot(ada)
    with pytest.raises(Forbidden, match=f"bot was kicked from the {chat.type} chat"):
        await bot.send_message(chat.id, "Hello")


async def test_a_channel_needs_the_right_to_post(bot: Bot, ada: Person, world: World) -> None:
    channel = world.add_channel(owner=ada)
    channel.add_bot(ada)
    with pytest.raises(BadRequest, match="Need administrator rights in the channel chat"):
        await bot.send_message(channel.id, "Hello")
    channel.promote_bot("can_post_messages")
    sent = await bot.send_message(channel.id, "Hello")
    assert sent.sender_chat is not None
    assert sent.from_user is None


async def test_a_restricted_bot_sends_what_is_left_to_it(bot: Bot, ada: Person, world: World) -> None:
    group = world.add_supergroup(owner=ada)
    group.add_bot(ada)
    group.restrict_bot("can_send_documents")
    with pytest.raises(BadRequest, match="Not enough rights to send text messages to the chat"):
        await bot.send_message(group.id, "Hello")
    assert await bot.send_document(group.id, b"x")


async def test_a_migrated_group_names_its_new_id(bot: Bot, ada: Person, world: World) -> None:
    group = world.add_group("City", owner=ada)
    group.add_bot(ada)
    world.updates.drop()
    new = group.migrate()
    with pytest.raises(ChatMigrated) as migrated:
        await bot.send_message(group.id, "Hello")
    assert migrated.value.new_chat_id == new.id
    assert await bot.send_message(new.id, "Hello")
    told = [update.message for update in await bot.get_updates()]
    assert [message.migrate_to_chat_id for message in told if message] == [new.id, None]
    assert [message.migrate_from_chat_id for message in told if message] == [None, group.id]


async def test_somebody_at_the_door_can_be_written_to_for_five_minutes(
    bot: Bot, ada: Person, world: World
) -> None:
    group = world.add_supergroup(owner=ada)
    visitor = world.add_user("Bo")
    group.request_join(visitor)
    assert await bot.send_message(visitor.id, "Who are you?")
    world.clock.advance(timedelta(minutes=6))
    with pytest.raises(Forbidden, match="can't initiate"):
        await bot.send_message(visitor.id, "Who are you?")


async def test_a_chat_that_protects_its_content_protects_all_of_it(
    bot: Bot, ada: Person, world: World
) -> None:
    group = world.add_supergroup(owner=ada)
    group.add_bot(ada)
    group.protects_content = True
    assert (await bot.send_message(group.id, "Hello")).has_protected_content
    assert ada.send("/hello", to=group).protected
    assert (await bot.get_chat(group.id)).has_protected_content
