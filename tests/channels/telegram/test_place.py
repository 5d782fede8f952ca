"""Where an account posts: followed when a group moves, mended when a topic breaks; other chats are left as they are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from channels.base import Connection, OutgoingPost, Ports, Rows, TopicWanted
from channels.errors import NotAuthorised, Refused
from channels.secret import Secret
from channels.telegram.channel import TelegramChannel
from tests.channels.posts import post, text
from tests.support.telegram.chats import Chat
from tests.support.telegram.server import serving
from tests.support.telegram.world import World

RIGHTS = ("can_pin_messages", "can_delete_messages", "can_manage_topics")


@dataclass
class Kept:
    """What is kept of one group."""

    numbers: dict[str, int] = field(default_factory=dict)
    chats: list[int] = field(default_factory=list)
    is_ours: bool = True

    async def moved(self, account: str, chat: int) -> bool:
        self.chats.append(chat)
        return self.is_ours

    async def topic(self, account: str, purpose: str) -> TopicWanted | None:
        return TopicWanted(purpose.title(), self.numbers.get(purpose)) if self.is_ours else None

    async def made(self, account: str, purpose: str, number: int) -> None:
        self.numbers[purpose] = number

    async def rows(self, account: str, post: OutgoingPost) -> Rows:
        return ()


@dataclass
class Square:
    """A group, what is kept of it, and where it is served."""

    world: World
    chat: Chat
    kept: Kept
    address: str

    @asynccontextmanager
    async def channel(self, **settings: str) -> AsyncIterator[TelegramChannel]:
        topics = {f"topic_{purpose}": str(number) for purpose, number in self.kept.numbers.items()}
        since = (self.world.clock.now() - timedelta(minutes=1)).isoformat()
        given = {"chat_id": str(self.chat.id), "base_url": self.address, "since": since} | topics | settings
        ports = Ports(groups=self.kept)
        async with TelegramChannel(Connection("g", given, Secret(self.world.token), ports)) as channel:
            yield channel


@asynccontextmanager
async def squared(*, forum: bool) -> AsyncIterator[Square]:
    world = World()
    owner = world.add_user("Lena")
    chat = (
        world.add_supergroup("G", owner=owner, forum=True) if forum else world.add_group("G", owner=owner)
    )
    chat.add_bot(owner, rights=RIGHTS)
    async with serving(world) as api:
        yield Square(world, chat, Kept(), api.address)


@pytest.fixture
async def forum() -> AsyncIterator[Square]:
    async with squared(forum=True) as square:
        for purpose in ("announcements", "today"):
            square.kept.numbers[purpose] = square.chat.add_topic(purpose.title(), square.world.bot).id
        yield square


@pytest.fixture
async def group() -> AsyncIterator[Square]:
    async with squared(forum=False) as square:
        yield square


async def test_posts_go_to_the_announcements_and_prompts_to_their_topic(forum: Square) -> None:
    async with forum.channel() as channel:
        await channel.publish(post(text("News")), {})
        await channel.publish(post(text("Do it"), options={"topic": "today"}), {})
    threads = [message.thread for message in forum.chat.messages[-2:]]
    assert threads == [forum.kept.numbers["announcements"], forum.kept.numbers["today"]]


async def test_in_a_group_without_topics_all_goes_to_the_one_place(group: Square) -> None:
    async with group.channel() as channel:
        await channel.publish(post(options={"topic": "today"}), {})
    assert group.chat.last.thread is None


async def test_the_receipt_of_a_private_group_does_not_tell_which_it_is(forum: Square) -> None:
    async with forum.channel() as channel:
        receipt = await channel.publish(post(), {})
    assert receipt.url is None


async def test_a_topic_that_is_gone_is_made_once_for_many(forum: Square) -> None:
    forum.chat.delete_topic(forum.kept.numbers["today"])
    async with forum.channel() as first, forum.channel() as second:
        for channel in (first, first, second):
            await channel.publish(post(options={"topic": "today"}), {})
    names = [topic.name for topic in forum.chat.topics.values()]
    assert names.count("Today") == 1


async def test_a_topic_that_was_closed_is_opened_again(forum: Square) -> None:
    forum.chat.close_topic(forum.kept.numbers["today"])
    async with forum.channel() as channel:
        await channel.publish(post(options={"topic": "today"}), {})
    assert not forum.chat.topics[forum.kept.numbers["today"]].closed


async def test_without_the_right_to_it_a_person_must_help(forum: Square) -> None:
    forum.chat.delete_topic(forum.kept.numbers["today"])
    forum.chat.promote_bot("can_pin_messages")
    async with forum.channel() as channel:
        with pytest.raises(NotAuthorised, match=r"(?i)not enough rights to create a topic"):
            await channel.publish(post(options={"topic": "today"}), {})


async def test_a_group_that_moved_is_followed_at_once_and_from_then_on(group: Square) -> None:
    new = group.chat.migrate()
    async with group.channel() as channel:
        await channel.publish(post(text("One")), {})
        receipt = await channel.publish(post(text("Two")), {})
        await channel.pin(receipt)
    assert group.kept.chats == [new.id]
    assert [message.text for message in new.messages if message.text] == ["One", "Two"]
    assert [message.text for message in new.pinned] == ["Two"]


async def test_what_was_posted_before_the_move_is_not_touched_by_its_old_number(group: Square) -> None:
    async with group.channel() as channel:
        receipt = await channel.publish(post(), {})
        new = group.chat.migrate()
        new.keep(new.owner, {"text": "Somebody else's words"})
        with pytest.raises(Refused, match="has moved since"):
            await channel.pin(receipt)
    group.chat = new
    later = (group.world.clock.now() + timedelta(minutes=2)).isoformat()
    async with group.channel(since=later) as channel:
        with pytest.raises(Refused, match="has moved since"):
            await channel.retract(receipt)
    assert not any(message.deleted for message in new.history.values())


async def test_a_chat_of_somebody_s_own_is_neither_followed_nor_mended(
    group: Square, forum: Square
) -> None:
    group.kept.is_ours = forum.kept.is_ours = False
    group.chat.migrate()
    async with group.channel() as channel:
        with pytest.raises(NotAuthorised, match="has become a supergroup"):
            await channel.publish(post(), {})
    async with forum.channel() as channel:
        with pytest.raises(NotAuthorised, match="thread not found"):
            await channel.publish(post(options={"topic": "777"}), {})
