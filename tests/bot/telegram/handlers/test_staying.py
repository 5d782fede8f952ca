"""Who wants to be kept after the end."""

from datetime import timedelta

from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import kept


async def test_a_year_counts_from_the_press(stage: BotStage) -> None:
    ada = await stage.volunteer()
    ada.type_forged_callback(stage.means.signer.data(ada.id, "keep"), ada.last)
    await stage.settle()
    until = (await kept(stage)).keep_until
    assert abs(until - stage.means.clock.now() - timedelta(days=365)) < timedelta(minutes=1)
    assert "can choose to be forgotten at any time" in ada.phone


async def test_it_is_for_volunteers(stage: BotStage) -> None:
    sara = await stage.comes("sara", "viewer")
    sara.type_forged_callback(stage.means.signer.data(sara.id, "keep"), sara.last)
    await stage.settle()
    assert "This is for volunteers" in sara.phone
