"""What the bot does in groups by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.telegram.rounds import keep_prompts, leave_strangers, tell_the_week
from schedules.commands.actor import Actor
from schedules.commands.pauses import pause
from schedules.people import groups
from schedules.store.tables import group_chat
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_stale_campaign
from tests.support.group_stage import bind, bound_group, captain
from tests.support.telegram.chats import Chat
from tests.support.telegram.people import Person

SECOND_DAY = datetime(2027, 2, 2, 8, 1, tzinfo=UTC)
"""A minute after nine in Berlin."""
SUNDAY = datetime(2027, 2, 7, 17, 1, tzinfo=UTC)
EDIT = "editMessageText"


async def asked(stage: BotStage, volunteers: int = 2) -> tuple[Chat, list[Person]]:
    """A group on the second day, with its prompt, and volunteers who got theirs."""
    stage.world.clock.set(SECOND_DAY - timedelta(days=3))
    group = await bound_group(stage, await captain(stage))
    await stage.plan_prompts()
    people = [await stage.volunteer() for _ in range(volunteers)]
    stage.world.clock.set(SECOND_DAY)
    await stage.send_due()
    await keep_prompts(stage.means)
    return group, people


async def done(stage: BotStage, *people: Person) -> None:
    for person in people:
        person.press(person.last, "Done")
    await stage.settle()
    await keep_prompts(stage.means)


def edits(stage: BotStage, chat: Chat) -> int:
    return sum(
        each.method == EDIT and each.parameters["chat_id"] == chat.id
        for each in stage.world.journal.requests
    )


async def test_a_count_changes_at_most_every_few_minutes_and_only_where_it_is_another(
    stage: BotStage,
) -> None:
    group, people = await asked(stage, 6)
    [prompt] = group.pinned
    before = edits(stage, group)
    await done(stage, *people[:1])
    await done(stage, *people[1:5])
    assert "<5 Menschen" in prompt.text
    stage.world.clock.advance(timedelta(minutes=4))
    await keep_prompts(stage.means)
    assert "\n5 Menschen" in prompt.text
    stage.world.clock.advance(timedelta(minutes=4))
    await keep_prompts(stage.means)
    assert edits(stage, group) == before + 2


async def test_the_text_keeps_its_marks_and_its_button(stage: BotStage) -> None:
    group, people = await asked(stage)
    [prompt] = group.pinned
    before, entities, buttons = prompt.text, prompt.entities, prompt.buttons
    await done(stage, *people)
    assert prompt.text.startswith(before)
    assert prompt.entities[: len(entities)] == entities
    assert prompt.buttons == buttons


@pytest.mark.parametrize("scope", ["everything", "city:berlin", "account:group-berlin-de"])
async def test_where_it_is_paused_the_bot_says_nothing(stage: BotStage, scope: str) -> None:
    group, people = await asked(stage)
    await pause(stage.store, stage.means.clock, Actor("root"), scope)
    before = group.text
    await done(stage, *people)
    stage.world.clock.set(SUNDAY)
    await tell_the_week(stage.means)
    assert group.text == before


async def test_yesterday_s_prompt_is_taken_down(stage: BotStage) -> None:
    group, _ = await asked(stage)
    [yesterday] = group.pinned
    stage.world.clock.set(SECOND_DAY + timedelta(days=1))
    await stage.send_due()
    await keep_prompts(stage.means)
    [today] = group.pinned
    assert today is not yesterday


async def test_a_prompt_that_somebody_took_down_is_no_trouble(stage: BotStage) -> None:
    group, _ = await asked(stage)
    group.pinned[0].pinned = False
    stage.world.clock.set(SECOND_DAY + timedelta(days=1))
    await stage.send_due()
    await keep_prompts(stage.means)
    assert len(group.pinned) == 1


async def test_the_week_is_told_once_on_sunday_evening_and_few_are_not_counted_out(stage: BotStage) -> None:
    group, people = await asked(stage)
    await done(stage, *people)
    stage.world.clock.set(SUNDAY - timedelta(minutes=5))
    await tell_the_week(stage.means)
    assert "Diese Woche" not in group.text
    stage.world.clock.set(SUNDAY)
    await tell_the_week(stage.means)
    await tell_the_week(stage.means)
    assert group.text.count("Diese Woche hier: <5 Aufgaben erledigt") == 1


async def test_a_week_in_which_five_did_something_is_counted(stage: BotStage) -> None:
    group, people = await asked(stage, 5)
    await done(stage, *people)
    stage.world.clock.set(SUNDAY)
    await tell_the_week(stage.means)
    assert "Diese Woche hier: 5 Aufgaben erledigt" in group.text


async def test_the_week_is_told_among_the_announcements_and_follows_a_group_that_moved(
    stage: BotStage,
) -> None:
    group, people = await asked(stage)
    await done(stage, *people)
    new = group.migrate()
    await stage.updates()
    stage.world.clock.set(SUNDAY)
    await tell_the_week(stage.means)
    bound = await groups.of_account(stage.store, "group-berlin-de")
    assert bound is not None
    assert await groups.address(stage.store, stage.means.vault, bound.account) == new.id


@pytest.mark.parametrize("trouble", ["telegram", "campaign"])
async def test_one_group_that_fails_keeps_no_other_waiting(stage: BotStage, trouble: str) -> None:
    group, people = await asked(stage)
    stage.world.clock.set(SECOND_DAY - timedelta(hours=3))
    lena = stage.world.users[group.owner.id]
    forum = stage.world.add_supergroup("Two", owner=lena, forum=True)
    await bind(stage, lena, forum, "can_manage_topics")
    stage.world.clock.set(SUNDAY - timedelta(days=4))
    await done(stage, *people)
    if trouble == "telegram":
        group.demote_bot()
        group.restrict_bot()
    else:
        await add_stale_campaign(stage.store)
        await _belongs_to_a_campaign_that_nobody_can_read(stage, "group-berlin-de")
    stage.world.clock.set(SUNDAY)
    await tell_the_week(stage.means)
    [told] = [each for each in forum.messages if "Diese Woche" in each.text]
    assert told.thread is not None
    assert forum.topics[told.thread].name == "Ankündigungen"


async def _belongs_to_a_campaign_that_nobody_can_read(stage: BotStage, account: str) -> None:
    changed = group_chat.update().where(group_chat.c.account == account).values(campaign="stale")
    async with stage.store.write() as connection:
        await connection.execute(changed)


async def test_a_group_that_the_bot_has_left_already_is_no_trouble(stage: BotStage) -> None:
    group = stage.world.add_group("Elsewhere", owner=stage.world.add_user("Somebody"))
    group.add_bot(group.owner)
    await stage.settle()
    stage.world.updates.allowed = frozenset()
    group.remove_bot(group.owner)
    await leave_strangers(stage.means)
    assert await groups.overdue(stage.store, stage.means.vault, stage.means.clock.now()) == ()
