"""Before a prompt is approved it is known whom it reaches, as volunteers are now."""

from datetime import datetime
from pathlib import Path

import pytest

from schedules.commands.audiences import reach_of_post
from schedules.store.engine import Store
from schedules.store.tables import account, lane, person
from tests.schedules.planning.test_prompts import BOT, PROMPT, SLOT
from tests.support.office import MORNING, Office
from tests.support.volunteers import add_volunteers


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    """An office with a bot of 20 letters per second, and two prompts that are planned: of the 6th and the 7th."""
    office = Office(store, tmp_path)
    office.accounts = (*office.accounts, BOT)
    for name, day, level in (("friend", 6, "nobody"), ("loud", 7, "public")):
        text = PROMPT.format(level=level).replace("day = 6", f"day = {day}")
        office.edit(f"prompts/{name}/prompt.toml", text)
        office.edit(f"prompts/{name}/en.md", f"Tell one {name}.\n")
    await office.open()
    async with store.write() as connection:
        await connection.execute(
            account.update().where(account.c.id == BOT.name).values(channel=BOT.channel)
        )
        await connection.execute(lane.update().where(lane.c.id == f"account:{BOT.name}").values(rate=20))
    await office.plan()
    return office


async def _people(office: Office, count: int, prefix: str, **chosen: object) -> None:
    names = [f"{prefix}{number}" for number in range(count)]
    await add_volunteers(office.store, names, campaign="balloons", **chosen)


async def test_a_plan_tells_whom_its_prompts_reach(office: Office) -> None:
    await _people(office, 60, "a")
    await _people(office, 40, "b", level="public", hour=18)
    found = (await office.check()).audience
    assert found is not None
    most = found.languages["en"]
    assert (found.rate, most.on.isoformat(), most.people) == (20, "2026-09-06", 100)
    assert (most.busiest.people, most.busiest.lasts.total_seconds()) == (60, 3)
    assert found.together == most


async def test_whoever_left_or_pauses_is_not_counted(office: Office) -> None:
    await _people(office, 5, "a")
    await _people(office, 5, "paused", rhythm="paused")
    await _people(office, 5, "away", paused_until=datetime.fromisoformat("2026-09-09T00:00:00+00:00"))
    await _people(office, 5, "back", paused_until=MORNING)
    await _people(office, 5, "left")
    async with office.store.write() as connection:
        await connection.execute(
            person.update().where(person.c.id.startswith("left")).values(left_at=MORNING)
        )
    found = (await office.check()).audience
    assert found is not None
    assert found.languages["en"].people == 10


async def test_a_plan_without_volunteers_or_without_a_bot_reaches_nobody(office: Office) -> None:
    found = (await office.check()).audience
    assert found is not None
    assert (found.languages, found.together) == ({}, None)
    office.accounts = office.accounts[:1]
    checked = await office.check()
    assert (checked.audience, checked.has_bot) == (None, False)


async def test_a_recorded_prompt_tells_whom_it_reaches_and_a_post_tells_nothing(office: Office) -> None:
    await _people(office, 7, "a", level="public")
    await _people(office, 9, "b")
    store, clock = office.store, office.clock
    loud = await office.post("prompt:loud:en")
    found = await reach_of_post(store, clock, "balloons", BOT.name, "en", loud.body)
    assert found is not None
    assert found[0] is not None
    assert (found[0].people, found[1]) == (7, 20)
    friend = await office.post(SLOT)
    assert await reach_of_post(store, clock, "balloons", BOT.name, "de", friend.body) == (None, 20)
    noon = await office.post()
    assert await reach_of_post(store, clock, "balloons", noon.account, "en", noon.body) is None
