"""One store, two databases: how a transaction begins and ends on each."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool

from schedules.errors import StoreUnusable
from schedules.store.files import Files

Result = TypeVar("Result")

THREADS: Final = 4
"""Ledger transactions at one time on PostgreSQL; SQLite has one writer."""

DEADLOCK: Final = "40P01"
DEADLOCK_TRIES: Final = 5

BUSY_TIMEOUT_MS: Final = 10_000
SQLITE_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
)
POSTGRESQL_OPTIONS: Final = (
    "-c idle_in_transaction_session_timeout=30s -c statement_timeout=60s -c lock_timeout=30s -c jit=off"
)
"""Statements are short and many: compiling one takes a hundred times as long as running it."""


class Store:
    """A database and the ways into it: ``read``, ``write``, and ``run`` for the ledger's hot path.

    Args:
        url: ``sqlite+aiosqlite:///path`` or ``postgresql+psycopg://...``.
        folder: Where files lie that are too large for the database; the same for every worker.
    """

    def __init__(self, url: str | URL, folder: Path | None = None) -> None:
        self.url = make_url(url)
        self.files = Files(folder)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer, self._reader = _sqlite_engines(self.url)
            self._blocking = _blocking_sqlite_engine(self.url)
            self._brake = self._reader
        else:
            self._writer = self._reader = _postgresql_engine(self.url)
            self._blocking = _blocking_postgresql_engine(self.url)
            self._brake = create_async_engine(
                self.url, **(_postgresql_settings() | {"pool_size": 1, "max_overflow": 0})
            )
        self._threads = ThreadPoolExecutor(1 if self.is_sqlite else THREADS, thread_name_prefix="ledger")

    @property
    def path(self) -> Path:
        """The database file of SQLite."""
        return Path(self.url.database or "")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A short transaction that commits at the end of the block and rolls back on an error."""
        async with self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading; nothing written through it is kept. Leave it before any wait."""
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def brake(self) -> AsyncIterator[AsyncConnection]:
        """As ``read``, on a connection that nothing else keeps busy."""
        async with self._brake.connect() as connection:
            yield connection

    async def run(self, work: Callable[[Connection], Result]) -> Result:
        """Run a whole write transaction in a thread: one hop, instead of one for every statement.

        It commits when ``work`` returns, also if the caller is cancelled meanwhile. ``work`` runs again
        where PostgreSQL chose it to break a deadlock.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, work)

    def _run(self, work: Callable[[Connection], Result], tries: int = DEADLOCK_TRIES) -> Result:
        try:
            with self._blocking.begin() as connection:
                return work(connection)
        except OperationalError as error:
            if tries == 1 or not _is_deadlock(error):
                raise
        return self._run(work, tries - 1)

    async def close(self) -> None:
        """Close every connection."""
        self._threads.shutdown()
        self._blocking.dispose()
        for engine in {self._writer, self._reader, self._brake}:
            await engine.dispose()

    @contextmanager
    def sole_worker(self) -> Iterator[None]:
        """Hold the right to be the one worker of a SQLite database; on PostgreSQL there may be many.

        Raises:
            StoreUnusable: Another worker is running on the same file.
        """
        if not self.is_sqlite:
            yield
            return
        with self.path.with_name(self.path.name + ".lock").open("w") as lock:
            _take(lock.fileno(), self.path)
            yield


async def despite_deadlocks(work: Callable[[], Awaitable[Result]]) -> Result:
    """Do work that is one transaction, and do it again where PostgreSQL chose it to break a deadlock."""
    for _ in range(DEADLOCK_TRIES - 1):
        try:
            return await work()
        except OperationalError as error:
            if not _is_deadlock(error):
                raise
    return await work()


def _is_deadlock(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) == DEADLOCK


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        msg = (
            f"Another worker is already running on {path}. Stop it first, "
            "or move to PostgreSQL, which takes as many workers as you start."
        )
        raise StoreUnusable(msg) from None


def _sqlite_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    if url.database:
        _make_private_folder(Path(url.database).parent)
    writer = create_async_engine(
        url, pool_size=1, max_overflow=0, poolclass=AsyncAdaptedQueuePool, hide_parameters=True
    )
    reader = create_async_engine(
        url, pool_size=4, max_overflow=4, poolclass=AsyncAdaptedQueuePool, hide_parameters=True
    )
    for engine, begin, pragmas in (
        (writer, "BEGIN IMMEDIATE", SQLITE_PRAGMAS),
        (reader, "BEGIN", (*SQLITE_PRAGMAS, "PRAGMA query_only=ON")),
    ):
        _configure_sqlite(engine.sync_engine, begin, pragmas)
    return writer, reader


def _blocking_sqlite_engine(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite"), pool_size=1, max_overflow=0, poolclass=QueuePool, hide_parameters=True
    )
    _configure_sqlite(engine, "BEGIN IMMEDIATE", SQLITE_PRAGMAS)
    return engine


def _make_private_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        msg = f"The folder {folder} cannot be made: {os.strerror(error.errno or 0)}."
        raise StoreUnusable(msg) from error


def _configure_sqlite(engine: Engine, begin: str, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _postgresql_engine(url: URL) -> AsyncEngine:
    return create_async_engine(url, **_postgresql_settings())


def _blocking_postgresql_engine(url: URL) -> Engine:
    return create_engine(url, **_postgresql_settings())


def _postgresql_settings() -> dict[str, Any]:
    return {
        "pool_size": THREADS,
        "max_overflow": THREADS,
        "hide_parameters": True,
        "connect_args": {"options": POSTGRESQL_OPTIONS, "connect_timeout": 5},
    }
