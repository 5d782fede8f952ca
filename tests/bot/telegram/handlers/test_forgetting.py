"""Leaving no trace: asked once, done at once, and honest about what cannot be reached."""

from datetime import timedelta

import pytest

from schedules.store.tables import erasure, person, role, trace, volunteer
from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import ask, press, rows_of


@pytest.mark.parametrize("word", ["/forget", "Forget me", "محو أثري", "vergiss mich"])
async def test_it_is_asked_once_and_says_what_stays(stage: BotStage, word: str) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, word)
    for told in ("Gone at once", "in the next quiet hour", "backups", "It stays with Telegram"):
        assert told in ada.last.text
    assert ada.last.buttons == [["Forget me"], ["No"]]
    assert await rows_of(stage, volunteer) == 1


async def test_a_no_changes_nothing(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "/forget")
    await press(stage, ada, "No")
    assert "Everything stays as it is" in ada.last.text
    assert await rows_of(stage, volunteer) == 1


async def test_in_an_open_city_it_is_confirmed_and_the_keys_go(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "/forget")
    await press(stage, ada, "Forget me")
    assert await rows_of(stage, person, volunteer) == 0
    assert await rows_of(stage, erasure) == 1
    assert "You are forgotten." in ada.phone
    assert ada.last.markup == {"remove_keyboard": True}


async def test_a_guarded_chat_is_empty_at_once(stage: BotStage) -> None:
    ada = await stage.volunteer(city="aleppo")
    await ask(stage, ada, "/progress")
    await ask(stage, ada, "/forget")
    assert "the messages here of the last day" in ada.last.text
    dialog = ada.last
    await press(stage, ada, "Forget me")
    assert not [each for each in ada.chat.messages if each.id > 2]
    assert ada.presses[-1].text == "You are forgotten. Nothing of you is kept here any more."
    ada.type_forged_callback(ada.presses[-1].data, dialog)
    await stage.settle()
    assert not [each for each in ada.chat.messages if each.id > 2]
    assert await rows_of(stage, person, volunteer, trace) == 0


async def test_what_could_not_be_deleted_is_said(stage: BotStage) -> None:
    ada = await stage.volunteer(city="aleppo")
    await ask(stage, ada, "/forget")
    stage.world.fail("deleteMessages", "too_many_requests", retry_after=1)
    await press(stage, ada, "Forget me")
    assert "Not every message could be deleted" in str(ada.presses[-1].text)
    assert await rows_of(stage, person, volunteer) == 0


async def test_somebody_in_charge_is_told_that_the_role_goes(stage: BotStage) -> None:
    sara = await stage.comes("sara", "viewer")
    await ask(stage, sara, "/forget")
    assert "Your role goes as well" in sara.last.text
    await press(stage, sara, "Forget me")
    assert await rows_of(stage, person, role) == 0


async def test_hiding_in_an_open_city_says_how_it_is_done(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "hide")
    assert "Delete this chat in Telegram" in ada.last.text


async def test_hiding_that_fails_says_so_and_is_tried_again(stage: BotStage) -> None:
    ada = await stage.volunteer(city="aleppo")
    await ask(stage, ada, "/progress")
    stage.world.fail("deleteMessages", "too_many_requests", retry_after=1)
    ada.type_forged_callback(stage.means.signer.data(ada.id, "hide"), ada.last)
    await stage.settle()
    assert "Not every message could be deleted" in str(ada.presses[-1].text)
    await stage.advance(timedelta(hours=25))
    assert not [each for each in ada.chat.messages if each.id > 2]


async def test_hiding_by_word_says_when_it_failed(stage: BotStage) -> None:
    ada = await stage.volunteer("aleppo")
    stage.world.fail("deleteMessages", "status", status=502)
    await ask(stage, ada, "hide")
    assert "Not every message could be deleted" in ada.last.text
    await ask(stage, ada, "hide")
    assert "Not every message" not in ada.phone
