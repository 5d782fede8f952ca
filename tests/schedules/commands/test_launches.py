"""A dormant campaign is launched by two people, as they saw it, or not at all."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from content.models import Hashtag
from schedules.commands import launches
from schedules.commands.actor import Actor
from schedules.commands.launch_wishes import unlaunched
from schedules.commands.launches import ask, cancel, confirm
from schedules.errors import CodeNeeded, Forbidden, ScheduleError
from schedules.lifecycle import State
from schedules.people import people
from schedules.people.roles import Grant, Role
from schedules.planning.kits import Kits
from schedules.store.engine import Store
from schedules.store.tables import approval, person
from tests.schedules.commands.dormant import NAME, START, all_posts, asked, dormant_office, seal
from tests.support.crowd import VAULT
from tests.support.office import AMAL, MORNING, SAMI, Office


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    return await dormant_office(store, tmp_path)


async def test_two_people_launch_it_at_once_on_both_clocks_without_its_folder(office: Office) -> None:
    done = await confirm(office.store, office.clock, SAMI, NAME, await asked(office))
    found = await office.posts()
    assert (done.starts_at, done.posts, done.waiting, done.left) == (START, 5, 0, ())
    assert {post.state for post in found.values()} == {State.READY}
    posts = sorted((post.slot, post.account, post.planned_at) for post in await all_posts(office))
    assert all("WhiteBalloons" in str(post.body) for post in await all_posts(office))
    assert posts == [
        ("noon", "chat-berlin", datetime(2026, 9, 6, 10, 0, tzinfo=UTC)),
        ("noon", "chat-cairo", datetime(2026, 9, 6, 9, 0, tzinfo=UTC)),
        ("now", "chat-en", START),
        ("rise:there", "chat-berlin", START + timedelta(hours=1)),
        ("rise:there", "chat-cairo", START + timedelta(hours=1)),
    ]
    assert await approvers(office) == {(post, name) for post in range(1, 6) for name in ("amal", "sami")}
    kit = await Kits(office.store).get(NAME)
    assert (kit.dormant, kit.hashtag) == (False, Hashtag(tags=("WhiteBalloons",)))
    await office.run_at("08:02")
    assert len(office.platform.published) == 1
    assert await unlaunched(office.store, Kits(office.store)) == ()


async def approvers(office: Office) -> set[tuple[int, str]]:
    async with office.store.read() as connection:
        rows = await connection.execute(select(approval.c.post, approval.c.actor))
        return {(row.post, row.actor) for row in rows}


async def test_what_is_due_when_it_is_confirmed_goes_out_at_once(office: Office) -> None:
    wanted = await asked(office)
    await office.run_at("08:14")
    await confirm(office.store, office.clock, SAMI, NAME, wanted)
    await office.run_at("08:14")
    assert len(office.platform.published) == 1


async def test_one_person_is_not_enough(office: Office) -> None:
    wanted = await asked(office)
    with pytest.raises(Forbidden, match="Another person"):
        await confirm(office.store, office.clock, AMAL, NAME, wanted)
    assert await office.posts() == {}


async def test_a_moment_that_is_over_is_refused(office: Office) -> None:
    with pytest.raises(ScheduleError, match="over already"):
        await ask(office.store, office.clock, AMAL, NAME, MORNING - timedelta(seconds=1))


@pytest.mark.parametrize("at", ["record", "approve_together"])
async def test_a_launch_that_broke_off_is_completed_by_repeating_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    wanted, whole = await asked(office), getattr(launches, at)

    async def breaks_off(*given: Any, **more: Any) -> Any:
        await whole(*given, **more)
        raise RuntimeError("the machine is gone")

    with monkeypatch.context() as broken:
        broken.setattr(launches, at, breaks_off)
        with pytest.raises(RuntimeError):
            await confirm(office.store, office.clock, SAMI, NAME, wanted)
    assert await unlaunched(office.store, Kits(office.store)) == (NAME,)
    with pytest.raises(ScheduleError, match="was launched"):
        await cancel(office.store, AMAL, NAME)
    office.clock.set(MORNING + timedelta(hours=1))
    done = await confirm(office.store, office.clock, AMAL, NAME, await seal(office))
    assert (done.posts, done.waiting, len(await all_posts(office))) == (5, 0, 5)
    assert await approvers(office) == {(post, name) for post in range(1, 6) for name in ("amal", "sami")}
    with pytest.raises(ScheduleError, match="launched already"):
        await confirm(office.store, office.clock, AMAL, NAME, wanted)
    with pytest.raises(ScheduleError, match="launched already"):
        await ask(office.store, office.clock, AMAL, NAME)


async def test_both_need_their_second_factor_and_the_first_must_still_be_in_charge(office: Office) -> None:
    grants = (Grant(Role.APPROVER, f"campaign:{NAME}"),)
    unproven, proven = Actor("noor", grants=grants), Actor("noor", grants=grants, proven=True)
    with pytest.raises(CodeNeeded):
        await ask(office.store, office.clock, unproven, NAME)
    async with office.store.write() as connection:
        known = await people.welcome(connection, VAULT, office.clock, 7, "en")
        await connection.execute(person.update().where(person.c.id == known).values(handle="noor"))
    await ask(office.store, office.clock, proven, NAME)
    with pytest.raises(ScheduleError, match="may not approve there any more"):
        await confirm(office.store, office.clock, SAMI, NAME, await seal(office))
