from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from schedules.people import people
from schedules.store.tables import delivery
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_deliveries
from tests.support.telegram.people import Person

EVIL = "<b>The account</b> is locked & \u202e"


@pytest.fixture
async def amal(stage: BotStage) -> Person:
    """Somebody who was handed post number 1, which is on her phone."""
    await stage.add_account("whatsapp-ar", "handoff", {"platform": "whatsapp", "to": "amal"})
    person = stage.world.add_user("Somebody")
    person.open_link(await stage.invite("viewer", handle="amal"))
    await stage.settle()
    person.press(person.last, "I take it up")
    await stage.settle()
    due_at = stage.means.clock.now() - timedelta(minutes=1)
    await add_deliveries(stage.store, ["whatsapp-ar"], 1, due_at=due_at, campaign=stage.campaign.id)
    await stage.send_due()
    return person


async def outcome(stage: BotStage) -> Any:
    async with stage.store.read() as connection:
        found = await connection.execute(select(delivery).where(delivery.c.kind == "publish"))
        return found.one()


async def answered(stage: BotStage, person: Person, label: str, *texts: str) -> str:
    person.press(person.last, label)
    await stage.settle()
    for text in texts:
        person.send(text)
        await stage.settle()
    return person.last.text


async def test_posted_with_its_link(stage: BotStage, amal: Person) -> None:
    said = await answered(stage, amal, "Posted", " https://www.tiktok.com/@balloons/video/7 ")
    assert "Number 1 counts as posted." in said
    assert ((await outcome(stage)).state, (await outcome(stage)).url) == (
        "sent",
        "https://www.tiktok.com/@balloons/video/7",
    )


async def test_posted_without_a_link(stage: BotStage, amal: Person) -> None:
    await answered(stage, amal, "Posted", "-")
    assert ((await outcome(stage)).state, (await outcome(stage)).url) == ("sent", None)


@pytest.mark.parametrize(
    "text", ["done", "javascript:alert(1)", "https://", "https://[", "https://a.example two words", EVIL]
)
async def test_what_is_no_link_is_asked_for_again(stage: BotStage, amal: Person, text: str) -> None:
    assert "That is no link." in await answered(stage, amal, "Posted", text)
    assert (await outcome(stage)).state == "handed_off"
    amal.send("-")
    await stage.settle()
    assert (await outcome(stage)).state == "sent"


async def test_it_cannot_be_posted_and_the_reason_is_kept_as_she_wrote_it(
    stage: BotStage, amal: Person
) -> None:
    assert "is dropped" in await answered(stage, amal, "Cannot", EVIL)
    dropped = await outcome(stage)
    assert dropped.state == "cancelled"
    assert "<b>The account</b> is locked &" in dropped.reason


async def test_what_was_said_twice_is_refused_the_second_time_in_plain_words(
    stage: BotStage, amal: Person
) -> None:
    packet = amal.last
    await answered(stage, amal, "Posted", "-")
    amal.press(packet, "Cannot")
    await stage.settle()
    amal.send("-")
    await stage.settle()
    assert "That was not done." in amal.last.text
    assert (await outcome(stage)).state == "sent"


async def test_whoever_was_locked_out_has_no_say_any_more(stage: BotStage, amal: Person) -> None:
    person = await people.called(stage.store, "amal")
    await people.change(stage.store, person.id, {"locked_at": stage.means.clock.now()})
    await answered(stage, amal, "Posted", "-")
    assert (await outcome(stage)).state == "handed_off"
