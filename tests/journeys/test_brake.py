"""Stopping: from another process, and by a worker that no longer hears its database."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from channels.rehearsal.journal import machine_time
from schedules.clock import SystemClock
from schedules.commands.actor import Actor
from schedules.commands.pauses import pause, resume
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.history import judge
from tests.support.processes import StandInProcess, WorkerProcess, standin_process
from tests.support.proxy import proxy_before

ACCOUNTS = tuple(f"account-{number}" for number in range(20))
ONE_SECOND = timedelta(seconds=1)
ENOUGH = 120


async def filled(url: str) -> Store:
    """Twenty accounts at five sends per second each: a hundred per second for a minute."""
    store = Store(url)
    await add_accounts(store, *ACCOUNTS, rate=5, burst=1)
    await add_deliveries(store, ACCOUNTS, 300, due_at=SystemClock().now())
    return store


@contextmanager
def sending(url: str, standin: StandInProcess) -> Iterator[WorkerProcess]:
    """A worker at full speed."""
    with WorkerProcess({"database": url, "base_url": standin.base_url, "lease": 30}) as worker:
        _wait_for(standin, worker, ENOUGH)
        yield worker


def _wait_for(standin: StandInProcess, worker: WorkerProcess, begun: int) -> None:
    for _ in range(1_200):
        if len(standin.entries("begun")) >= begun:
            return
        _let_run(worker, 0.05)
    raise AssertionError("the worker sends nothing")


def _let_run(worker: WorkerProcess, seconds: float) -> None:
    assert not worker.ends_within(seconds)


def _begun_after(standin: StandInProcess, instant: datetime) -> list[dict[str, Any]]:
    return [entry for entry in standin.entries("begun") if datetime.fromisoformat(entry["at"]) > instant]


async def test_a_pause_by_another_process_stops_every_send_within_a_second(
    database_url: str, tmp_path: Path
) -> None:
    store = await filled(database_url)
    with standin_process(tmp_path / "log.jsonl") as standin, sending(database_url, standin) as worker:
        await pause(store, SystemClock(), Actor("amal"), "everything")
        paused_at = machine_time()
        _let_run(worker, 2.5)
        assert _begun_after(standin, paused_at + ONE_SECOND) == []
        stopped_with = len(standin.entries("begun"))
        await resume(store, SystemClock(), Actor("amal"), "everything")
        await resume(store, SystemClock(), Actor("basma"), "everything")
        _wait_for(standin, worker, stopped_with + 50)
    assert (await judge(store, standin.entries("accepted"))).twice == ()
    await store.close()


async def test_a_pause_of_one_account_leaves_the_others_alone(database_url: str, tmp_path: Path) -> None:
    store = await filled(database_url)
    with standin_process(tmp_path / "log.jsonl") as standin, sending(database_url, standin) as worker:
        await pause(store, SystemClock(), Actor("amal"), "account:account-3")
        paused_at = machine_time()
        _let_run(worker, 2.5)
        later = _begun_after(standin, paused_at + ONE_SECOND)
    assert "account-3" not in {entry["account"] for entry in later}
    assert len({entry["account"] for entry in later}) == len(ACCOUNTS) - 1
    await store.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_worker_that_lost_its_database_stops_within_a_second_and_recovers(
    database_url: str, tmp_path: Path
) -> None:
    store = await filled(database_url)
    url = make_url(database_url)
    with (
        tempfile.TemporaryDirectory() as folder,
        proxy_before(Path(str(url.query["host"])), Path(folder)) as proxy,
        standin_process(tmp_path / "log.jsonl") as standin,
    ):
        through = url.set(query={"host": folder}).render_as_string(hide_password=False)
        with sending(through, standin) as worker:
            proxy.cut()
            cut_at = machine_time()
            _let_run(worker, 2.5)
            assert _begun_after(standin, cut_at + ONE_SECOND) == []
            stopped_with = len(standin.entries("begun"))
            proxy.mend()
            _wait_for(standin, worker, stopped_with + 50)
        verdict = await judge(store, standin.entries("accepted"))
    assert (verdict.twice, verdict.lost) == ((), ())
    await store.close()
