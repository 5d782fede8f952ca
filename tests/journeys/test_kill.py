"""Workers die by SIGKILL at every step and at random; the ledger and the platform's log must agree."""

import random
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from schedules.clock import SystemClock
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.history import judge
from tests.support.processes import PATIENT, StandInProcess, WorkerProcess, run_to_the_end, standin_process

STEPS = ("claimed", "marked", "request_open", "accepted", "settled")
ACCOUNTS = tuple(f"account-{number}" for number in range(8))
IN_FLIGHT = 40
KILLS = 10

pytestmark = pytest.mark.timeout(1_200)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url)
    await add_accounts(store, *ACCOUNTS, rate=10_000, burst=10_000)
    yield store
    await store.close()


@pytest.fixture(params=["looks back", "cannot look back"])
def standin(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StandInProcess]:
    options = () if request.param == "looks back" else ("--no-look-back",)
    with standin_process(tmp_path / "accepted.jsonl", *options) as running:
        yield running


def _wanted(store: Store, standin: StandInProcess, **more: Any) -> dict[str, Any]:
    url = store.url.render_as_string(hide_password=False)
    return {"database": url, "base_url": standin.base_url, "in_flight": IN_FLIGHT} | more


def _can_look_back(request: pytest.FixtureRequest) -> bool:
    return "looks back" in request.node.callspec.id.replace("cannot look back", "")


@pytest.mark.parametrize("step", STEPS)
async def test_a_kill_at_any_step_loses_nothing_and_repeats_nothing(
    store: Store, standin: StandInProcess, step: str, request: pytest.FixtureRequest
) -> None:
    await add_deliveries(store, ACCOUNTS, 10, due_at=SystemClock().now())
    if step == "request_open":
        standin.add_fault(kind="latency", seconds=0.3, count=60)
    died = run_to_the_end(_wanted(store, standin, die_at=step, times=17))
    assert died == -signal.SIGKILL
    assert run_to_the_end(_wanted(store, standin, **PATIENT)) == 0
    verdict = await judge(store, standin.entries("accepted"))
    verdict.assert_sound()
    if _can_look_back(request):
        assert verdict.states == {"sent": 80}
    else:
        assert verdict.unknown <= IN_FLIGHT
        assert verdict.unknown == 0 or step != "claimed"


@pytest.mark.slow
async def test_ten_thousand_deliveries_survive_workers_killed_at_random(
    store: Store, standin: StandInProcess, request: pytest.FixtureRequest
) -> None:
    draw = random.Random(20270306)
    await add_deliveries(store, ACCOUNTS, 1250, due_at=SystemClock().now())
    wanted = _wanted(store, standin, lease=4, deadline=3)
    kills = _kill_at_random(wanted, 1 if store.is_sqlite else 3, draw)
    assert run_to_the_end(wanted | PATIENT) == 0
    verdict = await judge(store, standin.entries("accepted"))
    verdict.assert_sound()
    assert sum(verdict.states.values()) == 10_000
    assert verdict.unknown <= (0 if _can_look_back(request) else kills * IN_FLIGHT)
    assert kills >= 6


def _kill_at_random(wanted: dict[str, Any], workers: int, draw: random.Random) -> int:
    """How often a worker was killed, at any moment from its first delivery on."""
    kills = 0
    with ExitStack() as stack:
        running = [stack.enter_context(WorkerProcess(wanted)) for _ in range(workers)]
        while kills < KILLS and running:
            chosen = draw.randrange(len(running))
            running[chosen].until_at_work()
            if running[chosen].ends_within(draw.uniform(0, 0.8)):
                running.pop(chosen)
                continue
            running[chosen].kill()
            running[chosen] = stack.enter_context(WorkerProcess(wanted))
            kills += 1
    return kills
