"""Pictures of a queued message and what they show."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.telegram.handlers.describing import LARGEST
from schedules.commands import door_messages
from schedules.commands.actor import Actor
from schedules.errors import ScheduleError
from schedules.planning.doors import DoorMessage
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.folders import picture
from tests.support.queue_play import (
    connect,
    open_cell,
    open_pending,
    plan,
    press,
    press_on,
    signs,
    write,
    writes,
)
from tests.support.telegram.people import Person
from tests.support.videos import film

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


async def test_what_is_graphic_goes_nowhere_before_each_language_warns_of_it(
    stage: BotStage, sara: Person
) -> None:
    await write(stage, sara, "A wounded man")
    assert signs(sara)[0] == ["TG", "✓", "✗"]
    await press(stage, sara, "Yes, warn of it")
    assert "What are people about to see? A few words in English" in sara.last.text
    assert signs(sara)[0] == ["TG", "⚠", "✗"]
    await write(stage, sara, "Injured people")
    assert "The warning in English is kept." in sara.last.text
    assert signs(sara)[0] == ["TG", "✓", "✗"]
    await writes(stage, sara, "de", GERMAN)
    await write(stage, sara, "Ein Verwundeter")
    assert signs(sara)[0] == ["TG", "✓", "⚠"]
    await write(stage, sara, "Verletzte Menschen")
    assert signs(sara)[0] == ["TG", "✓", "✓"]
    assert (await _door(stage)).warning == {"en": "Injured people", "de": "Verletzte Menschen"}


async def test_what_is_not_graphic_is_not_warned_of_and_not_asked_again(
    stage: BotStage, sara: Person
) -> None:
    await write(stage, sara, "A white balloon")
    await press(stage, sara, "No, nothing of that")
    assert (await _door(stage)).graphic is False
    await writes(stage, sara, "de", GERMAN)
    await write(stage, sara, "Ein weißer Ballon")
    assert sara.phone.count("to be seen?") == 0
    assert signs(sara)[0] == ["TG", "✓", "✓"]


@pytest.fixture
async def filming(sqlite_url: str, tmp_path: Path) -> AsyncIterator[BotStage]:
    """A stage that keeps videos."""
    async with bot_stage(sqlite_url, videos=tmp_path / "videos") as stage:
        await connect(stage, "en")
        yield stage


async def test_a_video_is_encoded_anew_described_and_planned(
    filming: BotStage, ffmpeg: Path, tmp_path: Path
) -> None:
    video = film(ffmpeg, tmp_path / "in.mp4", "-metadata", "title=CANARY").read_bytes()
    assert b"CANARY" in video
    sara = await filming.comes("sara", "editor")
    sara.send_video(video, f"/queue {TEXT}")
    await filming.settle()
    assert "What does the video show, and what is said in it? One sentence in English" in sara.last.text
    await write(filming, sara, "A balloon rises to music")
    await press(filming, sara, "Yes, warn of it")
    await write(filming, sara, "A loud bang")
    kept = [path.read_bytes() for path in sorted((tmp_path / "videos").iterdir())]
    assert kept
    assert not any(b"CANARY" in data for data in kept)
    await plan(filming, sara)
    assert signs(sara) == [["TG", "●"], ["X", "●"]]
    sami = await filming.comes("sami", "approver")
    await open_pending(filming, sami)
    assert "<video> A balloon rises to music" in sami.phone
    assert "A loud bang" in sami.last.text


async def test_a_video_beyond_what_telegram_gives_a_bot_is_refused_with_a_way_out(stage: BotStage) -> None:
    sara = await stage.comes("sara", "editor")
    sara.send_video(b"v" * (LARGEST + 1), f"/queue {TEXT}")
    await stage.settle()
    assert "files of up to 20 MB" in sara.last.text
    assert "campaign folder" in sara.last.text
    with pytest.raises(ScheduleError):
        await _door(stage)


async def test_what_is_no_video_is_refused_with_the_reason(filming: BotStage, ffmpeg: Path) -> None:
    del ffmpeg
    sara = await filming.comes("sara", "editor")
    sara.send_video(b"no video", f"/queue {TEXT}")
    await filming.settle()
    assert "The video cannot be used" in sara.last.text
