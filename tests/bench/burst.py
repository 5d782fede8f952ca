"""Five hundred posts due at one instant: how late each began, on both databases."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.logs import configure_logs
from bot.pool import ChannelPool
from channels.base import Channel, Connection
from channels.rehearsal.channel import RehearsalChannel
from schedules.clock import SystemClock
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher
from schedules.ledger.ledger import Ledger
from schedules.lifecycle import State
from schedules.store.engine import Store
from schedules.store.migrate import migrate
from schedules.store.tables import delivery
from schedules.worker import Worker
from tests.bench.ledger import count_commits
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.postgres import postgres_server
from tests.support.processes import StandInProcess, standin_process

ACCOUNTS = tuple(f"account-{number}" for number in range(20))
EACH = 25


async def burst(url: str, standin: StandInProcess) -> str:
    """Send them all with one worker in this process."""
    store = Store(url)
    await add_accounts(store, *ACCOUNTS)
    due_at = SystemClock().now() + timedelta(seconds=2)
    await add_deliveries(store, ACCOUNTS, EACH, due_at=due_at)
    commits = await send_all(store, standin)
    return _line(standin, store.url.get_backend_name(), due_at, commits)


async def send_all(store: Store, standin: StandInProcess) -> int:
    """Let one worker send everything there is, close the store, and say how many transactions that took."""
    clock = SystemClock()

    async def connect(account: str) -> Channel:
        return RehearsalChannel(Connection(account, {"base_url": standin.base_url, "platform": "x"}))

    ledger = Ledger(store, clock, server_time=True, lease=timedelta(seconds=60))
    control, pool = Control(ledger.pauses), ChannelPool(connect)
    dispatcher = Dispatcher(ledger, pool, control, name="bench")
    worker, stop = Worker(store, clock, dispatcher, control, name="bench", version="bench"), asyncio.Event()
    commits = count_commits(store)
    running = asyncio.create_task(worker.run(stop))
    while await _is_open(store):
        await asyncio.sleep(0.1)
    stop.set()
    await running
    await pool.aclose()
    await store.close()
    return commits()


async def _is_open(store: Store) -> bool:
    wanted = select(delivery.c.id).where(delivery.c.state != State.SENT).limit(1)
    async with store.read() as connection:
        return (await connection.execute(wanted)).first() is not None


def _line(standin: StandInProcess, database: str, due_at: datetime, commits: int) -> str:
    accepted = len(standin.entries("accepted"))
    return (
        f"{database:<11} {accepted} of {len(ACCOUNTS) * EACH} accepted   {lateness(standin, due_at)}   "
        f"transactions per post {commits / accepted:.2f} (idle ticks included)"
    )


def lateness(standin: StandInProcess, due_at: datetime) -> str:
    """How late the requests reached the stand-in."""
    begun = standin.entries("begun")
    late = sorted((datetime.fromisoformat(entry["at"]) - due_at).total_seconds() for entry in begun)
    return (
        f"lateness first {late[0]:.2f} s, median {late[len(late) // 2]:.2f} s, "
        f"99th percentile {late[int(len(late) * 0.99)]:.2f} s, last {late[-1]:.2f} s"
    )


def main() -> None:
    """Print the table."""
    configure_logs(form="json", level="error")
    print("Five hundred posts due at one instant on 20 accounts, one worker, a stand-in over HTTP")
    on_both(burst)


def on_both(measure: Callable[[str, StandInProcess], Coroutine[Any, Any, str]]) -> None:
    """Print one line for each database."""
    for place in (on_sqlite, on_postgresql):
        with place() as (url, standin):
            print(asyncio.run(measure(url, standin)), flush=True)


@contextmanager
def on_sqlite() -> Iterator[tuple[str, StandInProcess]]:
    """An empty database in a file, and a stand-in."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
        migrate(url)
        with standin_process(Path(folder) / "log.jsonl") as standin:
            yield url, standin


@contextmanager
def on_postgresql() -> Iterator[tuple[str, StandInProcess]]:
    """An empty database on a server of our own that is as durable as one in production, and a stand-in."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server({}, durable=True) as server,
        server.database() as url,
        standin_process(Path(folder) / "log.jsonl") as standin,
    ):
        migrate(url)
        yield url, standin


if __name__ == "__main__":
    main()
