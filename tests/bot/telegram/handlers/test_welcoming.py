"""The end of the way in."""

from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import joined, kept


async def test_the_steps_after_the_yes_end_with_the_keys(stage: BotStage) -> None:
    ada = await joined(stage)
    row = await kept(stage)
    assert (row.city, row.zone, row.level, row.hour) == ("berlin", "Europe/Berlin", "one", 20)
    assert "You take part. This is what you chose:" in ada.phone
    assert ada.last.buttons == [["Today’s task"], ["Pause", "Help"], ["Forget me"]]
    assert "Welcome." in ada.last.text


async def test_without_a_task_today_it_says_when_the_first_one_comes(stage: BotStage) -> None:
    ada = await joined(stage)
    assert "Your first task comes at your hour." in ada.last.text
