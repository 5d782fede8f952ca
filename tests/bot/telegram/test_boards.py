"""The message of the board: it changes in place, not too often, and comes back where it was lost."""

from dataclasses import replace
from datetime import timedelta

from bot.telegram.boards import BETWEEN, LONGEST, board_told, keep_boards
from content.counting import utf16_units
from content.words import words
from schedules.action_days import boards, checkins
from schedules.action_days.checkins import What
from tests.bot.telegram.handlers.test_boarding import organisers
from tests.support.boards import NOON, example, example_board
from tests.support.bot_stage import BotStage
from tests.support.group_stage import say
from tests.support.telegram.chats import Chat

EDITED = "editMessageText"


async def put_up(stage: BotStage) -> Chat:
    amal, group = await organisers(stage)
    await say(stage, amal, "/board", group)
    stage.world.clock.set(NOON)
    return group


async def reported(stage: BotStage, people: int, city: str = "berlin") -> None:
    clock = stage.means.clock
    async with stage.store.write() as connection:
        await checkins.write(
            connection, clock, stage.campaign.id, "release", city, What.PEOPLE,
            happened_at=clock.now(), people=people,
        )  # fmt: skip


def edits(stage: BotStage, group: Chat) -> int:
    return sum(each.parameters["chat_id"] == group.id for each in stage.world.journal.of(EDITED))


async def test_it_changes_in_place_at_most_every_twenty_seconds_and_only_where_it_says_something_else(
    stage: BotStage,
) -> None:
    group = await put_up(stage)
    shown, messages = group.last, len(group.messages)
    for people in (40, 60, 90):
        await reported(stage, people)
        await keep_boards(stage.means)
        stage.world.clock.advance(timedelta(seconds=5))
    assert edits(stage, group) == 1
    assert "about 40 people (captains’ estimates)" in shown.text
    stage.world.clock.advance(BETWEEN)
    await keep_boards(stage.means)
    stage.world.clock.advance(BETWEEN)
    await keep_boards(stage.means)
    assert edits(stage, group) == 2
    assert "about 90 people (captains’ estimates)" in shown.text
    assert len(group.messages) == messages


async def test_it_waits_as_long_as_telegram_asks_to(stage: BotStage) -> None:
    group = await put_up(stage)
    await reported(stage, 40)
    fault = stage.world.faults.order(EDITED, "too_many_requests", times=1, retry_after=120)
    await keep_boards(stage.means)
    for _ in range(5):
        stage.world.clock.advance(BETWEEN)
        await keep_boards(stage.means)
    assert (fault.struck, edits(stage, group)) == (1, 0)
    stage.world.clock.advance(BETWEEN)
    await keep_boards(stage.means)
    assert "about 40 people" in group.last.text


async def test_one_that_was_deleted_is_written_anew_and_from_then_on_changed(stage: BotStage) -> None:
    group = await put_up(stage)
    group.last.deleted = True
    for people in (40, 60):
        await reported(stage, people)
        stage.world.clock.advance(BETWEEN)
        await keep_boards(stage.means)
    assert "about 60 people" in group.last.text
    assert sum("captains’ estimates" in each.text for each in group.messages) == 1


async def test_a_group_that_became_a_supergroup_gets_it_there(stage: BotStage) -> None:
    amal, _ = await organisers(stage)
    small = stage.world.add_group("Organisers", owner=amal)
    small.add_bot(amal)
    await stage.settle()
    await say(stage, amal, "/board", small)
    large = small.migrate()
    await reported(stage, 40)
    stage.world.clock.advance(BETWEEN)
    await keep_boards(stage.means)
    stage.world.clock.advance(BETWEEN)
    await keep_boards(stage.means)
    assert "about 40 people" in large.last.text


async def test_a_bot_that_may_not_write_there_any_more_forgets_it(stage: BotStage) -> None:
    group = await put_up(stage)
    group.remove_bot(group.owner)
    await reported(stage, 40)
    stage.world.clock.advance(BETWEEN)
    await keep_boards(stage.means)
    assert await boards.places(stage.store) == ()


async def test_a_day_after_it_the_message_stays_and_the_group_is_forgotten(stage: BotStage) -> None:
    group = await put_up(stage)
    stage.world.clock.set(NOON + timedelta(hours=23, minutes=59))
    await keep_boards(stage.means)
    assert len(await boards.places(stage.store)) == 1
    stage.world.clock.advance(timedelta(minutes=2))
    await keep_boards(stage.means)
    assert await boards.places(stage.store) == ()
    assert not group.last.deleted


def test_what_is_urgent_comes_first_and_a_hundred_cities_fit() -> None:
    campaign = example()
    board = example_board(campaign)
    told = board_told(board, campaign, words("en"))
    lines = told.split("\n\n")[1].splitlines()
    assert [line.split("</b>")[0][4:-1] for line in lines[:2]] == ["London", "Hamburg"]
    assert "DANGER since 12:20" in lines[0]
    assert "does not take place" in told
    long = board_told(replace(board, cities=board.cities * 12), campaign, words("ar"))
    assert LONGEST - 200 < utf16_units(long) <= LONGEST + 100
