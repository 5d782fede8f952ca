"""When the task comes."""

from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import ask, joined, kept, press


async def test_an_hour_and_a_level_are_changed_in_place(stage: BotStage) -> None:
    ada = await joined(stage)
    await ask(stage, ada, "/time")
    asked, before = ada.last, len(ada.chat.messages)
    await press(stage, ada, next(label for label in asked.buttons[0] if label.startswith("9")))
    assert (await kept(stage)).hour == 9
    await press(stage, ada, "Safety")
    await press(stage, ada, "✓ One recipient")
    await press(stage, ada, "Safety")
    await press(stage, ada, "Nobody sees it")
    assert (await kept(stage)).level == "nobody"
    assert len(ada.chat.messages) == before


async def test_no_hour_of_the_night_is_offered(stage: BotStage) -> None:
    ada = await joined(stage)
    await ask(stage, ada, "/time")
    hours = [label for row in ada.last.buttons for label in row]
    assert len(hours) == 14
    assert hours[0].startswith("8:00")
    assert hours[-1].startswith("9:00")
    assert "Your clock shows" in ada.last.text
    assert "(Berlin)" in ada.last.text
