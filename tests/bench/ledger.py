"""Deliveries per second through the whole ledger, beside a bare loop of the same statements."""

import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import event

from bot.logs import configure_logs
from channels.base import Channel, Connection, Feature, OutgoingPost, Prepared, Receipt
from schedules.clock import SystemClock
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher, Pace
from schedules.ledger.ledger import Ledger
from schedules.ledger.sql import Statements, statements
from schedules.store.columns import to_micros
from schedules.store.engine import POSTGRESQL_OPTIONS, SQLITE_PRAGMAS, Store
from schedules.store.migrate import migrate
from tests.support.deliveries import NOON, add_accounts, add_deliveries
from tests.support.fake_channels import FakeChannel, FakePlatform
from tests.support.postgres import for_libpq, postgres_server

LEASE = timedelta(seconds=90)
LEASE_MICROS = LEASE // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: deliveries per second, and ours as a part of the bare loop's."""

    database: str
    batch: int
    bare: float
    ours: float
    transactions: float

    def __str__(self) -> str:
        return (
            f"{self.database:<11} batch {self.batch:>3}   bare {self.bare:>8,.0f}/s   "
            f"ledger {self.ours:>8,.0f}/s   ratio {self.ours / self.bare:.2f}   "
            f"transactions per post {self.transactions:.2f}"
        )


class NoOp(FakeChannel):
    """A channel that does nothing, for ever."""

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        return Receipt("r", None, NOON)


class NoOpChannels:
    """Always the same no-op channel."""

    def __init__(self) -> None:
        self._channel = NoOp(Connection("a"), FakePlatform(), frozenset[Feature]())

    @asynccontextmanager
    async def open(self, account: str) -> AsyncIterator[Channel]:
        del account
        yield self._channel


async def ours(store: Store, batch: int, count: int) -> tuple[float, float]:
    """Deliveries per second and transactions per delivery of a worker."""
    await _refill(store, count)
    ledger = Ledger(store, SystemClock(), server_time=True, lease=LEASE)
    control = Control(ledger.pauses)
    transactions = count_commits(store)
    dispatcher = Dispatcher(
        ledger, NoOpChannels(), control, name="bench", pace=Pace(in_flight=4 * batch, group=batch)
    )
    await control.refresh()
    watching = asyncio.create_task(control.watch())
    started = time.perf_counter()
    while await dispatcher.claim_when_room():
        pass
    await dispatcher.drain()
    seconds = time.perf_counter() - started
    watching.cancel()
    return count / seconds, transactions() / count


def count_commits(store: Store) -> Callable[[], int]:
    """Counts the ledger's transactions from now on."""
    seen = 0

    def count(_connection: Any) -> None:
        nonlocal seen
        seen += 1

    event.listen(store._blocking, "commit", count)
    return lambda: seen


async def _refill(store: Store, count: int) -> None:
    async with store.write() as connection:
        for table in ("attempt", "delivery", "post", "account", "lane", "campaign"):
            await connection.exec_driver_sql(f"DELETE FROM {table}")
    await add_accounts(store, "a", rate=1e6, burst=1e6)
    await add_deliveries(store, ["a"], count, due_at=SystemClock().now(), late_by=timedelta(days=1))
    if not store.is_sqlite:
        async with store._writer.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("VACUUM ANALYZE")


class Bare:
    """A loop of the ledger's own statements on the bare driver, committing as often."""

    def __init__(self, execute: Callable[[str, dict[str, Any]], list[Any]], sql: Statements) -> None:
        self._execute, self._sql = execute, sql

    def claim(self, batch: int) -> list[Any]:
        accounts = self._execute(self._sql.candidates, {})
        if not accounts:
            return []
        lanes = self._execute(self._sql.destinations, {"rows": json.dumps([{"id": accounts[0][1]}])})
        one = {"account": "a", "room": batch}
        bound = {"claim": uuid4().hex, "lease": LEASE_MICROS, "rows": json.dumps([one]), **one}
        taken = self._execute(self._sql.claim, bound)
        spent = [{"id": lanes[0][0], "tat": lanes[0][3]}]
        self._execute(self._sql.spend, {"rows": json.dumps(spent)})
        if not taken:
            return []
        for row in taken:
            json.loads(row[12])
        return [(row[0], bound["claim"]) for row in taken]

    def mark(self, taken: list[Any]) -> None:
        rows = [{"id": number, "claim": claim, "prepared": None} for number, claim in taken]
        self._execute(self._sql.mark, {"rows": json.dumps(rows), "lease": LEASE_MICROS})

    def settle(self, taken: list[Any]) -> None:
        nothing = dict.fromkeys(("url", "reason", "remedy"))
        rows = [
            {"id": number, "claim": claim, "state": "sent", "delay": 0, "remote_id": "r", "accepted_at": 1}
            | nothing
            for number, claim in taken
        ]
        self._execute(self._sql.settle, {"rows": json.dumps(rows)})
        outcomes = [{"id": number, "outcome": "sent", "detail": None} for number, _ in taken]
        self._execute(self._sql.record_attempts, {"rows": json.dumps(outcomes)})


def bare(connect: Callable[[], Any], batch: int, count: int) -> float:
    """Deliveries per second of the bare loop."""
    with connect() as (bare_loop, transaction):
        started = time.perf_counter()
        while True:
            with transaction():
                taken = bare_loop.claim(batch)
            if not taken:
                return count / (time.perf_counter() - started)
            with transaction():
                bare_loop.mark(taken)
            with transaction():
                bare_loop.settle(taken)


def sqlite_connect(path: str) -> Callable[[], Any]:
    """The stdlib driver with the pragmas of the store."""

    @contextmanager
    def connect() -> Iterator[Any]:
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)

        def execute(sql: str, bound: dict[str, Any]) -> list[Any]:
            return connection.execute(sql, bound | {"now": to_micros(SystemClock().now())}).fetchall()

        @contextmanager
        def transaction() -> Iterator[None]:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("COMMIT")

        yield Bare(execute, statements(sqlite=True, server_time=True)), transaction
        connection.close()

    return connect


def postgresql_connect(url: str) -> Callable[[], Any]:
    """Prepared psycopg with the options of the store."""

    @contextmanager
    def connect() -> Iterator[Any]:
        with psycopg.connect(for_libpq(url), prepare_threshold=0, options=POSTGRESQL_OPTIONS) as connection:

            def execute(sql: str, bound: dict[str, Any]) -> list[Any]:
                cursor = connection.execute(sql, bound, prepare=True)
                return cursor.fetchall() if cursor.description else []

            yield Bare(execute, statements(sqlite=False, server_time=True)), connection.transaction

    return connect


def measure(url: str, connect: Callable[[], Any], batch: int, count: int) -> Row:
    """Both in turns, twice; the better of each counts."""
    store = Store(url)

    async def one() -> tuple[float, float]:
        return await ours(store, batch, count)

    with asyncio.Runner() as runner:
        pairs = []
        for _ in range(3):
            runner.run(_refill(store, count))
            pairs.append((bare(connect, batch, count), *runner.run(one())))
        runner.run(store.close())
    rates, mine, transactions = zip(*pairs, strict=True)
    return Row(store.url.get_backend_name(), batch, max(rates), max(mine), min(transactions))


def main() -> None:
    """Print the table."""
    configure_logs(form="json", level="warning")
    print("Deliveries per second: claim, mark, publish to a no-op channel, settle (full durability)")
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/bench.db"
        url = f"sqlite+aiosqlite:///{path}"
        migrate(url)
        for batch, count in ((50, 5_000), (1, 500)):
            print(measure(url, sqlite_connect(path), batch, count))
    with postgres_server({}, durable=True) as server, server.database() as url:
        migrate(url)
        for batch, count in ((50, 5_000), (1, 500)):
            print(measure(url, postgresql_connect(url), batch, count))


if __name__ == "__main__":
    main()
