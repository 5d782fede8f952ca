import pytest
from telegram import Bot
from telegram.error import BadRequest

from tests.support.telegram.chats import Chat
from tests.support.telegram.conftest import Raw
from tests.support.telegram.people import Impossible, Person
from tests.support.telegram.world import World


@pytest.fixture
def forum(ada: Person, world: World) -> Chat:
    """A forum with the bot as a plain member."""
    chat = world.add_supergroup(owner=ada, forum=True)
    chat.add_bot(ada)
    world.updates.drop()
    return chat


async def test_a_topic_needs_the_right_and_takes_messages(bot: Bot, raw: Raw, forum: Chat) -> None:
    refusal = await raw.refusal("createForumTopic", chat_id=forum.id, name="Berlin")
    assert refusal == "Bad Request: not enough rights to create a topic"
    forum.promote_bot("can_manage_topics")
    topic = await bot.create_forum_topic(forum.id, "Berlin")
    sent = await bot.send_message(forum.id, "Hello", message_thread_id=topic.message_thread_id)
    assert sent.is_topic_message
    answer = await bot.send_message(forum.id, "More", reply_to_message_id=sent.message_id)
    assert answer.message_thread_id == topic.message_thread_id


async def test_the_general_topic_is_left_out(bot: Bot, raw: Raw, forum: Chat) -> None:
    refusal = await raw.refusal("sendMessage", chat_id=forum.id, text="x", message_thread_id=1)
    assert refusal == "Bad Request: message thread not found"
    sent = await bot.send_message(forum.id, "Hello")
    assert sent.message_thread_id is None


async def test_a_chat_without_topics_has_no_threads(raw: Raw, ada: Person, world: World) -> None:
    refusal = await raw.refusal("sendMessage", chat_id=ada.id, text="x", message_thread_id=7)
    assert refusal == "Bad Request: message thread not found"
    group = world.add_supergroup(owner=ada)
    group.add_bot(ada)
    group.promote_bot()
    assert "not a forum" in await raw.refusal("createForumTopic", chat_id=group.id, name="Berlin")


async def test_a_topic_that_a_person_closed_or_deleted_refuses(bot: Bot, ada: Person, forum: Chat) -> None:
    topic = forum.add_topic("Berlin")
    forum.close_topic(topic.id)
    with pytest.raises(BadRequest, match="Topic_closed"):
        await bot.send_message(forum.id, "Hello", message_thread_id=topic.id)
    with pytest.raises(Impossible):
        ada.send("hello", to=forum, topic=topic.id)
    forum.reopen_topic(topic.id)
    await bot.send_message(forum.id, "Hello", message_thread_id=topic.id)
    forum.delete_topic(topic.id)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(forum.id, "Hello", message_thread_id=topic.id)
    assert all(message.thread != topic.id for message in forum.messages)


async def test_the_bot_is_told_of_topics(bot: Bot, forum: Chat) -> None:
    topic = forum.add_topic("Berlin")
    forum.close_topic(topic.id)
    created, closed = [update.message for update in await bot.get_updates()]
    assert created is not None
    assert created.forum_topic_created is not None
    assert closed is not None
    assert closed.forum_topic_closed is not None
    assert closed.message_thread_id == topic.id


async def test_a_bot_manages_its_own_topics_and_others_with_the_right(
    bot: Bot, raw: Raw, forum: Chat
) -> None:
    forum.promote_bot("can_manage_topics")
    own = (await bot.create_forum_topic(forum.id, "Own")).message_thread_id
    other = forum.add_topic("Other").id
    forum.demote_bot()
    assert await bot.edit_forum_topic(forum.id, own, name="Mine")
    assert await bot.close_forum_topic(forum.id, own)
    assert await bot.reopen_forum_topic(forum.id, own)
    refusal = await raw.refusal("closeForumTopic", chat_id=forum.id, message_thread_id=other)
    assert refusal == "Bad Request: not enough rights to edit the topic"
    refusal = await raw.refusal("deleteForumTopic", chat_id=forum.id, message_thread_id=own)
    assert refusal == "Bad Request: not enough rights to delete the topic"
    forum.promote_bot("can_delete_messages")
    assert await bot.delete_forum_topic(forum.id, own)
    assert own not in forum.topics


async def test_a_change_that_changes_nothing_is_refused(raw: Raw, forum: Chat) -> None:
    forum.promote_bot()
    topic = {"chat_id": forum.id, "message_thread_id": forum.add_topic("Berlin").id}
    assert "TOPIC_NOT_MODIFIED" in await raw.refusal("editForumTopic", **topic, name="Berlin")
    assert "TOPIC_NOT_MODIFIED" in await raw.refusal("editForumTopic", **topic)
    assert "TOPIC_NOT_MODIFIED" in await raw.refusal("reopenForumTopic", **topic)
    lost = {"chat_id": forum.id, "message_thread_id": 999}
    assert "TOPIC_ID_INVALID" in await raw.refusal("closeForumTopic", **lost)


@pytest.mark.parametrize("name", ["", " ", "x" * 129])
async def test_a_topic_has_a_name_of_1_to_128_characters(raw: Raw, forum: Chat, name: str) -> None:
    forum.promote_bot()
    assert "1 to 128 characters" in await raw.refusal("createForumTopic", chat_id=forum.id, name=name)


async def test_a_topic_has_one_of_six_colours(raw: Raw, forum: Chat) -> None:
    forum.promote_bot()
    refusal = await raw.refusal("createForumTopic", chat_id=forum.id, name="x", icon_color=5)
    assert "TOPIC_ICON_COLOR_INVALID" in refusal
