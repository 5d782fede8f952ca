"""Looking at a queued message, cell by cell."""

import pytest

from tests.support.bot_stage import BotStage
from tests.support.queue_play import connect, open_cell, press_on, queue, showing, signs, write, writes
from tests.support.telegram.people import Person

TEXT = "One light for every family: https://example.org/light\n\n#WhiteBalloons"


@pytest.fixture
async def sara(stage: BotStage) -> Person:
    await connect(stage, "en", "de")
    return await queue(stage, TEXT)


async def test_a_cell_shows_exactly_what_will_appear_and_the_room_it_takes(
    stage: BotStage, sara: Person
) -> None:
    await open_cell(stage, sara, "en")
    cell = showing(sara, "x-en")
    assert TEXT in cell.text
    assert "/ 280" in cell.text


async def test_walking_goes_round_through_every_cell_and_through_problems_alone(
    stage: BotStage, sara: Person
) -> None:
    await open_cell(stage, sara, "en")
    cell = showing(sara, "x-en")
    assert cell.buttons[0] == ["‹", "2/4", "›"]
    for account in ("telegram-de", "x-de", "telegram-en"):
        sara.press(cell, "›")
        await stage.settle()
        assert account in cell.text
    sara.press(cell, "Back to the grid")
    await stage.settle()
    await press_on(stage, sara, "missing:", "Only problems")
    assert signs(sara) == [["TG", " · ", "✗"], ["X", " · ", "✗"]]
    await open_cell(stage, sara, "de")
    assert showing(sara, "x-de").buttons[0][1] == "2/2"


async def test_a_cell_without_a_text_says_so(stage: BotStage, sara: Person) -> None:
    await open_cell(stage, sara, "de")
    assert "There is no text in this language yet." in showing(sara, "x-de").text


async def test_an_account_is_left_out_with_a_reason_and_taken_in_again(
    stage: BotStage, sara: Person
) -> None:
    await open_cell(stage, sara, "de")
    await press_on(stage, sara, "x-de", "Leave out here")
    await write(stage, sara, "They are on holiday")
    assert "Left out: They are on holiday" in showing(sara, "x-de").text
    assert signs(sara) == [["TG", "✓", "✗"], ["X", "✓", "–"]]
    await press_on(stage, sara, "Left out:", "Let it go out here after all")
    assert "There is no text in this language yet." in showing(sara, "x-de").text


async def test_a_text_for_one_platform_alone_leaves_the_other_as_it_is(
    stage: BotStage, sara: Person
) -> None:
    await open_cell(stage, sara, "en")
    await press_on(stage, sara, "x-en", "Write it for x alone")
    await write(stage, sara, "Short https://example.org/light\n\n#WhiteBalloons")
    await open_cell(stage, sara, "en", "TG")
    assert TEXT in showing(sara, "telegram-en").text


async def test_whoever_edits_german_alone_sees_german_alone(stage: BotStage, sara: Person) -> None:
    gerd = await stage.comes("gerd", "editor", scope="language:de")
    await open_cell(stage, sara, "de")
    await press_on(stage, sara, "x-de", "Ask an editor")
    data = stage.means.signer.data(gerd.id, "qg", "1.a.0")
    gerd.type_forged_callback(data)
    await stage.settle()
    assert signs(gerd) == [["TG", "✗"], ["X", "✗"]]


async def test_a_text_that_is_written_shows_in_the_grid_at_once(stage: BotStage, sara: Person) -> None:
    await writes(stage, sara, "de", "Ein Licht: https://example.org/light\n\n#WhiteBalloons")
    assert signs(sara) == [["TG", "✓", "✓"], ["X", "✓", "✓"]]
