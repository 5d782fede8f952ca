"""Whether somebody comes: asked for, changed, full, over; and in a guarded city a number."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.telegram.handlers.coming import REMEMBERED, Pressed
from content.loader import load_campaign
from content.models import Campaign
from schedules.action_days.signups import Coming, coming
from tests.support.bot_stage import EXAMPLE, BotStage, bot_stage
from tests.support.volunteers_way import ask, press

T0 = datetime(2027, 3, 20, 12, tzinfo=UTC)


def _small() -> Campaign:
    """The example, with room for two people in Berlin."""
    campaign = load_campaign(EXAMPLE)
    (day,) = campaign.action_days
    assert day.cities != "all"
    cities = tuple(
        each.model_copy(update={"capacity": 2}) if each.id == "berlin" else each for each in day.cities
    )
    return campaign.model_copy(update={"action_days": (day.model_copy(update={"cities": cities}),)})


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=T0 - timedelta(days=2), campaign=_small()) as stage:
        yield stage


async def test_a_day_is_offered_with_its_hour_and_answered_in_place(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "/coming")
    assert "The moment of the white balloons" in ada.last.text
    assert "1:00" in ada.last.text
    messages = len(ada.chat.messages)
    await press(stage, ada, "I’m coming")
    assert ada.last.buttons[0][0] == "✓ +0"
    assert ada.last.buttons[-1] == ["I’m not coming after all"]
    await press(stage, ada, "I’m not coming after all")
    assert ada.last.text.startswith("You are not coming. Nothing of it is kept.")
    assert len(ada.chat.messages) == messages


async def test_where_there_is_no_room_nothing_changes(stage: BotStage) -> None:
    ada, ben = await stage.volunteer(), await stage.volunteer()
    for person in (ada, ben):
        await ask(stage, person, "/coming")
        await press(stage, person, "I’m coming")
    await press(stage, ben, "+1")
    assert await coming(stage.store, stage.campaign.id, "release") == {"berlin": Coming(2, 0)}
    assert "With 0 guests." in ben.last.text


async def test_when_it_is_over_an_old_button_says_so(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "/coming")
    await stage.advance(timedelta(days=2, hours=2))
    await press(stage, ada, "I’m coming")
    assert ada.last.text == "That is over."
    await ask(stage, ada, "/coming")
    assert ada.last.text == "No action day asks for you now."


async def test_in_a_guarded_city_words_bring_no_button(stage: BotStage) -> None:
    amal = await stage.volunteer(city="aleppo")
    await ask(stage, amal, "/coming")
    assert amal.last.buttons == []


def test_only_the_latest_cards_are_remembered() -> None:
    pressed = Pressed()
    assert pressed.is_new(1, 1)
    assert not pressed.is_new(1, 1)
    assert all(pressed.is_new(2, number) for number in range(REMEMBERED))
    assert pressed.is_new(1, 1)
