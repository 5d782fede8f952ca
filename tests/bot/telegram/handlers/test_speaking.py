from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.bot_stage import BotStage, bot_stage
from tests.support.telegram.people import Person

SENTENCE = "My grandmother kept a key of a house that she never saw again."


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url) as stage:
        yield stage


async def _writes(stage: BotStage, person: Person, *texts: str) -> None:
    """She asks to write and sends sentences, one after the other."""
    person.type_forged_callback(stage.means.signer.data(person.id, "words", "7"))
    await stage.settle()
    for text in texts:
        person.send(text)
        await stage.settle()


async def test_her_apps_are_asked_once(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await _writes(stage, ada)
    assert "Which of these apps" in ada.phone
    ada.press(ada.last, "X")
    await stage.settle()
    ada.press(ada.last, "WhatsApp")
    await stage.settle()
    ada.press(ada.last, "Go on")
    await stage.settle()
    assert "#WhiteBalloons" in ada.last.text
    await _writes(stage, ada)
    assert ada.phone.count("Which of these apps") == 1


async def test_a_misspelt_tag_is_mended_and_her_text_opens_her_app(stage: BotStage) -> None:
    ada = await stage.volunteer(apps=("x", "instagram"))
    await _writes(stage, ada, f"{SENTENCE}\n#whiteballons")
    assert "#whiteballons" in ada.last.text
    assert "#WhiteBalloons" in ada.last.text
    good = f"{SENTENCE} <b>&\n#WhiteBalloons"
    ada.send(good)
    await stage.settle()
    assert ada.last.text.startswith(good)
    assert parse_qs(urlsplit(ada.last.button("X")["url"]).query)["text"] == [good]
    assert ada.last.button("Instagram")["url"] == "https://www.instagram.com/"
    assert ada.last.button("Copy")["copy_text"] == {"text": good}


async def test_nothing_of_her_sentence_is_stored(stage: BotStage) -> None:
    ada = await stage.volunteer(apps=("x",))
    await _writes(stage, ada, f"{SENTENCE}\n#WhiteBalloons")
    stored = (
        stage.store.path.read_bytes()
        + stage.store.path.with_name(stage.store.path.name + "-wal").read_bytes()
    )
    assert b"the-bot" in stored
    assert b"grandmother" not in stored


async def test_long_arabic_text_keeps_as_many_buttons_as_telegram_takes(stage: BotStage) -> None:
    lina = await stage.volunteer("aleppo", "ar", apps=("whatsapp", "telegram", "mastodon", "facebook"))
    text = " ".join(["احتفظت", "جدتي", "بمفتاح", "بيت", "قديم"] * 15) + "\n#بالونات_بيضاء"
    await _writes(stage, lina, text)
    assert "wa.me" in str(lina.last.buttons) or lina.last.text
