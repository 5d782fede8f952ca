"""Who asked for a launch, until when another person may confirm it, and what became of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from content.loader import load_campaign
from schedules.commands.accounts import views
from schedules.commands.actor import Actor
from schedules.commands.launch_wishes import WITHIN, as_launched, unlaunched
from schedules.commands.launches import ask, cancel, confirm
from schedules.commands.plans import check_plan, record_plan
from schedules.errors import ScheduleError
from schedules.people import people
from schedules.people.purge import forget
from schedules.people.roles import Grant, Role
from schedules.planning.changes import Change
from schedules.planning.kits import Kits
from schedules.store.engine import Store
from tests.schedules.commands.dormant import NAME, START, asked, dormant_office, seal
from tests.support.crowd import VAULT
from tests.support.folders import picture
from tests.support.office import AMAL, INES, MORNING, SAMI, Office


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    return await dormant_office(store, tmp_path)


async def test_a_dormant_campaign_is_known_and_nothing_of_it_is_recorded(office: Office) -> None:
    kits = Kits(office.store)
    assert (await kits.names(), await kits.dormant(), await kits.known()) == ((), (NAME,), (NAME,))
    assert await unlaunched(office.store, kits) == (NAME,)
    assert await office.posts() == {}


async def test_nothing_is_confirmed_that_nobody_asked_for_or_that_was_taken_back(office: Office) -> None:
    wanted = await seal(office)
    with pytest.raises(ScheduleError, match="Nobody has asked"):
        await confirm(office.store, office.clock, SAMI, NAME, wanted)
    await asked(office)
    await cancel(office.store, INES, NAME)
    with pytest.raises(ScheduleError, match="Nobody has asked"):
        await confirm(office.store, office.clock, SAMI, NAME, wanted)
    with pytest.raises(ScheduleError, match="Nobody has asked"):
        await cancel(office.store, INES, NAME)


async def test_a_wish_runs_out_after_a_quarter_of_an_hour(office: Office) -> None:
    wanted = await asked(office)
    office.clock.set(MORNING + WITHIN + timedelta(seconds=1))
    with pytest.raises(ScheduleError, match="too long ago"):
        await confirm(office.store, office.clock, SAMI, NAME, wanted)
    await ask(office.store, office.clock, SAMI, NAME)
    assert (await confirm(office.store, office.clock, AMAL, NAME, await seal(office))).posts == 5


async def test_another_person_s_wish_is_not_replaced_and_one_s_own_is(office: Office) -> None:
    first = await asked(office)
    with pytest.raises(ScheduleError, match="amal has asked already"):
        await ask(office.store, office.clock, SAMI, NAME)
    await ask(office.store, office.clock, AMAL, NAME, START + timedelta(hours=3))
    with pytest.raises(ScheduleError, match="asked for anew"):
        await confirm(office.store, office.clock, SAMI, NAME, first)
    done = await confirm(office.store, office.clock, SAMI, NAME, await seal(office))
    assert done.starts_at == START + timedelta(hours=3)


async def test_the_folder_of_a_launched_campaign_is_planned_with_its_new_times(office: Office) -> None:
    await confirm(office.store, office.clock, SAMI, NAME, await asked(office))
    office.edit("media/sky.png", picture())
    known = await views(office.store)

    async def planned() -> Any:
        loaded = await as_launched(office.store, load_campaign(office.folder))
        checked = await check_plan(office.store, office.clock, loaded, known)
        return (await record_plan(office.store, office.clock, INES, checked)).counts

    assert await planned() == {Change.UNCHANGED: 5}
    office.say("They are missing.")
    assert await planned() == {Change.UNCHANGED: 4, Change.CHANGED: 1}


async def test_what_somebody_asked_for_is_withdrawn_when_they_are_forgotten(office: Office) -> None:
    async with office.store.write() as connection:
        known = await people.welcome(connection, VAULT, office.clock, 7, "en", "noor")
    grants = (Grant(Role.APPROVER, f"campaign:{NAME}"),)
    await ask(office.store, office.clock, Actor("noor", grants=grants, proven=True), NAME)
    wanted = await seal(office)
    await forget(office.store, office.clock, known)
    with pytest.raises(ScheduleError, match="Nobody has asked to launch"):
        await confirm(office.store, office.clock, SAMI, NAME, wanted)
