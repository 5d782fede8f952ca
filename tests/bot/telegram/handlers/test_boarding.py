"""``/board`` in the organisers' group, from the first message to the end of it."""

from datetime import timedelta

from bot.telegram.boards import keep_boards
from bot.telegram.rounds import leave_strangers
from schedules.action_days import boards
from schedules.people import groups
from tests.support.boards import NOON, guarded_names
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_stale_campaign
from tests.support.group_stage import captain, say, tap
from tests.support.telegram.chats import Chat
from tests.support.telegram.people import Person


async def organisers(stage: BotStage, username: str | None = None) -> tuple[Person, Chat]:
    """An admin has added the bot to a group of organisers."""
    stage.world.clock.set(NOON - timedelta(hours=3))
    amal = await stage.comes("amal", "admin")
    group = stage.world.add_supergroup("Organisers", owner=amal, username=username)
    group.add_bot(amal)
    await stage.settle()
    return amal, group


async def test_an_admin_puts_the_board_up_and_the_bot_stays(stage: BotStage) -> None:
    amal, group = await organisers(stage)
    await add_stale_campaign(stage.store)
    await say(stage, amal, "/board", group)
    assert "The moment of the white balloons" in group.last.text
    assert "No captain has told a number yet." in group.last.text
    assert "Berlin" in group.last.text
    assert [name for name in guarded_names(stage.campaign) if name in group.text] == []
    await groups.wait(stage.store, stage.means.vault, group.id, stage.means.clock.now())
    stage.world.clock.advance(timedelta(hours=2))
    await leave_strangers(stage.means)
    assert stage.world.journal.of("leaveChat") == []
    assert await boards.is_board(stage.store, stage.means.vault, group.id)
    before = group.text
    await keep_boards(stage.means)
    assert group.text == before


async def test_a_group_that_everybody_can_read_gets_no_board(stage: BotStage) -> None:
    amal, group = await organisers(stage, "organisers_of_it_all")
    await say(stage, amal, "/board", group)
    assert "Everybody can read this group" in group.last.text
    assert await boards.places(stage.store) == ()


async def test_a_day_that_does_not_exist_is_told(stage: BotStage) -> None:
    amal, group = await organisers(stage)
    await say(stage, amal, "/board harvest", group)
    assert "There is no such action day." in group.last.text


async def test_a_captain_neither_puts_it_up_nor_makes_a_city_of_its_group(stage: BotStage) -> None:
    amal, group = await organisers(stage)
    lena = await captain(stage)
    lena.join(group)
    await say(stage, lena, "/board", group)
    assert await boards.places(stage.store) == ()
    await say(stage, amal, "/board release", group)
    group.promote_bot()
    await stage.settle()
    assert "Write /setup here" not in group.last.text
    await say(stage, lena, "/setup", group)
    await tap(stage, lena, group, "Berlin")
    await tap(stage, lena, group, "Deutsch")
    assert "board of an action day stands in this group" in (lena.presses[-1].text or "")


async def test_a_bot_that_was_thrown_out_forgets_the_group(stage: BotStage) -> None:
    amal, group = await organisers(stage)
    await say(stage, amal, "/board", group)
    group.remove_bot(amal)
    await stage.settle()
    assert await boards.places(stage.store) == ()
