import asyncio
import multiprocessing
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from schedules.errors import StoreUnusable
from schedules.store.engine import DEADLOCK, Store, despite_deadlocks
from schedules.store.tables import pause
from tests.support.deliveries import NOON


def _pause(scope: str) -> dict[str, object]:
    return {"scope": scope, "actor": "amal", "paused_at": NOON}


async def _count(store: Store) -> int:
    async with store.read() as connection:
        return (await connection.execute(select(func.count()).select_from(pause))).scalar_one()


async def test_a_write_commits_at_the_end_and_an_error_undoes_it(store: Store) -> None:
    async with store.write() as connection:
        await connection.execute(insert(pause).values(_pause("everything")))
    with pytest.raises(ZeroDivisionError):
        async with store.write() as connection:
            await connection.execute(insert(pause).values(_pause("account:a")))
            raise ZeroDivisionError
    assert await _count(store) == 1


async def test_a_whole_transaction_runs_in_a_thread_and_an_error_undoes_it(store: Store) -> None:
    def work(connection: Connection) -> int:
        connection.execute(insert(pause).values(_pause("everything")))
        return 7

    def fail(connection: Connection) -> None:
        connection.execute(insert(pause).values(_pause("account:a")))
        raise ZeroDivisionError

    assert await store.run(work) == 7
    with pytest.raises(ZeroDivisionError):
        await store.run(fail)
    assert await _count(store) == 1


async def test_a_transaction_that_breaks_a_deadlock_runs_again(postgres_url: str) -> None:
    store = Store(postgres_url)
    async with store.write() as connection:
        await connection.execute(insert(pause).values([_pause("a"), _pause("b")]))
    meeting = threading.Barrier(2, timeout=60)
    runs: list[str] = []

    def lock(first: str, second: str) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            runs.append(first)
            connection.execute(update(pause).where(pause.c.scope == first).values(actor=first))
            if len(runs) <= 2:
                meeting.wait()
            connection.execute(update(pause).where(pause.c.scope == second).values(actor=first))

        return work

    await asyncio.gather(store.run(lock("a", "b")), store.run(lock("b", "a")))
    assert len(runs) > 2
    await store.close()


async def test_work_that_broke_a_deadlock_is_done_again_and_other_troubles_are_told() -> None:
    troubles = [OperationalError("", None, Deadlock()), OperationalError("", None, Deadlock())]

    async def work() -> str:
        if troubles:
            raise troubles.pop()
        return "done"

    assert await despite_deadlocks(work) == "done"
    troubles.append(OperationalError("", None, OSError("gone")))
    with pytest.raises(OperationalError):
        await despite_deadlocks(work)


class Deadlock(Exception):
    sqlstate = DEADLOCK


async def test_sqlite_refuses_to_write_through_a_reading_connection(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    with pytest.raises(DBAPIError, match="readonly"):
        async with store.read() as connection:
            await connection.execute(insert(pause).values(_pause("everything")))
    await store.close()


@pytest.mark.parametrize(
    ("pragma", "expected"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
async def test_sqlite_keeps_what_it_committed(sqlite_url: str, pragma: str, expected: object) -> None:
    store = Store(sqlite_url)
    async with store.write() as connection:
        assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar() == expected
    assert (
        await store.run(lambda connection: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar())
        == expected
    )
    await store.close()


async def test_postgresql_compiles_no_statement(postgres_url: str) -> None:
    store = Store(postgres_url)
    shown = await store.run(lambda connection: connection.exec_driver_sql("SHOW jit").scalar())
    async with store.read() as connection, store.brake() as brake:
        for each in (connection, brake):
            assert (await each.exec_driver_sql("SHOW jit")).scalar() == shown == "off"
    await store.close()


async def test_errors_of_the_database_carry_no_values(store: Store) -> None:
    async with store.write() as connection:
        await connection.execute(insert(pause).values(_pause("account:secret-name")))
    with pytest.raises(DBAPIError) as caught:
        async with store.write() as connection:
            await connection.execute(insert(pause).values(_pause("account:secret-name")))
    assert "[SQL parameters hidden" in str(caught.value)


def _write_many(path: str, name: str) -> None:
    for number in range(150):
        connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO pause VALUES (?, 'amal', 0, NULL)", (f"{name}{number}",))
        connection.execute("COMMIT")
        connection.close()


async def test_a_command_in_another_process_and_the_worker_write_side_by_side(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    other = multiprocessing.get_context("spawn").Process(target=_write_many, args=(str(store.path), "x"))
    other.start()
    for number in range(75):
        row = _pause(f"y{number}")
        await store.run(lambda connection, row=row: connection.execute(insert(pause).values(row)))  # type: ignore[misc]
        async with store.write() as connection:
            await connection.execute(insert(pause).values(_pause(f"z{number}")))
    other.join()
    assert (other.exitcode, await _count(store)) == (0, 300)
    await store.close()


def test_a_second_worker_on_one_sqlite_file_is_refused(sqlite_url: str) -> None:
    first, second = Store(sqlite_url), Store(sqlite_url)
    refused = pytest.raises(StoreUnusable, match="Another worker is already running")
    with first.sole_worker(), refused, second.sole_worker():
        pass
    with second.sole_worker():
        pass


def test_postgresql_takes_any_number_of_workers(postgres_url: str) -> None:
    first, second = Store(postgres_url), Store(postgres_url)
    with first.sole_worker(), second.sole_worker():
        pass


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnusable, match="cannot be made"):
        Store(f"sqlite+aiosqlite:///{tmp_path}/file/below/munasara.db")
