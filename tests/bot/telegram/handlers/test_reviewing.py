"""A reviewer looks at pictures, twice before one may be published."""

from datetime import timedelta

from schedules.action_days.board import read_board
from tests.support.boards import NOON
from tests.support.bot_stage import BotStage
from tests.support.planted import planted
from tests.support.queue_play import prove
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, press


async def brought(stage: BotStage, *sizes: tuple[int, int]) -> Person:
    """A captain of Berlin has sent pictures, and a reviewer is there."""
    stage.world.clock.set(NOON + timedelta(minutes=20))
    lena = await stage.comes("lena", "captain", scope="city:berlin")
    for size in sizes:
        lena.send_photo(planted("JPEG", size))
    await stage.settle()
    return await stage.comes("omar", "approver")


async def cleared(stage: BotStage) -> list[str]:
    day = stage.campaign.action_days[0]
    board = await read_board(stage.store, stage.campaign, day, stage.means.clock.now(), public=False)
    return [each.city for each in board.photos]


async def test_two_taps_and_a_code_let_a_picture_out(stage: BotStage) -> None:
    omar = await brought(stage, (40, 30), (50, 30))
    await ask(stage, omar, "/photos")
    assert "Berlin" in omar.last.text
    assert omar.last.buttons == [["May be published"], ["Not", "Later"]]
    await press(stage, omar, "May be published")
    assert "Can a face be recognised" in omar.last.text
    assert await cleared(stage) == []
    await press(stage, omar, "Nobody is endangered by it")
    assert "second factor" in omar.last.text
    await prove(stage, omar)
    await press(stage, omar, "Nobody is endangered by it")
    assert await cleared(stage) == ["berlin"]
    assert omar.last.buttons[0] == ["May be published"], "the next one is shown"
    await press(stage, omar, "Not")
    assert "No picture waits" in omar.last.text
    assert await cleared(stage) == ["berlin"]


async def test_what_is_left_for_later_comes_again(stage: BotStage) -> None:
    omar = await brought(stage, (40, 30))
    await ask(stage, omar, "/photos")
    await press(stage, omar, "Later")
    assert "No picture waits" in omar.last.text
    await ask(stage, omar, f"/photos {2**63}")
    assert "No picture waits" in omar.last.text
    await ask(stage, omar, "/photos")
    assert omar.last.buttons[0] == ["May be published"]
