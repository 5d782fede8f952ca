"""A volunteer asks and a captain answers; neither learns who the other is."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from schedules.people import people, roles
from schedules.people.roles import Grant, Role
from schedules.store.tables import trace
from tests.support.bot_stage import BotStage
from tests.support.group_stage import captain
from tests.support.searching import everything
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, press

QUESTION = "Where do the <balloons> go afterwards?"


async def asked(stage: BotStage) -> tuple[Person, Person]:
    lena = await captain(stage)
    ada = await stage.volunteer()
    await ask(stage, ada, QUESTION)
    await press(stage, ada, "Send it to my captain")
    return lena, ada


async def test_a_question_and_its_answer_go_to_and_fro(stage: BotStage) -> None:
    lena, ada = await asked(stage)
    assert QUESTION in lena.last.text
    assert "It is sent." in ada.phone
    assert str(ada.id) not in lena.last.button("Answer")["callback_data"]
    lena.send("They are <collected>.", reply_to=lena.last)
    await stage.settle()
    assert "Your captain answers:\nThey are <collected>." in ada.last.text
    assert "Your answer is there." in lena.phone
    assert "lena" not in ada.phone


async def test_whoever_is_captain_of_another_city_now_answers_nobody(stage: BotStage) -> None:
    lena, ada = await asked(stage)
    name = (await people.called(stage.store, "lena")).id
    async with stage.store.write() as connection:
        await roles.withdraw(connection, name, Grant(Role.CAPTAIN, "city:berlin"))
        await roles.grant(connection, stage.means.clock, name, Grant(Role.CAPTAIN, "city:paris"), by="root")
    lena.send("They are <collected>.", reply_to=lena.chat.messages[-1])
    await stage.settle()
    assert "It did not arrive." in lena.last.text
    assert "collected" not in ada.phone


async def test_nothing_of_it_is_stored(stage: BotStage) -> None:
    lena, _ = await asked(stage)
    lena.send("They are <collected>.", reply_to=lena.last)
    await stage.settle()
    haystack = await everything(stage.store)
    assert b"balloons> go" not in haystack
    assert b"<collected>" not in haystack


async def test_the_button_says_how_to_answer(stage: BotStage) -> None:
    lena, _ = await asked(stage)
    lena.press(lena.last, "Answer")
    await stage.settle()
    assert "tap Reply" in (lena.presses[-1].text or "")


async def test_one_question_at_a_time(stage: BotStage) -> None:
    lena, ada = await asked(stage)
    await ask(stage, ada, "And when?")
    await press(stage, ada, "Send it to my captain")
    assert "One question at a time" in ada.phone
    assert "And when?" not in lena.phone
    stage.world.clock.advance(timedelta(minutes=3))
    await ask(stage, ada, "And when?")
    await press(stage, ada, "Send it to my captain")
    assert "And when?" in lena.phone


async def test_without_a_captain_it_is_said(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, QUESTION)
    await press(stage, ada, "Send it to my captain")
    assert "no captain here yet" in ada.last.text


async def test_a_text_that_was_deleted_is_not_sent(stage: BotStage) -> None:
    lena = await captain(stage)
    ada = await stage.volunteer()
    sent = ada.send(QUESTION)
    await stage.settle()
    sent.deleted = True
    await press(stage, ada, "Send it to my captain")
    assert "no longer there" in ada.last.text
    assert "Somebody asks" not in lena.phone


@pytest.mark.parametrize("city", ["aleppo", None])
async def test_in_a_guarded_city_all_of_it_vanishes_on_both_sides(
    stage: BotStage, city: str | None
) -> None:
    lena = await stage.comes("lena", "captain", scope="campaign:white-balloons")
    ada = await stage.volunteer(city)
    await ask(stage, ada, QUESTION)
    await press(stage, ada, "Send it to my captain")
    question = lena.last
    lena.send("They are <collected>.", reply_to=question)
    await stage.settle()
    async with stage.store.read() as connection:
        kept = set((await connection.execute(select(trace.c.message))).scalars())
    assert question.id in kept
    assert ada.last.id in kept
    await stage.advance(timedelta(hours=25))
    assert "collected" not in ada.phone
    assert question.deleted


async def test_whoever_left_meanwhile_is_not_reached(stage: BotStage) -> None:
    lena, ada = await asked(stage)
    ada.block_bot()
    await stage.settle()
    lena.send("They are collected.", reply_to=lena.last)
    await stage.settle()
    assert "It did not arrive." in lena.phone


async def test_a_question_goes_to_the_captains_of_the_city_alone(stage: BotStage) -> None:
    paul = await stage.comes("paul", "captain", scope="city:paris")
    lena, _ = await asked(stage)
    assert "Somebody asks" in lena.phone
    assert "Somebody asks" not in paul.phone


async def test_a_forged_reply_reaches_nobody(stage: BotStage) -> None:
    lena, ada = await asked(stage)
    before = ada.phone
    paul = await stage.comes("paul", "captain", scope="city:paris")
    paul.send("A trick", reply_to=lena.last)
    await stage.settle()
    assert ada.phone == before


async def test_on_a_guarded_phone_the_answer_rings_without_a_word_of_it(stage: BotStage) -> None:
    lena = await stage.comes("lena", "captain", scope="city:aleppo")
    ada = await stage.volunteer("aleppo")
    await ask(stage, ada, QUESTION)
    await press(stage, ada, "Send it to my captain")
    assert QUESTION in lena.last.text
    assert lena.last.notification.replace("░", "").strip() == "Ready."
    lena.send("They are <collected>.", reply_to=lena.last)
    await stage.settle()
    assert "They are <collected>." in ada.last.text
    assert ada.last.notification.replace("░", "").strip() == "Ready."
    assert ada.last.buttons == [["Hide"]]
    await press(stage, ada, "Hide")
    assert "collected" not in ada.phone


@pytest.mark.parametrize(("hour", "silent"), [(12, False), (23, True), (3, True)])
async def test_an_answer_at_night_makes_no_sound(stage: BotStage, hour: int, *, silent: bool) -> None:
    stage.world.clock.set(datetime(2027, 2, 2, hour, 30, tzinfo=ZoneInfo("Europe/Berlin")))
    lena, ada = await asked(stage)
    lena.send("They are collected.", reply_to=lena.last)
    await stage.settle()
    assert "They are collected." in ada.last.text
    assert ada.last.silent is silent
