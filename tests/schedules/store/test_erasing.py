import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import func, select

from schedules.store import erasing
from schedules.store.engine import Store
from schedules.store.erasing import empty, vacuum
from schedules.store.tables import attempt, delivery, lane, person, post
from tests.support.crowd import arrive
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.searching import everything


async def test_tables_are_emptied_whatever_refers_to_them(store: Store) -> None:
    await add_accounts(store, "a")
    await add_deliveries(store, ["a"], 3)
    await empty(store, [post, delivery, attempt])
    async with store.read() as connection:
        for table, expected in ((post, 0), (delivery, 0), (lane, 1)):
            found = await connection.execute(select(func.count()).select_from(table))
            assert found.scalar_one() == expected, table.name


async def test_what_was_erased_is_in_no_file_after_a_vacuum(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    name = await arrive(store)
    async with store.write() as connection:
        await connection.execute(person.delete())
    assert name.encode() in await everything(store)
    assert await vacuum(store, [person])
    assert name.encode() not in await everything(store)
    await store.close()


async def test_a_reader_who_stands_in_the_way_is_told_of(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "SQLITE_PRAGMAS", ("PRAGMA busy_timeout=20",))
    store = Store(sqlite_url)
    await arrive(store)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM person").fetchone()
        assert not await vacuum(store, [person])
        reader.execute("ROLLBACK")
    assert await vacuum(store, [person])
    await store.close()


async def test_a_vacuum_keeps_what_is_there(store: Store) -> None:
    await arrive(store)
    assert await vacuum(store, [person])
    async with store.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(person))).scalar_one() == 1
