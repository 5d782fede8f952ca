from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from content.models import Level
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


async def test_facts_and_angles_help_her_also_in_her_second_language(sqlite_url: str) -> None:
    public_day = datetime(2027, 2, 3, 9, 30, tzinfo=UTC)
    async with bot_stage(sqlite_url, at=public_day - timedelta(days=1)) as stage:
        await stage.plan_prompts()
        ada = await stage.volunteer(level=Level.PUBLIC, apps=("x",), reading="fr")
        stage.world.clock.set(public_day)
        for _ in range(2):
            await stage.send_due()
        ada.press(ada.last, "In my own words")
        await stage.settle()
        card = ada.last
        assert "#WhiteBalloons" in card.text
        assert "• One clinic with four doctors is left" in card.text
        assert "• A closed door in your own life" in card.text
        ada.press(card, "In français")
        await stage.settle()
        assert "• Il reste un seul dispensaire" in card.text
        assert "• Une porte fermée dans votre vie" in card.text
        ada.send(f"{SENTENCE}\n#WhiteBalloons")
        await stage.settle()
        assert "In your own words, and the tag is right." in ada.last.text
