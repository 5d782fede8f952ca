"""Five hundred posts due at one instant: how late each began, on both databases."""

import asyncio
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from bot.logs import configure_logs
from bot.pool import ChannelPool
from channels.base import Channel, Connection
from channels.rehearsal.channel import RehearsalChannel
from schedules.clock import SystemClock
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher
from schedules.ledger.ledger import Ledger
from schedules.store.engine import Store
from schedules.store.migrate import migrate
from schedules.worker import Worker
from tests.bench.ledger import count_commits
from tests.support.deliveries import add_accounts, add_deliveries, states
from tests.support.postgres import postgres_server
from tests.support.processes import StandInProcess, standin_process

ACCOUNTS = tuple(f"account-{number}" for number in range(20))
EACH = 25


async def burst(url: str, standin: StandInProcess) -> str:
    """Send them all with one worker in this process."""
    store, clock = Store(url), SystemClock()

    async def connect(account: str) -> Channel:
        return RehearsalChannel(Connection(account, {"base_url": standin.base_url, "platform": "x"}))

    ledger = Ledger(store, clock, server_time=True, lease=timedelta(seconds=60))
    control, pool = Control(ledger.pauses), ChannelPool(connect)
    dispatcher = Dispatcher(ledger, pool, control, name="bench")
    worker, stop = Worker(store, clock, dispatcher, control, name="bench", version="bench"), asyncio.Event()
    await add_accounts(store, *ACCOUNTS)
    due_at = clock.now() + timedelta(seconds=2)
    await add_deliveries(store, ACCOUNTS, EACH, due_at=due_at)
    commits = count_commits(store)
    running = asyncio.create_task(worker.run(stop))
    while (await states(store)) != {"sent": len(ACCOUNTS) * EACH}:
        await asyncio.sleep(0.1)
    stop.set()
    await running
    await pool.aclose()
    await store.close()
    return _line(store, standin, due_at, commits())


def _line(store: Store, standin: StandInProcess, due_at: datetime, commits: int) -> str:
    begun = standin.entries("begun")
    late = sorted((datetime.fromisoformat(entry["at"]) - due_at).total_seconds() for entry in begun)
    accepted = len(standin.entries("accepted"))
    return (
        f"{store.url.get_backend_name():<11} {accepted} of {len(ACCOUNTS) * EACH} accepted   lateness "
        f"first {late[0]:.2f} s, median {late[len(late) // 2]:.2f} s, "
        f"99th percentile {late[int(len(late) * 0.99)]:.2f} s, last {late[-1]:.2f} s   "
        f"transactions per post {commits / accepted:.2f} (idle ticks included)"
    )


def main() -> None:
    """Print the table."""
    configure_logs(form="json", level="error")
    print("Five hundred posts due at one instant on 20 accounts, one worker, a stand-in over HTTP")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
        migrate(url)
        with standin_process(Path(folder) / "log.jsonl") as standin:
            print(asyncio.run(burst(url, standin)))
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server({}, durable=True) as server,
        server.database() as url,
        standin_process(Path(folder) / "log.jsonl") as standin,
    ):
        migrate(url)
        print(asyncio.run(burst(url, standin)))


if __name__ == "__main__":
    main()
