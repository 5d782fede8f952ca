"""Where people meet is written in the bot, by whoever is in charge of the city, and read by nobody else."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from schedules.action_days.meetings import read_meeting
from schedules.people.roles import Role
from schedules.planning.record import record
from schedules.store.tables import audit
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.captain_stage import DAY, T0, captain_of, got, plain, played
from tests.support.volunteers_way import ask, press


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    cities = ("berlin", "paris", "aleppo")
    async with bot_stage(sqlite_url, at=T0 - timedelta(days=2), campaign=played(*cities)) as stage:
        yield stage


async def test_a_captain_writes_the_places_of_her_city_and_others_never_see_them(stage: BotStage) -> None:
    lena, pia = await captain_of(stage, "lena"), await captain_of(stage, "pia", "paris")
    await ask(stage, lena, "/places")
    assert "Place A: —" in plain(lena.last.text)
    await press(stage, lena, "Place B")
    await ask(stage, lena, "The <old> gate")
    assert "Place B: The <old> gate" in plain(lena.last.text)
    await press(stage, lena, "Legal help")
    await ask(stage, lena, "+49 30 111")
    kept = await read_meeting(stage.store, stage.means.vault, stage.campaign.id, DAY, "berlin")
    assert kept is not None
    assert (kept.b, kept.legal, kept.a) == ("The <old> gate", "+49 30 111", "")
    await ask(stage, pia, "/places")
    assert not [text for text in got(pia) if "gate" in text]
    async with stage.store.read() as connection:
        records = (await connection.execute(select(audit.c.act, audit.c.object))).all()
    assert ("wrote a meeting", f"{DAY} city:berlin") in [tuple(record) for record in records]
    assert not [record for record in records if "gate" in record.object]


async def test_in_a_guarded_city_there_is_no_place_to_write(stage: BotStage) -> None:
    omar = await captain_of(stage, "omar", "aleppo")
    await ask(stage, omar, "/places")
    labels = [label for row in omar.last.buttons for label in row]
    assert labels == ["Legal help", "First aid", "Contacts"]


async def test_an_organiser_chooses_the_city(stage: BotStage) -> None:
    orla = await stage.comes("orla", Role.APPROVER)
    await ask(stage, orla, "/places")
    assert len([label for row in orla.last.buttons for label in row]) == 3
    await press(stage, orla, orla.last.buttons[1][0])
    assert "Contacts: —" in plain(orla.last.text)


async def test_places_of_a_campaign_that_waits_for_its_launch_are_written_beforehand(
    stage: BotStage,
) -> None:
    dormant = stage.campaign.model_copy(update={"dormant": True})
    await record(stage.store, stage.means.clock, dormant, (), author="sara", kept=frozenset())
    await stage.advance(timedelta(days=300))
    lena = await captain_of(stage, "lena")
    await ask(stage, lena, "/places")
    await press(stage, lena, "Place A")
    await ask(stage, lena, "The old gate")
    kept = await read_meeting(stage.store, stage.means.vault, stage.campaign.id, DAY, "berlin")
    assert kept is not None
    assert kept.a == "The old gate"
