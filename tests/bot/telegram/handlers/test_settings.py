"""Everything that a volunteer chose, on one page."""

from tests.support.bot_stage import BotStage
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, joined, press


async def test_a_button_leads_to_each_choice_and_back(stage: BotStage) -> None:
    ada = await joined(stage)
    await ask(stage, ada, "/start")
    messages = len(ada.chat.messages)
    for label, page in (
        ("Language", "In which language"),
        ("City", "Where do you live?"),
        ("Time", "When should your task come?"),
        ("Safety", "What is safe for you?"),
        ("My data", "Everything that is kept of you:"),
        ("Forget me", "Shall everything of you be deleted?"),
    ):
        ada.type_forged_callback(_data(stage, ada, label), ada.last)
        await stage.settle()
        assert page in ada.last.text
    assert len(ada.chat.messages) == messages


async def test_a_pause_is_shown_with_its_end(stage: BotStage) -> None:
    ada = await joined(stage)
    await ask(stage, ada, "/pause")
    await press(stage, ada, "Only for a week")
    await ask(stage, ada, "/start")
    assert "How often: paused until " in ada.last.text


def _data(stage: BotStage, person: Person, label: str) -> str:
    actions = {"Language": "lang", "City": "city", "Time": "hour", "Safety": "safe", "My data": "data"}
    return stage.means.signer.data(person.id, actions.get(label, "forget"), "s")
