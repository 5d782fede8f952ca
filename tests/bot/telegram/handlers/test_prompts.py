"""The task of the day: asked for, opened, done; however late and often."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.telegram.choices import code
from schedules.people import volunteers
from schedules.people.volunteers import Rhythm
from schedules.store.tables import response, trace
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, kept, press

MORNING = datetime(2027, 2, 2, 5, 0, tzinfo=UTC)


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=MORNING) as stage:
        await stage.plan_prompts()
        yield stage


async def _prompted(stage: BotStage, city: str | None = "berlin") -> Person:
    """A volunteer who has the card of today."""
    ada = await stage.volunteer(city=city)
    await stage.send_due()
    await stage.advance(timedelta(hours=5))
    await stage.send_due()
    return ada


async def _answers(stage: BotStage) -> list[str]:
    async with stage.store.read() as connection:
        return list((await connection.execute(select(response.c.answer))).scalars())


async def test_done_thrice_counts_once_and_thanks_in_place(stage: BotStage) -> None:
    ada = await _prompted(stage)
    card, messages = ada.last, len(ada.chat.messages)
    for _ in range(3):
        ada.press(card, card.button("Done")["callback_data"])
    await stage.settle()
    assert (await kept(stage)).done == 1
    assert await _answers(stage) == ["done"]
    assert card.text.startswith("Thank you. It counts as done, as you say.")
    assert "Next step: Tomorrow: one sentence of your own" in card.text
    assert len(ada.chat.messages) == messages


@pytest.mark.parametrize(
    ("city", "done", "streak", "is_asked"),
    [("berlin", 9, 5, True), ("berlin", 8, 7, False), ("berlin", 9, 3, False), ("aleppo", 9, 5, False)],
)
async def test_whoever_acts_often_is_asked_once_where_that_is_safe(
    stage: BotStage, city: str, done: int, streak: int, is_asked: bool
) -> None:
    ada = await _prompted(stage, city)
    row = await kept(stage)
    yesterday = (MORNING - timedelta(days=1)).date()
    await volunteers.change(stage.store, row.person, done=done, streak=streak, done_on=yesterday)
    if city == "aleppo":
        await press(stage, ada, "Open")
    card = ada.last
    await press(stage, ada, "Done")
    assert ("I would like to do more" in str(card.buttons)) is is_asked


async def test_done_hours_late_counts_for_its_own_day(stage: BotStage) -> None:
    ada = await _prompted(stage)
    await stage.advance(timedelta(hours=20))
    await press(stage, ada, "Done")
    row = await kept(stage)
    assert (row.done_on, row.streak) == ("2027-02-02", 1)


async def test_done_after_the_day_was_counted_is_no_error(stage: BotStage) -> None:
    ada = await _prompted(stage)
    await stage.advance(timedelta(days=2))
    who = (await kept(stage)).person
    gone = stage.means.signer.data(ada.id, "done", "999999")
    ada.type_forged_callback(gone, ada.last)
    await stage.settle()
    assert "That day is counted already" in ada.last.text
    assert who == (await kept(stage)).person


async def test_not_today_asks_no_reason(stage: BotStage) -> None:
    ada = await _prompted(stage)
    await press(stage, ada, "Not today")
    assert ada.last.text == "All right, not this one. The next one comes."
    assert await _answers(stage) == ["not_today"]


async def test_plain_words_answer_the_task_of_today(stage: BotStage) -> None:
    ada = await _prompted(stage)
    await ask(stage, ada, "erledigt!")
    assert (await kept(stage)).done == 1
    await ask(stage, ada, "not today")
    assert (await kept(stage)).done == 1


async def test_plain_words_before_any_task_are_no_error(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "done")
    assert "There is no task for you today." in ada.last.text


async def test_today_brings_the_task_before_its_hour(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await stage.send_due()
    await ask(stage, ada, "/today")
    await stage.send_due()
    assert ada.last.text.startswith("Sign the petition")


async def test_today_brings_it_again_where_it_was_there(stage: BotStage) -> None:
    ada = await _prompted(stage)
    await ask(stage, ada, "Today’s task")
    assert ada.last.text.startswith("Sign the petition")
    assert ada.last.buttons[-1] == ["Done", "Not today"]


async def test_today_without_a_task_says_so(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "/today")
    assert ada.last.text == "There is no task for you today."


async def test_today_while_paused_offers_to_go_on(stage: BotStage) -> None:
    ada = await stage.volunteer(rhythm=Rhythm.PAUSED)
    await stage.send_due()
    await ask(stage, ada, "/today")
    assert ada.last.buttons == [["Resume"]]
    await press(stage, ada, "Resume")
    await ask(stage, ada, "/today")
    await stage.send_due()
    assert ada.last.text.startswith("Sign the petition")


async def test_a_guarded_card_is_opened_in_place(stage: BotStage) -> None:
    ada = await _prompted(stage, "aleppo")
    card = ada.last
    await press(stage, ada, "Open")
    assert card.text.startswith("Sign the petition")
    assert card.buttons[-1] == ["Hide"]
    await press(stage, ada, "Done")
    assert card.buttons == [["Hide"]]


async def test_a_card_is_read_in_the_second_language_in_place(stage: BotStage) -> None:
    ada = await stage.volunteer(reading="de")
    await stage.send_due()
    await stage.advance(timedelta(hours=5))
    await stage.send_due()
    card, messages = ada.last, len(ada.chat.messages)
    await press(stage, ada, "In Deutsch")
    assert card.text.startswith("Die Petition unterschreiben")
    await press(stage, ada, "In English")
    assert card.text.startswith("Sign the petition")
    assert len(ada.chat.messages) == messages


async def test_a_card_that_is_not_there_in_the_second_language_stays(stage: BotStage) -> None:
    ada = await _prompted(stage)
    card = ada.last
    number = card.button("Done")["callback_data"].split(" ")[1]
    await volunteers.change(stage.store, (await kept(stage)).person, reading="pt")
    ada.type_forged_callback(stage.means.signer.data(ada.id, "in", f"{number}.{code('pt')}"), card)
    await stage.settle()
    assert ada.presses[-1].text == "It is not there in that language."
    assert card.text.startswith("Sign the petition")


async def test_hide_empties_a_guarded_chat_at_once(stage: BotStage) -> None:
    ada = await _prompted(stage, "aleppo")
    await ask(stage, ada, "/progress")
    await press(stage, ada, "Hide")
    assert not [each for each in ada.chat.messages if each.id > 2]
    async with stage.store.read() as connection:
        assert (await connection.execute(select(trace))).all() == []


async def test_an_opened_card_of_a_day_that_is_gone_says_so(stage: BotStage) -> None:
    ada = await stage.volunteer(city="aleppo")
    ada.type_forged_callback(stage.means.signer.data(ada.id, "open", "999999"), ada.last)
    await stage.settle()
    assert ada.last.text == "That day is over. The next task comes at your hour."


async def test_anothers_letter_is_not_opened(stage: BotStage) -> None:
    ada = await _prompted(stage)
    number = ada.last.button("Done")["callback_data"].split(" ")[1]
    berta = await stage.volunteer()
    berta.type_forged_callback(stage.means.signer.data(berta.id, "open", number), berta.last)
    await stage.settle()
    assert "Sign the petition" not in berta.phone
