"""The wipe on the phone: only by an admin of everything, with a code and two taps, and nothing is left."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.telegram.floods import Floods
from bot.telegram.router import Router
from schedules.accounts.keys import create_key
from schedules.commands import wipe
from schedules.people import people, secondfactor
from schedules.store import tables
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.queue_play import prove
from tests.support.searching import everything, found
from tests.support.telegram.people import Person


@pytest.fixture
async def stage(database_url: str, tmp_path: Path) -> AsyncIterator[BotStage]:
    """A stage whose key is a file, with a volunteer and a plan."""
    async with bot_stage(database_url) as stage:
        create_key(tmp_path / "key")
        stage.means = replace(stage.means, key=tmp_path / "key")
        stage.router = Router(stage.means, Floods(stage.world.clock.ticks))
        await stage.volunteer()
        yield stage


async def _is_whole(stage: BotStage) -> bool:
    return stage.means.key.exists() and await people.called(stage.store, "amal") is not None


async def _press(stage: BotStage, person: Person, label: str) -> None:
    person.press(person.last, label)
    await stage.settle()


async def _asked(stage: BotStage, amal: Person) -> None:
    amal.send("/wipe")
    await stage.settle()


async def test_a_code_and_two_taps_leave_nothing_and_the_answer_comes(stage: BotStage) -> None:
    amal = await stage.comes("amal", "admin")
    await _asked(stage, amal)
    assert "takes a second factor" in amal.last.text
    await prove(stage, amal)
    await _asked(stage, amal)
    assert "does not reach what is published" in amal.last.text
    await _press(stage, amal, "Destroy everything")
    assert await _is_whole(stage)
    await _press(stage, amal, "Yes, destroy it now")
    assert amal.last.text == "Wiped."
    assert not stage.means.key.exists()
    async with stage.store.read() as connection:
        left = {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in tables.metadata.sorted_tables
        }
    assert {name: number for name, number in left.items() if number} == {"pause": 1}
    hidden: list[int | str] = [
        *(person.id for person in stage.world.users.values()),
        stage.world.token,
        "amal",
        "berlin",
    ]
    assert found(await everything(stage.store), hidden) == []


async def test_it_names_the_worker_that_did_not_confirm(
    stage: BotStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wipe, "WAIT", timedelta(0))
    amal = await stage.comes("amal", "admin")
    now = stage.means.clock.now()
    row = {"id": "w-1", "version": "1", "started_at": now, "seen_at": now}
    async with stage.store.write() as connection:
        await connection.execute(tables.worker.insert(), [row])
    await prove(stage, amal)
    await _asked(stage, amal)
    await _press(stage, amal, "Destroy everything")
    await _press(stage, amal, "Yes, destroy it now")
    assert (
        "Worker \N{FIRST STRONG ISOLATE}w-1\N{POP DIRECTIONAL ISOLATE} did not confirm." in amal.last.text
    )
    assert "Wiped, but for what is named above." in amal.last.text


async def test_a_tap_that_comes_late_or_a_no_destroys_nothing(stage: BotStage) -> None:
    amal = await stage.comes("amal", "admin")
    await prove(stage, amal)
    await _asked(stage, amal)
    await _press(stage, amal, "Destroy everything")
    question = amal.last
    stage.world.clock.advance(timedelta(minutes=2, seconds=1))
    await _press(stage, amal, "Yes, destroy it now")
    assert amal.presses[-1].text == "This button no longer works. Write /help."
    amal.press(question, "No, keep everything")
    await stage.settle()
    assert amal.last.text == "Nothing was destroyed."
    assert await _is_whole(stage)


async def test_the_code_must_still_be_open_at_the_last_tap(stage: BotStage) -> None:
    amal = await stage.comes("amal", "admin")
    await prove(stage, amal)
    await _asked(stage, amal)
    await _press(stage, amal, "Destroy everything")
    await secondfactor.close(stage.store, (await people.called(stage.store, "amal")).id)
    await _press(stage, amal, "Yes, destroy it now")
    assert "takes the code of your second factor" in amal.last.text
    assert await _is_whole(stage)


async def test_an_admin_of_one_city_destroys_nothing(stage: BotStage) -> None:
    amal = await stage.comes("amal", "admin", scope="city:berlin")
    await prove(stage, amal)
    await _asked(stage, amal)
    amal.type_forged_callback(stage.means.signer.data(amal.id, "wipenow"))
    await stage.settle()
    assert amal.phone.count("That was not done.") == 2
    assert await _is_whole(stage)
