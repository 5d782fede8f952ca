"""A worker dies in the middle of a prompt, or of a step of an action day, twice: nobody gets it twice, nobody is left out, the uncertain few are listed."""

import asyncio
import json
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from content.models import StepKind
from schedules.clock import SystemClock
from schedules.lifecycle import LETTER
from schedules.people.steps import DayStep, To
from schedules.store.engine import Store
from tests.support.kill_prompt import IN_FLIGHT
from tests.support.letter_counter import letter_counter
from tests.support.processes import ROOT
from tests.support.volunteers import add_bot, add_prompt, add_step, add_volunteers, letters

CHUNK_OF_DEATH = 4

pytestmark = pytest.mark.timeout(1_200)
REMINDER = DayStep("release", "soon", StepKind.REMINDER, "berlin", To.ALL)


async def _run(**wanted: Any) -> int:
    """One worker until it ends. Its exit code; negative is a signal."""
    command = [sys.executable, "-m", "tests.support.kill_prompt", json.dumps(wanted)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stderr=subprocess.PIPE)
    try:
        async with asyncio.timeout(600):
            _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode in {0, -signal.SIGKILL}, errors.decode()[-3000:]
    return process.returncode


async def _prepare(url: str, people: int, step: DayStep | None) -> Store:
    """Volunteers for whom it is noon now, and a prompt that was due at nine, or a step that is due now."""
    store, now = Store(url), SystemClock().now()
    ahead = timedelta(hours=12 - now.hour)
    hours = 12 - now.hour
    where = f"Etc/GMT{-hours:+d}" if hours else "UTC"
    await add_bot(store, rate=100_000, burst=100_000)
    await add_volunteers(store, (f"v{number:06}" for number in range(people)), zone=where, city="berlin")
    if step is None:
        await add_prompt(store, on=(now + ahead).date(), due_at=now)
    else:
        await add_step(store, step, now)
    return store


async def _survives(url: str, people: int, step: DayStep | None = None) -> None:
    store = await _prepare(url, people, step)
    async with letter_counter() as counter:
        wanted = {"database": url, "port": counter.port}
        assert await _run(**wanted, chunks=CHUNK_OF_DEATH, lease=1.5, deadline=1) == -signal.SIGKILL
        written = len(await letters(store))
        assert 0 < written <= (CHUNK_OF_DEATH - 1) * 1_000
        assert await _run(**wanted, letters=people // 4) == -signal.SIGKILL
        assert 0 < counter.got.total() < people
        assert await _run(**wanted) == 0
        got = counter.got
    states = {each.kind.removeprefix(LETTER): each.state for each in await letters(store)}
    await store.close()
    assert len(states) == people
    assert {name for name, times in got.items() if times > 1} == set()
    assert {name for name, state in states.items() if state == "sent" and not got[name]} == set()
    assert {name for name in got if states[name] not in {"sent", "unknown"}} == set()
    assert set(Counter(states.values())) <= {"sent", "unknown"}
    assert 0 < Counter(states.values())["unknown"] <= 2 * IN_FLIGHT


@pytest.mark.slow
async def test_twenty_thousand_volunteers_on_sqlite(sqlite_url: str) -> None:
    await _survives(sqlite_url, 20_000)


@pytest.mark.slow
async def test_five_thousand_volunteers_on_postgresql(postgres_url: str) -> None:
    await _survives(postgres_url, 5_000)


@pytest.mark.slow
async def test_a_reminder_to_five_thousand_on_sqlite(sqlite_url: str) -> None:
    await _survives(sqlite_url, 5_000, REMINDER)


@pytest.mark.slow
async def test_a_reminder_to_five_thousand_on_postgresql(postgres_url: str) -> None:
    await _survives(postgres_url, 5_000, REMINDER)
