"""Pictures of a queued message and what they show."""

import pytest

from schedules.commands import door_messages
from schedules.commands.actor import Actor
from schedules.planning.doors import DoorMessage
from tests.support.bot_stage import BotStage
from tests.support.folders import picture
from tests.support.queue_play import connect, open_cell, press_on, signs, write, writes
from tests.support.telegram.people import Person

TEXT = "One light for every family: https://example.org/light\n\n#WhiteBalloons"
GERMAN = "Ein Licht für jede Familie: https://example.org/light\n\n#WhiteBalloons"
PICTURE = picture("JPEG", (640, 480))


@pytest.fixture
async def sara(stage: BotStage) -> Person:
    await connect(stage, "en", "de")
    person = await stage.comes("sara", "editor")
    person.send_photo(PICTURE, f"/queue {TEXT}")
    await stage.settle()
    return person


async def _door(stage: BotStage) -> DoorMessage:
    return await door_messages.show(stage.store, Actor("test"), 1)


async def test_a_picture_is_described_in_the_language_of_its_post(stage: BotStage, sara: Person) -> None:
    assert "What does picture 1 show? One sentence in English" in sara.phone
    assert signs(sara)[0] == ["TG", "⚠", "✗"]
    await write(stage, sara, "A white  balloon")
    assert (await _door(stage)).pictures[0].alt == {"en": "A white balloon"}
    assert signs(sara)[0] == ["TG", "✓", "✗"]


async def test_each_language_is_asked_for_its_own_description(stage: BotStage, sara: Person) -> None:
    await write(stage, sara, "A white balloon")
    await writes(stage, sara, "de", GERMAN)
    assert "What does picture 1 show? One sentence in Deutsch" in sara.phone
    await write(stage, sara, "Ein weißer Ballon")
    assert signs(sara)[0] == ["TG", "✓", "✓"]


async def test_a_description_can_be_given_later(stage: BotStage, sara: Person) -> None:
    await write(stage, sara, "/help")
    await write(stage, sara, "/status")
    await open_cell(stage, sara, "en")
    await press_on(stage, sara, "x-en", "Describe the pictures")
    await write(stage, sara, "A white balloon")
    assert (await _door(stage)).pictures[0].alt == {"en": "A white balloon"}


async def test_a_picture_is_no_description(stage: BotStage, sara: Person) -> None:
    sara.send_photo(PICTURE)
    await stage.settle()
    assert sara.phone.count("What does picture 1 show?") == 2
    assert (await _door(stage)).pictures[0].alt == {}


async def test_the_whole_album_is_taken_and_described_one_by_one(stage: BotStage) -> None:
    await connect(stage, "en")
    sara = await stage.comes("sara", "editor")
    await write(stage, sara, "/queue")
    sara.send_album([PICTURE, picture("JPEG", (480, 640)), picture("PNG", (64, 64))], TEXT)
    await stage.settle()
    assert len((await _door(stage)).pictures) == 3
    for words in ("One", "Two", "Three"):
        await write(stage, sara, words)
    assert [each.alt for each in (await _door(stage)).pictures] == [
        {"en": "One"},
        {"en": "Two"},
        {"en": "Three"},
    ]
    assert "Every picture is described in English." in sara.last.text
