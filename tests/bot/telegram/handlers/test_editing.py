"""Texts by editors, and the second reader."""

import pytest

from schedules.commands import door_messages
from schedules.commands.actor import Actor
from tests.support.bot_stage import BotStage
from tests.support.folders import picture
from tests.support.queue_play import connect, open_cell, press, press_on, queue, showing, write, writes
from tests.support.telegram.people import Person

TEXT = "One light for every family: https://example.org/light\n\n#WhiteBalloons"
TURKISH = "Her aile için bir ışık: https://example.org/light\n\n#WhiteBalloons"


@pytest.fixture
async def sara(stage: BotStage) -> Person:
    await connect(stage, "en", "tr")
    return await queue(stage, TEXT)


async def _ask(stage: BotStage, sara: Person) -> None:
    await open_cell(stage, sara, "tr")
    await press_on(stage, sara, "x-tr", "Ask an editor")


async def test_where_nobody_writes_a_language_that_is_said(stage: BotStage, sara: Person) -> None:
    await _ask(stage, sara)
    assert "Nobody else who writes Türkçe can be reached." in sara.phone


async def test_an_editor_is_asked_in_their_language_with_source_tag_and_limits(
    stage: BotStage, sara: Person
) -> None:
    tuna = await stage.comes("tuna", "editor", scope="language:tr")
    await _ask(stage, sara)
    assert "sara asks for this post in Türkçe. It goes out: as soon as it is approved." in tuna.phone
    assert TEXT in tuna.last.text
    assert "telegram 4096 · x 280" in tuna.last.text
    assert "\n#WhiteBalloons" in tuna.last.text


async def test_what_breaks_a_rule_is_told_and_asked_for_again_until_it_is_good(
    stage: BotStage, sara: Person
) -> None:
    tuna = await stage.comes("tuna", "editor", scope="language:tr")
    await _ask(stage, sara)
    await press(stage, tuna, "I write it")
    await write(stage, tuna, "Etiket yok")
    await write(stage, tuna, "Hâlâ yok")
    assert tuna.phone.count("something is to be mended") == 2
    await write(stage, tuna, TURKISH)
    assert "The text in Türkçe is kept." in tuna.last.text


async def test_the_author_may_be_the_second_reader(stage: BotStage, sara: Person) -> None:
    tuna = await stage.comes("tuna", "editor", scope="language:tr")
    await _ask(stage, sara)
    await press(stage, tuna, "I write it")
    await write(stage, tuna, TURKISH)
    assert "tuna has written the text in Türkçe of number 1." in sara.phone
    await open_cell(stage, sara, "tr")
    await press_on(stage, sara, "x-tr", "Read and confirm it")
    await press_on(stage, sara, "Please read this text", "It is right")
    assert "sara has confirmed the text in Türkçe of number 1." in tuna.phone


async def test_a_text_that_changed_meanwhile_is_not_confirmed(stage: BotStage, sara: Person) -> None:
    tuna = await stage.comes("tuna", "editor", scope="language:tr")
    timur = await stage.comes("timur", "editor", scope="language:tr")
    await _ask(stage, sara)
    await press_on(stage, tuna, "asks for this post", "I write it")
    await write(stage, tuna, TURKISH)
    await press_on(stage, tuna, "asks for this post", "I write it")
    await write(stage, tuna, TURKISH.replace("aile", "çocuk"))
    old = next(one for one in timur.chat.messages if "Please read this text" in one.text)
    timur.press(old, "It is right")
    await stage.settle()
    assert "The text has changed since you read it." in timur.phone
    door = await door_messages.show(stage.store, Actor("test"), 1)
    assert door.unread("tr", "x")


async def test_whoever_wrote_it_does_not_confirm_it(stage: BotStage, sara: Person) -> None:
    tuna = await stage.comes("tuna", "editor", scope="language:tr")
    await _ask(stage, sara)
    await press(stage, tuna, "I write it")
    await write(stage, tuna, TURKISH)
    tuna.type_forged_callback(stage.means.signer.data(tuna.id, "qr", "1.tr.x"))
    await stage.settle()
    await press_on(stage, tuna, "Please read this text", "It is right")
    assert "Whoever wrote a text does not confirm it." in tuna.phone


async def test_one_s_own_text_needs_no_second_reader(stage: BotStage, sara: Person) -> None:
    await writes(stage, sara, "tr", TURKISH)
    assert "The text in Türkçe is kept." in sara.phone
    assert "⚠ in trouble: 0" in showing(sara, "missing:").text


async def test_the_deadline_is_that_of_the_author_where_it_is_held(stage: BotStage, sara: Person) -> None:
    tuna = await stage.comes("tuna", "editor", scope="language:tr")
    await press_on(stage, sara, "missing:", "Hold all")
    await press_on(stage, sara, "Hold everything until when?", "Type a time")
    await write(stage, sara, "2031-11-26 18:30")
    await open_cell(stage, sara, "tr")
    await press_on(stage, sara, "x-tr", "Ask an editor")
    assert "2031" in tuna.last.text
    assert "(Europe/Berlin)" in tuna.last.text


async def test_a_picture_is_no_text(stage: BotStage, sara: Person) -> None:
    await open_cell(stage, sara, "tr")
    await press_on(stage, sara, "x-tr", "Write this text")
    sara.send_photo(picture("JPEG", (64, 64)))
    await stage.settle()
    assert sara.phone.count("Write the whole text in Türkçe now.") == 2
