"""Which languages a volunteer reads, and that they may differ."""

from bot.telegram.choices import code
from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import ask, joined, kept, press


async def test_a_second_language_and_other_buttons(stage: BotStage) -> None:
    ada = await joined(stage)
    await ask(stage, ada, "/language")
    await press(stage, ada, "A second language I read")
    await press(stage, ada, "français")
    assert "Second language: français" in ada.last.text
    await ask(stage, ada, "/language")
    await press(stage, ada, "Other language for the buttons")
    await press(stage, ada, "Deutsch")
    row = await kept(stage)
    assert (row.language, row.reading) == ("en", "fr")
    assert ["Tagesaufgabe"] in ada.last.buttons


async def test_the_second_language_can_be_dropped(stage: BotStage) -> None:
    ada = await joined(stage)
    await ask(stage, ada, "/language")
    await press(stage, ada, "A second language I read")
    await press(stage, ada, "français")
    await ask(stage, ada, "language")
    await press(stage, ada, "A second language I read")
    await press(stage, ada, "None")
    assert (await kept(stage)).reading is None


async def test_the_second_language_becomes_the_first(stage: BotStage) -> None:
    ada = await joined(stage)
    await ask(stage, ada, "/language")
    await press(stage, ada, "A second language I read")
    await press(stage, ada, "français")
    await ask(stage, ada, "/language")
    await press(stage, ada, "français")
    row = await kept(stage)
    assert (row.language, row.reading) == ("fr", None)


async def test_a_language_that_is_gone_changes_nothing(stage: BotStage) -> None:
    ada = await joined(stage)
    ada.type_forged_callback(stage.means.signer.data(ada.id, "tongue", f"s{code('es')}"), ada.last)
    await stage.settle()
    assert (await kept(stage)).language == "en"


async def test_somebody_in_charge_chooses_the_language_of_the_buttons(stage: BotStage) -> None:
    sara = await stage.comes("sara", "viewer")
    await ask(stage, sara, "/language")
    await press(stage, sara, "Deutsch")
    assert sara.last.text == "Ab jetzt auf Deutsch."
    assert sara.last.markup is None
