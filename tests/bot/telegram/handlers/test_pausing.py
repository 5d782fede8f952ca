"""Peace at once, in any language, for as long as it takes."""

from datetime import timedelta

import pytest

from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import ask, kept, press


@pytest.mark.parametrize("word", ["/pause", "Pause", "stop", "توقّف", "dur", "ça suffit", "Stopp!"])
async def test_one_word_in_any_language_is_enough(stage: BotStage, word: str) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, word)
    assert (await kept(stage)).rhythm == "paused"
    assert "Nothing comes until you come back." in ada.last.text
    assert "After 30 days without a sign" in ada.last.text


@pytest.mark.parametrize(("label", "days"), [("Only for a day", 1), ("Only for a week", 7)])
async def test_a_button_makes_it_a_day_or_a_week(stage: BotStage, label: str, days: int) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "/pause")
    await press(stage, ada, label)
    row = await kept(stage)
    assert row.rhythm == "daily"
    assert abs(row.paused_until - stage.means.clock.now() - timedelta(days=days)) < timedelta(minutes=1)
    assert ada.last.text.startswith("Paused until ")


async def test_a_week_can_become_endless_again(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "/pause")
    await press(stage, ada, "Only for a week")
    await press(stage, ada, "Until I come back")
    row = await kept(stage)
    assert (row.rhythm, row.paused_until) == ("paused", None)


@pytest.mark.parametrize("word", ["/resume", "weiter", "استئناف"])
async def test_coming_back_brings_the_tasks_and_the_keys(stage: BotStage, word: str) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "/pause")
    await ask(stage, ada, word)
    row = await kept(stage)
    assert (row.rhythm, row.paused_until) == ("daily", None)
    assert ["Today’s task"] in ada.last.buttons


async def test_the_weekly_stay_weekly_after_a_pause_of_a_week(stage: BotStage) -> None:
    ada = await stage.volunteer(rhythm="weekly")
    await ask(stage, ada, "/resume")
    assert (await kept(stage)).rhythm == "weekly"


async def test_a_volunteer_cannot_start_a_scope(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "/resume everything")
    assert "not understood" in ada.last.text
