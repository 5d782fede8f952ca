from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from content.loader import load_campaign
from schedules.people.volunteers import Level
from schedules.people.wordings import MOST_A_DAY, least_used
from tests.support.bot_stage import EXAMPLE, BotStage, bot_stage
from tests.support.telegram.people import Person

LETTER_DAY = datetime(2027, 2, 4, 9, 30, tzinfo=UTC)
"""The fourth day of the example is a letter, the fifth a call: Thursday and Friday."""


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=LETTER_DAY - timedelta(days=1)) as stage:
        await stage.plan_prompts()
        yield stage


async def _gets_the_card(
    stage: BotStage, at: datetime, city: str = "berlin", reading: str | None = None
) -> Person:
    ada = await stage.volunteer(city, level=Level.ONE, reading=reading)
    stage.world.clock.set(at)
    await stage.send_due()
    await stage.send_due()
    return ada


async def test_a_letter_comes_with_an_address_and_a_text_to_start_from(stage: BotStage) -> None:
    ada = await _gets_the_card(stage, LETTER_DAY)
    ada.press(ada.last, "To the office")
    await stage.settle()
    assert "relief-desk@de.example.org" in ada.last.text
    assert "I live in your constituency." in ada.last.text
    assert ada.last.button("Copy")["copy_text"]["text"].startswith("I live")
    assert ada.last.button("The office's own page")["url"] == "https://example.org/offices/de"


async def test_the_least_used_wording_goes_out_and_after_the_last_facts_and_angles_alone(
    stage: BotStage,
) -> None:
    ada = await _gets_the_card(stage, LETTER_DAY)
    card = ada.last
    for expected in ("I live in your constituency.", "What is your position"):
        ada.press(card, "To the office")
        await stage.settle()
        assert expected in ada.last.text
    for _ in range(2 * MOST_A_DAY):
        await least_used(stage.store, f"{stage.campaign.id}/day-4", "en", 2, LETTER_DAY.date())
    ada.press(card, "To the office")
    await stage.settle()
    assert "all been given out" in ada.last.text
    assert "• International humanitarian law forbids" in ada.last.text
    assert "• One request with a date" in ada.last.text
    assert "Copy" not in str(ada.last.buttons)


async def test_a_ready_text_comes_in_the_second_language_too(stage: BotStage) -> None:
    ada = await _gets_the_card(stage, LETTER_DAY, reading="de")
    ada.press(ada.last, "To the office")
    await stage.settle()
    letter = ada.last
    assert "I live in your constituency." in letter.text
    ada.press(letter, "In Deutsch")
    await stage.settle()
    assert "Ich wohne hier." in letter.text
    ada.press(letter, "In English")
    await stage.settle()
    assert "What is your position" in letter.text


async def test_a_letter_that_is_written_in_the_second_language_alone_comes_at_once(sqlite_url: str) -> None:
    campaign = load_campaign(EXAMPLE)
    prompts = tuple(
        each.model_copy(update={"wordings": tuple({"de": one["de"]} for one in each.wordings)})
        for each in campaign.prompts
    )
    played = campaign.model_copy(update={"prompts": prompts})
    async with bot_stage(sqlite_url, at=LETTER_DAY - timedelta(days=1), campaign=played) as stage:
        await stage.plan_prompts()
        ada = await _gets_the_card(stage, LETTER_DAY, reading="de")
        ada.press(ada.last, "To the office")
        await stage.settle()
        assert "Ich wohne hier." in ada.last.text


async def test_a_number_is_shown_only_while_the_office_answers(stage: BotStage) -> None:
    ada = await _gets_the_card(stage, LETTER_DAY + timedelta(days=1))
    card = ada.last
    ada.press(card, "To the office")
    await stage.settle()
    assert "+49 30 23125 140" in ada.last.text
    stage.world.clock.set(LETTER_DAY.replace(day=5, hour=20))
    ada.press(card, "To the office")
    await stage.settle()
    assert "+49 30" not in ada.last.text
    assert "It opens on Monday at 9:00" in ada.last.text.replace("\u202f", " ")


async def test_where_her_country_has_no_office_she_chooses_one(stage: BotStage) -> None:
    ada = await _gets_the_card(stage, LETTER_DAY, city="amman")
    ada.press(ada.last, "To the office")
    await stage.settle()
    assert ada.last.text == "Which office?"
    ada.press(ada.last, ada.last.buttons[0][0])
    await stage.settle()
    assert "(example)" in ada.last.text
