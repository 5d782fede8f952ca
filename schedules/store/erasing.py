"""Getting erased bytes out of the files of a database, and emptying it for good."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Table, create_engine

from schedules.store.engine import POSTGRESQL_OPTIONS, SQLITE_PRAGMAS, Store

FOREVER: Final = "-c statement_timeout=0"
BESIDE: Final = ("", "-wal", "-shm", "-journal")
"""How the names of the files of one SQLite database end."""
AT_ONCE: Final = 1 << 20
"""Bytes that are overwritten with one call."""


async def vacuum(store: Store, tables: Sequence[Table]) -> bool:
    """Remove the bytes of erased rows from the files; nobody else can write meanwhile. Whether all are gone.

    Args:
        tables: Those that are written anew on PostgreSQL; SQLite does it with all of them.
    """
    if store.is_sqlite:
        return await asyncio.to_thread(_vacuum_sqlite, store)
    statements = [f'VACUUM (FULL) "{table.name}"' for table in tables]
    await asyncio.to_thread(_on_postgresql, store, statements)
    return True


async def empty(store: Store, tables: Sequence[Table]) -> None:
    """Take every row out of these tables, at once and whatever refers to them."""
    names = [f'"{table.name}"' for table in tables]
    if store.is_sqlite:
        await asyncio.to_thread(_empty_sqlite, store, names)
    else:
        await asyncio.to_thread(_on_postgresql, store, [f"TRUNCATE {', '.join(names)} CASCADE"])


async def destroy(path: Path) -> list[str]:
    """Overwrite the files of a SQLite database and delete them, whatever is in them and whoever has them open.

    Returns:
        What could not be done, each with a remedy; empty where nothing is left.
    """
    return await asyncio.to_thread(lambda: list(_destroy_all(path.resolve())))


def _destroy_all(path: Path) -> Iterator[str]:
    for end in BESIDE:
        yield from _destroy(path.with_name(f"{path.name}{end}"))


def _destroy(file: Path) -> Iterator[str]:
    if not file.exists():
        return
    kept = None
    try:
        _overwrite(file)
    except OSError as error:
        kept = os.strerror(error.errno or 0)
    try:
        file.unlink()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        yield f"The database file {file} is still there: {why}. Delete it by hand: shred -u {file}"
        return
    if kept is not None:
        yield (
            f"The database file {file} was deleted, but not overwritten: {kept}. "
            "Erase the free space of its disk, or the disk."
        )


def _overwrite(file: Path) -> None:
    if not os.access(file, os.W_OK):
        file.chmod(0o600)
    with file.open("r+b") as opened:
        left = os.fstat(opened.fileno()).st_size
        while left > 0:
            left -= opened.write(bytes(min(left, AT_ONCE)))
        opened.flush()
        os.fsync(opened.fileno())


def _vacuum_sqlite(store: Store) -> bool:
    """Empty the log before and after: overwriting the rows in the file leaves all of them in there."""
    with _sqlite(store) as connection:
        _checkpoint(connection)
        connection.execute("VACUUM")
        return _checkpoint(connection)


def _empty_sqlite(store: Store, names: Sequence[str]) -> None:
    with _sqlite(store) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN IMMEDIATE")
        for name in names:
            connection.execute(f"DELETE FROM {name}")  # noqa: S608 - names of our own tables
        connection.execute("COMMIT")


def _checkpoint(connection: sqlite3.Connection) -> bool:
    """Empty the log into the file. Whether no reader stood in the way."""
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@contextmanager
def _sqlite(store: Store) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)
        yield connection


def _on_postgresql(store: Store, statements: Sequence[str]) -> None:
    options = {"options": f"{POSTGRESQL_OPTIONS} {FOREVER}", "connect_timeout": 5}
    engine = create_engine(
        store.url, isolation_level="AUTOCOMMIT", connect_args=options, hide_parameters=True
    )
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()
