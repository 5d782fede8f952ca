"""A post for a platform without an API: handed to a person in Telegram, who publishes it and says so."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from schedules.store.tables import delivery
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.deliveries import add_deliveries

SETTINGS = {"platform": "whatsapp", "to": "amal", "then": "bilal"}


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url) as stage:
        await stage.add_account("whatsapp-ar", "handoff", SETTINGS)
        yield stage


async def _due_post(stage: BotStage) -> None:
    due_at = stage.means.clock.now() - timedelta(minutes=1)
    await add_deliveries(stage.store, ["whatsapp-ar"], 1, due_at=due_at, campaign=stage.campaign.id)


async def _delivery(stage: BotStage, kind: str = "publish") -> Any:
    async with stage.store.read() as connection:
        found = await connection.execute(select(delivery).where(delivery.c.kind == kind))
        return found.one()


async def test_she_gets_it_posts_it_and_sends_the_link(stage: BotStage) -> None:
    amal = await stage.comes("amal", "viewer")
    await _due_post(stage)
    await stage.send_due()
    assert (await _delivery(stage)).state == "handed_off"
    assert "To post now, number 1:" in amal.phone
    assert "whatsapp, account whatsapp-ar" in amal.phone
    amal.press(amal.last, "Posted")
    await stage.settle()
    amal.send("not a link")
    await stage.settle()
    assert "That is no link." in amal.phone
    amal.send("https://whatsapp.example/c/7")
    await stage.settle()
    sent = await _delivery(stage)
    assert (sent.state, sent.url) == ("sent", "https://whatsapp.example/c/7")
    assert "counts as posted" in amal.phone


async def test_she_does_not_answer_and_another_steps_in(stage: BotStage) -> None:
    amal, bilal = await stage.comes("amal", "viewer"), await stage.comes("bilal", "viewer")
    await _due_post(stage)
    await stage.send_due()
    await stage.advance(timedelta(minutes=16))
    await stage.send_due()
    assert "still waits for you" in amal.phone
    assert "To post now" not in bilal.phone
    await stage.advance(timedelta(minutes=15))
    await stage.send_due()
    assert "was not posted by whoever had it" in bilal.phone
    bilal.press(bilal.last, "Cannot")
    await stage.settle()
    bilal.send("The account is locked.")
    await stage.settle()
    dropped = await _delivery(stage)
    assert dropped.state == "cancelled"
    assert "The account is locked." in dropped.reason


async def test_whoever_was_not_handed_it_cannot_report_it(stage: BotStage) -> None:
    amal, carla = await stage.comes("amal", "viewer"), await stage.comes("carla", "viewer")
    await _due_post(stage)
    await stage.send_due()
    data = amal.last.button("Posted")["callback_data"]
    carla.type_forged_callback(data)
    await stage.settle()
    assert (await _delivery(stage)).state == "handed_off"
    assert "no longer works" in (carla.presses[-1].text or "")
