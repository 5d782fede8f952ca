"""A group of an open city: bound, asked the task of the day, its count kept, followed when it moves, mended when it breaks."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from sqlalchemy import select

from channels.secret import Secret
from content.models import Risk
from schedules.accounts import accounts
from schedules.accounts.accounts import NewAccount
from schedules.accounts.buckets import buckets_for
from schedules.planning.record import record
from schedules.store.tables import account, delivery, post
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.deliveries import add_deliveries
from tests.support.group_stage import RIGHTS, bind, captain, say, tap
from tests.support.searching import everything, found
from tests.support.telegram.chats import Chat
from tests.support.telegram.people import Person

BEFORE = datetime(2027, 1, 30, 12, tzinfo=UTC)
SECOND_DAY = datetime(2027, 2, 2, 8, 1, tzinfo=UTC)
"""A minute after nine in Berlin, as the next."""
THIRD_DAY = datetime(2027, 2, 3, 8, 1, tzinfo=UTC)
ORDERS: tuple[Literal["big", "little"], ...] = ("big", "little")


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=BEFORE) as stage:
        yield stage


async def days_go_by(stage: BotStage, *, until: datetime) -> None:
    stage.world.clock.set(until)
    await stage.send_due()
    await stage.do_chores()


async def held(stage: BotStage) -> str | None:
    async with stage.store.read() as connection:
        found = await connection.execute(select(account.c.held).where(account.c.id == "group-berlin-de"))
        why: str | None = found.scalar_one()
        return why


async def test_what_the_bot_lacks_is_explained_before_anything_is_bound(stage: BotStage) -> None:
    lena = await captain(stage)
    group = stage.world.add_group("Berlin", owner=lena)
    group.add_bot(lena)
    await stage.settle()
    assert "Write /setup here" in group.last.text
    await say(stage, lena, "/setup", group)
    assert "• Pin messages" in group.last.text
    assert "• Delete messages" in group.last.text
    assert "• Invite users" in group.last.text
    assert "topics" not in group.last.text
    group.promote_bot("can_pin_messages", "can_delete_messages")
    await stage.settle()
    await tap(stage, lena, group, "Look again")
    assert "• Invite users" in group.last.text
    assert "• Pin messages" not in group.last.text
    group.promote_bot(*RIGHTS)
    await stage.settle()
    await tap(stage, lena, group, "Look again")
    assert [row[0] for row in group.last.buttons] == ["Berlin"]


async def test_the_task_of_the_day_is_pinned_counted_and_follows_the_group(stage: BotStage) -> None:
    lena = await captain(stage)
    group = await bind(stage, lena, stage.world.add_group("Berlin", owner=lena))
    assert "This group is bound to" in group.last.text
    await stage.plan_prompts()
    people = [await stage.volunteer() for _ in range(5)]
    await days_go_by(stage, until=SECOND_DAY)
    [prompt] = group.pinned
    assert prompt.button("Meine Aufgabe, privat")["url"] == "https://t.me/balloon_bot?start=today"
    assert "sagen" not in prompt.text
    await do_it(stage, people[:1])
    assert "<5 Menschen sagen" in prompt.text
    await do_it(stage, people[1:])
    assert "5 Menschen sagen" in prompt.text
    assert "<5" not in prompt.text
    assert group.pinned == [prompt]
    new = group.migrate()
    await stage.settle()
    await days_go_by(stage, until=THIRD_DAY)
    [prompt] = new.pinned
    assert prompt.chat is new
    assert await held(stage) is None


async def do_it(stage: BotStage, people: list[Person]) -> None:
    for person in people:
        person.press(person.last, "Done")
    await stage.settle()
    stage.world.clock.advance(timedelta(minutes=4))
    await stage.do_chores()


async def test_the_refused_send_alone_tells_of_the_new_id(stage: BotStage) -> None:
    lena = await captain(stage)
    group = await bind(stage, lena, stage.world.add_group("Berlin", owner=lena))
    await stage.plan_prompts()
    await days_go_by(stage, until=SECOND_DAY)
    new = group.migrate()
    await stage.updates()
    await days_go_by(stage, until=THIRD_DAY)
    assert [message.chat for message in new.pinned] == [new]
    assert await held(stage) is None


async def test_topics_are_made_once_and_mended(stage: BotStage) -> None:
    lena = await captain(stage)
    forum = stage.world.add_supergroup("Berlin", owner=lena, forum=True)
    await bind(stage, lena, forum, "can_manage_topics")
    assert [topic.name for topic in forum.topics.values()] == ["Ankündigungen", "Heute", "Fragen"]
    today = next(topic for topic in forum.topics.values() if topic.name == "Heute")
    await stage.plan_prompts()
    forum.close_topic(today.id)
    await days_go_by(stage, until=SECOND_DAY)
    assert [message.thread for message in forum.pinned] == [today.id]
    assert not today.closed
    forum.delete_topic(today.id)
    await days_go_by(stage, until=THIRD_DAY)
    [prompt] = forum.pinned
    assert prompt.thread in forum.topics
    assert forum.topics[prompt.thread].name == "Heute"
    assert len(forum.topics) == 3
    assert await held(stage) is None


async def test_a_group_that_nobody_binds_is_left_after_an_hour(stage: BotStage) -> None:
    lena = await captain(stage)
    group = stage.world.add_group("Berlin", owner=lena)
    group.add_bot(lena)
    await stage.settle()
    await stage.do_chores()
    assert group.bot.present
    stage.world.clock.advance(timedelta(hours=1, minutes=1))
    await stage.do_chores()
    assert not group.bot.present
    assert "serves only groups" in group.last.text


async def test_a_stranger_s_group_is_left_at_once(stage: BotStage) -> None:
    group = stage.world.add_group("Elsewhere", owner=stage.world.add_user("Somebody"))
    group.add_bot(group.owner)
    await stage.settle()
    await stage.do_chores()
    assert not group.bot.present


async def test_nothing_personal_is_answered_in_a_group(stage: BotStage) -> None:
    lena = await captain(stage)
    group = await bind(stage, lena, stage.world.add_group("Berlin", owner=lena))
    ada = await stage.volunteer()
    ada.join(group)
    await stage.settle()
    before = group.text
    for words in ("/mydata", "/today", "/setup", "/unbind", "/help", "forget me"):
        await say(stage, ada, words, group)
    said = [message for message in group.messages if message.sender is stage.world.bot]
    assert group.text.startswith(before)
    assert "/mydata" not in said[-1].text
    data = next(each for each in stage.world.presses.values()).data
    ada.type_forged_callback(data, group.last)
    await stage.settle()
    assert "no longer works" in (ada.presses[-1].text or "")


async def test_a_guarded_city_has_no_group(stage: BotStage) -> None:
    amal = await stage.comes("amal", "captain", scope="everything")
    group = stage.world.add_group("Aleppo", owner=amal)
    group.add_bot(amal, rights=RIGHTS)
    await stage.settle()
    await say(stage, amal, "/setup", group)
    await tap(stage, amal, group, "Aleppo")
    assert "This city is guarded" in group.last.text


async def test_in_a_city_that_became_guarded_nothing_is_sent_and_its_captain_hears_why(
    stage: BotStage,
) -> None:
    lena = await captain(stage)
    group = await bind(stage, lena, stage.world.add_group("Berlin", owner=lena))
    await stage.plan_prompts()
    before = _said_by_bot(stage, group)
    await _plan_berlin(stage, Risk.GUARDED)
    stage.world.add_user("Somebody").join(group)
    await stage.settle()
    await days_go_by(stage, until=SECOND_DAY)
    assert _said_by_bot(stage, group) == before
    assert "group-berlin-de" in lena.phone
    assert "This city is guarded" in lena.phone
    await _plan_berlin(stage, Risk.OPEN)
    assert "guarded now" in (await held(stage) or "")
    await bind(stage, lena, group)
    assert await held(stage) is None


def _said_by_bot(stage: BotStage, group: Chat) -> list[str]:
    return [message.text for message in group.messages if message.sender is stage.world.bot]


async def _plan_berlin(stage: BotStage, risk: Risk) -> None:
    """Plan the campaign anew, with another risk in Berlin."""
    cities = tuple(
        city.model_copy(update={"risk": risk}) if city.id == "berlin" else city
        for city in stage.campaign.cities
    )
    changed = stage.campaign.model_copy(update={"cities": cities})
    stage.world.clock.advance(timedelta(seconds=1))
    await record(stage.store, stage.means.clock, changed, (), author="sara", kept=frozenset())


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("kind", ["channel", "supergroup"])
async def test_the_bot_stays_where_an_account_posts_that_shares_its_token(
    stage: BotStage, kind: str, *, named: bool
) -> None:
    owner = stage.world.add_user("Owner")
    add = stage.world.add_channel if kind == "channel" else stage.world.add_supergroup
    chat = add("Balloons", owner=owner, username="White_Balloons")
    settings = {"chat_id": "@white_balloons" if named else str(chat.id), "base_url": stage.api.address}
    await accounts.add(
        stage.store,
        stage.means.vault,
        NewAccount("balloons-en", "telegram", "en", "sara", "Run by the campaign.", settings=settings),
        secret=Secret(stage.world.token),
        buckets=buckets_for("telegram"),
        now=stage.means.clock.now(),
    )
    chat.add_bot(owner, rights=("can_post_messages",))
    await stage.settle()
    stage.world.clock.advance(timedelta(hours=2))
    await stage.do_chores()
    assert chat.bot.present
    assert _said_by_bot(stage, chat) == []
    due_at = stage.means.clock.now()
    await add_deliveries(stage.store, ["balloons-en"], 1, due_at=due_at, campaign=stage.campaign.id)
    await stage.send_due()
    assert chat.last.text == "Hello"


async def test_a_group_to_which_an_account_was_connected_meanwhile_is_not_left(stage: BotStage) -> None:
    lena = await captain(stage)
    group = stage.world.add_group("Balloons", owner=lena)
    group.add_bot(lena)
    await stage.settle()
    await stage.add_account("balloons-en", "telegram", {"chat_id": str(group.id)})
    stage.world.clock.advance(timedelta(hours=2))
    await stage.do_chores()
    assert group.bot.present
    assert "serves only groups" not in group.text


async def test_thrown_out_it_holds_the_account_and_comes_back(stage: BotStage) -> None:
    lena = await captain(stage)
    group = await bind(stage, lena, stage.world.add_group("Berlin", owner=lena))
    group.remove_bot(lena)
    await stage.settle()
    assert "no longer in this group" in (await held(stage) or "")
    await bind(stage, lena, group)
    assert await held(stage) is None
    await say(stage, lena, "/unbind", group)
    assert "unbound" in (await held(stage) or "")
    await bind(stage, lena, group)
    assert await held(stage) is None


async def test_no_id_of_a_group_is_in_the_database(stage: BotStage) -> None:
    lena = await captain(stage)
    group = await bind(stage, lena, stage.world.add_group("Berlin", owner=lena))
    waiting = stage.world.add_group("Another", owner=lena)
    waiting.add_bot(lena)
    await stage.plan_prompts()
    await days_go_by(stage, until=SECOND_DAY)
    new = group.migrate()
    await stage.settle()
    await days_go_by(stage, until=THIRD_DAY)
    haystack = await everything(stage.store)
    hidden = [abs(chat.id) for chat in (group, new, waiting)]
    hidden += [int(str(new.id).removeprefix("-100")), lena.id]
    assert found(haystack, hidden) == []
    assert not any(form in haystack for chat in (group, new, waiting) for form in signed(chat.id))
    async with stage.store.read() as connection:
        prompts = select(delivery.c.state).join(post).where(post.c.slot.startswith("group:"))
        assert "sent" in (await connection.execute(prompts)).scalars().all()


def signed(number: int) -> list[bytes]:
    """A negative number as databases and programs write it in eight bytes."""
    raw = [number.to_bytes(8, order, signed=True) for order in ORDERS]
    return [*raw, *(form.hex().encode() for form in raw), *(base64.b64encode(form)[:10] for form in raw)]
