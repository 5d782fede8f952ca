"""The action day on an organiser's phone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from schedules.commands import pauses
from schedules.people.roles import Role
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, press

T0 = datetime(2027, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=T0 - timedelta(days=2)) as stage:
        yield stage


@pytest.fixture
async def omar(stage: BotStage) -> Person:
    return await stage.comes("omar", Role.APPROVER)


async def test_an_organiser_sees_what_is_missing_where_and_looks_at_a_city(
    stage: BotStage, omar: Person
) -> None:
    await ask(stage, omar, "/day")
    assert "Time until T-0: 2 days" in omar.last.text
    assert "Cities that are ready: 0 of 18." in omar.last.text
    assert "✗ Gaziantep: " in omar.last.text
    assert "Permit" in next(line for line in omar.last.text.splitlines() if "Gaziantep" in line)
    assert "Permit" not in next(line for line in omar.last.text.splitlines() if "Lyon" in line)
    await press(stage, omar, "✗ Lyon")
    assert "· Lyon" in omar.last.text
    await press(stage, omar, "›")
    assert "· London" in omar.last.text


async def test_one_tap_holds_the_whole_day(stage: BotStage, omar: Person) -> None:
    await ask(stage, omar, "/day")
    await press(stage, omar, "Hold the whole day")
    assert [each.scope for each in await pauses.paused(stage.store)] == [f"campaign:{stage.campaign.id}"]


async def test_an_organiser_of_another_campaign_sees_no_day(stage: BotStage) -> None:
    olga = await stage.comes("olga", Role.APPROVER, scope="campaign:another")
    await ask(stage, olga, "/day")
    assert olga.last.text == "No action day is ahead."
