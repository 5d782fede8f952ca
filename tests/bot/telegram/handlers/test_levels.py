"""What is safe for a volunteer, the safest first."""

from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import ask, kept, press


async def test_each_level_is_explained_and_nobody_is_the_default(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "what is safe for me")
    assert ada.last.buttons == [["✓ Nobody sees it"], ["One recipient"], ["Public, with my name"]]
    for told in ("where no name is shown", "One office learns your name", "Anybody can see"):
        assert told in ada.last.text


async def test_a_level_is_taken_and_shown(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "/safety")
    await press(stage, ada, "Public, with my name")
    assert (await kept(stage)).level == "public"
    assert "What is safe: Public, with my name" in ada.last.text
