"""A coordinator's phone: a role by link, the second factor, stopping alone and resuming with two, and looking."""

import base64
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from schedules.people import audit, secondfactor
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.deliveries import add_deliveries
from tests.support.telegram.people import Person


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url) as stage:
        await stage.add_account("telegram-en", "rehearsal", {})
        yield stage


async def test_one_stops_alone_and_two_start_again_with_codes(stage: BotStage) -> None:
    sara, omar = await stage.comes("sara", "admin"), await stage.comes("omar", "approver")
    sara.send("/stop")
    await stage.settle()
    sara.press(sara.last, "Stop everything")
    await stage.settle()
    assert "Stopped: everything." in sara.phone
    for person in (sara, omar):
        await _prove(stage, person)
        person.send("/resume everything")
        await stage.settle()
    assert "It goes on when another person asks too: everything" in sara.phone
    assert "It goes on: everything" in omar.phone


async def test_resuming_asks_for_a_code_and_takes_each_once(stage: BotStage) -> None:
    sara = await stage.comes("sara", "admin")
    sara.send("/stop everything")
    sara.send("/resume everything")
    await stage.settle()
    assert "This takes a second factor. Set it up first" in sara.phone
    code = await _prove(stage, sara)
    sara.send("/code " + code)
    await stage.settle()
    assert "That code does not open anything." in sara.phone


async def test_a_viewer_sees_and_changes_nothing(stage: BotStage) -> None:
    await _posts(stage, "ready")
    vera = await stage.comes("vera", "viewer")
    for text in ("/status", "/plan", "/resume everything", "/invite", "/stop everything"):
        vera.send(text)
        await stage.settle()
    assert "ready: 2" in vera.phone
    assert "telegram-en · hello" in vera.phone
    assert vera.phone.count("not understood here") == 2
    assert "That was not done." in vera.phone
    assert "Stopped" not in vera.phone
    assert (audit.REFUSED, "vera") in {(one.act, one.actor) for one in await audit.records(stage.store, 50)}


async def test_whoever_looks_after_another_city_sees_nothing_of_it(stage: BotStage) -> None:
    await _posts(stage, "ready")
    berta = await stage.comes("berta", "captain", scope="city:berlin")
    berta.send("/plan")
    await stage.settle()
    assert "Nothing is planned." in berta.phone


async def test_what_nobody_knows_about_is_asked_and_told_once(stage: BotStage) -> None:
    await _posts(stage, "unknown", reason="The connection died.")
    edda = await stage.comes("edda", "editor")
    await stage.do_chores()
    await stage.do_chores()
    assert edda.phone.count("may or may not be public") == 2
    edda.send("/landed")
    await stage.settle()
    first, second = edda.chat.messages[-2:]
    edda.press(first, "Yes, it is public")
    await stage.settle()
    edda.send("https://example.org/1")
    await stage.settle()
    edda.press(second, "No: drop it")
    await stage.settle()
    edda.send("/landed")
    await stage.settle()
    assert "Nothing is uncertain." in edda.phone


async def test_the_day_ahead_is_told_once_in_the_evening(stage: BotStage) -> None:
    edda = await stage.comes("edda", "editor")
    campaign = stage.campaign
    evening = datetime.combine(campaign.starts_on, datetime.min.time()).astimezone() + timedelta(hours=22)
    stage.world.clock.set(evening)
    await stage.do_chores()
    await stage.do_chores()
    assert edda.phone.count("0 posts are planned for tomorrow.") == 1
    assert "Nothing in:" in edda.phone


async def _posts(stage: BotStage, state: str, **values: Any) -> None:
    due_at = stage.means.clock.now() + timedelta(hours=1)
    await add_deliveries(
        stage.store,
        ["telegram-en"],
        2,
        due_at=due_at,
        state=state,
        campaign=stage.campaign.id,
        changed_at=stage.means.clock.now(),
        **values,
    )


async def _prove(stage: BotStage, person: Person) -> str:
    """Set up the second factor where there is none, and show a code of it."""
    person.send("/code")
    await stage.settle()
    key = next(line for line in reversed(person.last.text.splitlines()) if line.strip())
    code = secondfactor.code_at(base64.b32decode(key), secondfactor.step_at(stage.means.clock.now()))
    person.send(f"/code {code}")
    await stage.settle()
    assert "Open for 15 minutes." in person.phone
    return code
