"""Organisers hear what is missing before an action day, each time once, and nobody else does."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from unittest.mock import AsyncMock

import pytest

from bot.telegram import countdown
from bot.telegram.countdown import tell_readiness
from schedules.errors import StoreUnusable
from schedules.people.roles import Role
from schedules.planning.cities import Status, lock_city, write_city
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.group_stage import captain

T0 = datetime(2027, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=T0 - timedelta(hours=24, minutes=1)) as stage:
        yield stage


async def _rounds(stage: BotStage, after: timedelta) -> None:
    stage.world.clock.advance(after)
    for _ in range(2):
        await tell_readiness(stage.means)


async def test_organisers_hear_a_day_ahead_and_three_hours_ahead_once_each(stage: BotStage) -> None:
    omar, lena = await stage.comes("omar", Role.APPROVER), await captain(stage)
    olga = await stage.comes("olga", Role.APPROVER, scope="campaign:another")
    await _rounds(stage, timedelta())
    assert "ready" not in omar.last.text
    await _rounds(stage, timedelta(minutes=1))
    assert omar.phone.count("Cities that are ready: 0 of 18.") == 1
    await _rounds(stage, timedelta(hours=21))
    assert omar.phone.count("it begins soon, and something is missing.") == 1
    assert "✗ Berlin: " in omar.last.text
    await _rounds(stage, timedelta(hours=3))
    for person in (olga, lena):
        assert "Cities that are ready" not in person.phone
        assert "begins soon" not in person.phone
    assert omar.phone.count("begins soon") == 1


async def test_a_city_that_is_late_is_told_later_and_one_that_was_aborted_never(stage: BotStage) -> None:
    omar = await stage.comes("omar", Role.APPROVER)
    names = (stage.campaign.id, "release")
    async with stage.store.write() as connection:
        for city, values in (
            ("berlin", {"delay_minutes": 60}),
            ("lyon", {"status": Status.ABORTED.value}),
        ):
            await lock_city(connection, stage.means.clock, *names, city)
            await write_city(connection, stage.means.clock, *names, city, **values)
    await _rounds(stage, timedelta(hours=21, minutes=1))
    assert "✗ Hamburg: " in omar.last.text
    assert "Berlin" not in omar.last.text
    await _rounds(stage, timedelta(hours=1))
    assert "✗ Berlin: " in omar.last.text
    assert "Hamburg" not in omar.last.text
    assert "Lyon" not in omar.phone


async def test_what_reached_nobody_is_told_in_the_next_round(stage: BotStage) -> None:
    omar = await stage.comes("omar", Role.APPROVER)
    stage.world.clock.advance(timedelta(minutes=1))
    stage.world.fail("sendMessage", "status")
    await tell_readiness(stage.means)
    assert "Cities that are ready" not in omar.phone
    await tell_readiness(stage.means)
    assert omar.phone.count("Cities that are ready") == 1


async def test_what_broke_off_is_told_in_the_next_round(
    stage: BotStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    omar, ines = [await stage.comes(name, Role.APPROVER) for name in ("omar", "ines")]
    stage.world.clock.advance(timedelta(minutes=1))

    for error in (StoreUnusable("sealed with another key"), OSError()):
        with monkeypatch.context() as patch:
            patch.setattr(countdown, "lists", AsyncMock(side_effect=error))
            with suppress(OSError):
                await tell_readiness(stage.means)
    await tell_readiness(stage.means)
    for person in (omar, ines):
        assert person.phone.count("Cities that are ready") == 1
