"""What only volunteers reach."""

from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import ask, kept, press


async def test_settings_are_for_volunteers(stage: BotStage) -> None:
    sara = await stage.comes("sara", "viewer")
    for command in ("/city", "/time", "/safety", "/progress", "/mydata", "/today"):
        await ask(stage, sara, command)
        assert "This is for volunteers" in sara.last.text
    await ask(stage, sara, "/language")
    await press(stage, sara, "Deutsch")
    assert "Deutsch" in sara.last.text


async def test_what_stands_behind_a_command_is_not_taken_for_a_press(stage: BotStage) -> None:
    ada = await stage.volunteer()
    before = await kept(stage)
    for text in ("/city stuttgart", "/time soon", "/safety just friends", "/language xh"):
        await ask(stage, ada, text)
    assert (await kept(stage)) == before
