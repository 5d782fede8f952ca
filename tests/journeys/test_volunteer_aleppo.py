"""A volunteer's way from the link to being forgotten: guarded and slow in Aleppo, open and changing in Berlin."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import LargeBinary, Text, cast, or_, select

from bot.telegram.polling import InOrder
from schedules.store.tables import metadata, tally
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.telegram.messages import Message
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, come, filled_tables, kept, press

DAY_TWO: Final = datetime(2027, 2, 2, 6, 0, tzinfo=UTC)
"""Nine in the morning in Aleppo; everybody is asked to sign."""
LATENCY: Final = timedelta(seconds=30)
REMAINS: Final = {"invite", "tally", "erasure"}
"""What is there when somebody has been forgotten: a used link, a count, and a note to vacuum."""


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=DAY_TWO) as stage:
        await stage.plan_prompts()
        await stage.send_due()
        yield stage


async def _slow(stage: BotStage, person: Person, label: str) -> None:
    """A press that takes half a minute to arrive: by then it can no longer be answered."""
    keys = [key for row in person.last.buttons for key in row]
    person.press(person.last, label if label in keys else f"✓ {label}")
    await stage.advance(LATENCY)
    await stage.settle()


async def test_aleppo_from_the_link_to_an_empty_phone(stage: BotStage) -> None:
    before = await filled_tables(stage)
    amal = await come(stage, "ar", city="aleppo", language="ar")
    assert "بالونات بيضاء لباب النور" in amal.last.text
    await _slow(stage, amal, "التالي")
    assert "ما الذي سيُحفظ" in amal.last.text
    assert await filled_tables(stage) == before | {"invite"}
    for label in ("نعم، موافقة", "التالي", "لا يراه أحد", "6:00 م"):
        await _slow(stage, amal, label)
    row = await kept(stage)
    assert (row.city, row.language, row.level, row.hour) == ("aleppo", "ar", "nobody", 18)
    assert amal.last.buttons[0] == ["مهمّة اليوم"]

    await stage.send_due()
    card = amal.last
    assert card.text == "جاهز."
    await _slow(stage, amal, "فتح")
    assert card.text.startswith("التوقيع على العريضة")
    assert "غدًا: جملة واحدة بكلماتنا" in card.text
    await _before_any_answer(stage, amal, card, "تمّ")
    assert (await kept(stage)).done == 1
    assert card.text.startswith("شكرًا.")
    assert amal.last is card

    await stage.advance(timedelta(hours=24, minutes=1))
    assert amal.chat.messages == []

    await ask(stage, amal, "محو أثري")
    await _slow(stage, amal, "محو أثري")
    assert amal.chat.messages == []
    assert await filled_tables(stage) == before | REMAINS
    await _nothing_is_left(stage, amal, row.person)
    async with stage.store.read() as connection:
        counted = (await connection.execute(select(tally))).one()
    assert (counted.city, counted.done) == ("aleppo", 1)


async def _before_any_answer(stage: BotStage, person: Person, message: Message, label: str) -> None:
    """Nothing seems to happen, so they press again while the bot still waits for the answer to its first call."""
    data, order = message.button(label)["callback_data"], InOrder(stage.router.handle)
    late = stage.world.fail("editMessageText", "late", seconds=LATENCY.total_seconds(), times=3)
    begun: list[asyncio.Task[None]] = []
    for _ in range(3):
        # Her phone still shows the button, whatever the bot has put in its place by now.
        person.type_forged_callback(data, message)
        begun += [order.begin(update) for update in await stage.updates()]
        await late.until_struck()
    assert late.struck == 1
    while (await asyncio.wait(begun, timeout=0.1))[1]:
        await stage.advance(LATENCY)
    late.release()


async def _nothing_is_left(stage: BotStage, person: Person, pseudonym: str) -> None:
    """Neither her Telegram ID nor the pseudonym stands in any column of any table."""
    async with stage.store.read() as connection:
        for table in metadata.sorted_tables:
            texts = [cast(each, Text) for each in table.columns if not isinstance(each.type, LargeBinary)]
            for secret in (pseudonym, str(person.id)):
                found = select(table).where(or_(*(text.contains(secret) for text in texts)))
                assert (await connection.execute(found)).first() is None, table.name


async def test_berlin_changes_everything_and_is_forgotten(stage: BotStage) -> None:
    before = await filled_tables(stage)
    ada = await come(stage, "en-GB", partner="open-crossing")
    await press(stage, ada, "Next")
    assert await filled_tables(stage) == before | {"invite"}
    for label in ("Yes, I agree", "Deutsch", "Weiter", "Berlin", "Eine Stelle", "20:00"):
        await press(stage, ada, label)
    assert "Willkommen. Deine erste Aufgabe kommt jetzt." in ada.last.text
    await stage.send_due()
    assert ada.last.text.startswith("Die Petition unterschreiben")

    for command, label in (
        ("/language", "English"),
        ("/city", "Hamburg"),
        ("/time", "9:00\N{NARROW NO-BREAK SPACE}AM"),
        ("/safety", "Public, with my name"),
    ):
        await ask(stage, ada, command)
        await press(stage, ada, label)
    row = await kept(stage)
    assert (row.language, row.city, row.hour, row.level) == ("en", "hamburg", 9, "public")

    await ask(stage, ada, "dur")
    assert (await kept(stage)).rhythm == "paused"
    await stage.advance(timedelta(days=1, hours=3))
    await stage.send_due()
    assert "One sentence today" not in ada.phone
    await press(stage, ada, "Resume")
    await stage.send_due()
    assert "One sentence today" in ada.phone
    await press(stage, ada, "Done")
    await stage.advance(timedelta(minutes=1))
    await ask(stage, ada, "/progress")
    assert "1 task done." in ada.last.text
    await ask(stage, ada, "/mydata")
    assert "Open Crossing Network" in ada.last.text
    await ask(stage, ada, "/forget")
    await press(stage, ada, "Forget me")
    assert await filled_tables(stage) == before | REMAINS
    assert "You are forgotten." in ada.phone
    await ask(stage, ada, "hello?")
    assert "This bot serves people who were invited" in ada.last.text
