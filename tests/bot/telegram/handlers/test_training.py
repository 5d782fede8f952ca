"""Whoever would like to do more is trained; then a captain is asked about them and does not learn who it is."""

from collections.abc import AsyncIterator

import pytest

from content.loader import load_campaign
from tests.support.bot_stage import EXAMPLE, BotStage, bot_stage
from tests.support.group_stage import captain
from tests.support.searching import everything
from tests.support.telegram.people import Person
from tests.support.volunteers_way import press


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url) as stage:
        yield stage


async def _would_do_more(stage: BotStage, person: Person) -> None:
    person.type_forged_callback(stage.means.signer.data(person.id, "more"), person.last)
    await stage.settle()


async def test_after_the_training_a_captain_is_asked_once_and_not_told_who(stage: BotStage) -> None:
    lena = await captain(stage)
    ada = await stage.volunteer()
    await _would_do_more(stage, ada)
    card = ada.last
    assert card.text.startswith("Listen for ten minutes to somebody who hesitates")
    assert "Training, 1 of 2." in card.text
    first = card.button("Done")["callback_data"]
    await press(stage, ada, "Done")
    assert card.text.startswith("Write down five answers about safety")
    assert "has done" not in lena.phone
    ada.type_forged_callback(first, card)
    await stage.settle()
    assert card.text.startswith("Write down five answers about safety")
    for _ in range(2):
        ada.press(card, "Done")
    await stage.settle()
    assert lena.phone.count("tasks of the training") == 1
    assert "Your captain hears of it, and not who you are." in card.text
    assert "has done the 2 tasks of the training" in lena.last.text
    assert str(ada.id) not in lena.last.button("Answer")["callback_data"]
    lena.send("Welcome! An admin will send you a link.", reply_to=lena.last)
    await stage.settle()
    assert "An admin will send you a link." in ada.last.text
    assert b"trained" not in await everything(stage.store)


async def test_the_second_language_stands_in_where_their_own_has_no_text(sqlite_url: str) -> None:
    campaign = load_campaign(EXAMPLE)
    prompts = tuple(
        each.model_copy(update={"variants": tuple(one for one in each.variants if one.language != "en")})
        for each in campaign.prompts
    )
    async with bot_stage(sqlite_url, campaign=campaign.model_copy(update={"prompts": prompts})) as stage:
        ada = await stage.volunteer(reading="de")
        await _would_do_more(stage, ada)
        assert ada.last.text.startswith("Zehn Minuten jemandem zuhören")


async def test_without_a_training_a_captain_hears_at_once(sqlite_url: str) -> None:
    campaign = load_campaign(EXAMPLE)
    async with bot_stage(
        sqlite_url, campaign=campaign.model_copy(update={"prompts": campaign.daily})
    ) as stage:
        lena = await captain(stage)
        ada = await stage.volunteer()
        await _would_do_more(stage, ada)
        assert "would like to do more, perhaps as a captain" in lena.last.text


async def test_a_training_task_that_is_gone_says_so(stage: BotStage) -> None:
    ada = await stage.volunteer()
    ada.type_forged_callback(stage.means.signer.data(ada.id, "trained", "12345678"), ada.last)
    await stage.settle()
    assert "That task is gone." in ada.last.text
