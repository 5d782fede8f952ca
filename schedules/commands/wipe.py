"""The wipe: the key first, then every worker, then everything in the database."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from schedules.accounts.keys import destroy_key
from schedules.clock import Clock, elapsed
from schedules.commands.actor import Actor
from schedules.commands.status import ALIVE_WITHIN
from schedules.errors import StoreUnusable
from schedules.ledger.control import WIPED
from schedules.people.roles import EVERYTHING, Role
from schedules.store import tables
from schedules.store.engine import Store
from schedules.store.erasing import destroy, empty, vacuum
from schedules.store.files import Files
from schedules.store.upsert import insert_new

WAIT: Final = timedelta(seconds=3)
"""How long workers are waited for; each looks five times a second."""
ASK_EVERY: Final = timedelta(milliseconds=50)
KEPT: Final = (tables.pause, tables.worker)
"""What stays: that it was wiped, for workers that come back, and which of them have said that they know."""

BY_HAND: Final = "Wipe once more, or delete it by hand."
_FAILURES: Final = (SQLAlchemyError, sqlite3.Error, OSError)

log = structlog.get_logger()


@dataclass(slots=True)
class Wiped:
    """What a wipe has done.

    Attributes:
        left: What could not be done, each with a remedy; empty where everything was.
        confirmed: Workers that begin nothing more.
        silent: Workers that did not say so; end them by hand.
    """

    left: list[str] = field(default_factory=list)
    confirmed: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


async def wipe(store: Store, clock: Clock, actor: Actor, key: Path) -> Wiped:
    """Destroy the key, end every worker, and erase people, tokens, campaigns and records. There is no way back.

    Each step is tried whatever became of those before it, so that the key dies also where the database does not answer.
    Doing it again does what was left.

    Raises:
        Forbidden: They are no admin of everything.
        CodeNeeded: Their second factor was not shown.
    """
    actor.require(Role.ADMIN)
    actor.require_proof()
    done = Wiped()
    await _destroy_key(done, actor, key)
    async with going_on(done, "The database could not be erased"):
        await _wipe_database(store, clock, done)
    await _erase_videos(done, store.files)
    return done


async def wipe_beside(actor: Actor, key: Path, files: Files) -> Wiped:
    """Destroy the key and the videos, where there is no way to the database.

    Raises:
        Forbidden: They are no admin of everything.
        CodeNeeded: Their second factor was not shown.
    """
    actor.require(Role.ADMIN)
    actor.require_proof()
    done = Wiped()
    await _destroy_key(done, actor, key)
    await _erase_videos(done, files)
    return done


async def was_wiped(store: Store) -> bool:
    """Whether this installation was wiped, which no new key ever changes."""
    async with store.read() as connection:
        found = await connection.execute(select(tables.pause.c.scope).where(tables.pause.c.scope == WIPED))
        return found.first() is not None


def said_of_a_wiped(store: Store) -> str:
    """What whoever comes to a wiped installation is told, and how to have one again."""
    return f"This installation was wiped: its key and everything in it are gone. {how_to_begin_anew(store)}"


def how_to_begin_anew(store: Store) -> str:
    """One sentence for whoever gives up what is in this database."""
    if store.url.get_backend_name() == "sqlite":
        return f"To begin anew, delete {store.url.database}*, then: munasara init"
    return "To begin anew, name an empty database in MUNASARA_DATABASE, then: munasara init"


@asynccontextmanager
async def going_on(done: Wiped, failed: str, remedy: str = BY_HAND) -> AsyncIterator[None]:
    """Whatever goes wrong within becomes a sentence, and the next step is tried."""
    try:
        yield
    except StoreUnusable as error:
        done.left.append(str(error))
    except _FAILURES as error:
        why = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        done.left.append(f"{failed}: {why}. {remedy}")


async def _destroy_key(done: Wiped, actor: Actor, key: Path) -> None:
    async with going_on(done, "The key could not be destroyed"):
        destroy_key(key)
    log.warning("wipe begun", actor=actor.name)


async def _erase_videos(done: Wiped, files: Files) -> None:
    async with going_on(done, "The folder of videos could not be erased"):
        files.erase()


async def _wipe_database(store: Store, clock: Clock, done: Wiped) -> None:
    if store.is_sqlite and not store.path.exists():
        done.left.append(
            f"There is no database at {store.path}. If yours is elsewhere, say where with MUNASARA_HOME or "
            "MUNASARA_DATABASE, and wipe once more."
        )
        return
    async with going_on(done, "No worker could be told", "End each by hand, on its machine."):
        await _stop_workers(store, clock, done)
    await _erase(store, done)


async def _erase(store: Store, done: Wiped) -> None:
    """Take everything out of the database; the file of one that cannot be emptied is destroyed."""
    try:
        await empty(store, [table for table in tables.metadata.sorted_tables if table not in KEPT])
        await _empty_pauses(store)
        if not await vacuum(store, list(tables.metadata.sorted_tables)):
            done.left.append("Bytes of erased rows are still in the log of the database. Wipe once more.")
    except _FAILURES:
        if not store.is_sqlite:
            raise
        done.left.extend(await destroy(store.path))


async def _stop_workers(store: Store, clock: Clock, done: Wiped) -> None:
    """Tell them; who did it is not written down, as nothing is left of anybody."""
    row = {"actor": WIPED, "paused_at": clock.now()}
    async with store.write() as connection:
        await insert_new(
            connection, tables.pause, [row | {"scope": scope} for scope in (WIPED, EVERYTHING)]
        )
    alive = await _workers(store, clock)
    deadline = elapsed() + WAIT.total_seconds()
    while elapsed() < deadline and not all(alive.values()):
        await asyncio.sleep(ASK_EVERY.total_seconds())
        alive = await _workers(store, clock)
    done.confirmed = tuple(name for name, has_confirmed in alive.items() if has_confirmed)
    done.silent = tuple(name for name, has_confirmed in alive.items() if not has_confirmed)


async def _workers(store: Store, clock: Clock) -> dict[str, bool]:
    """Every worker that was alive a moment ago, and whether it has confirmed."""
    columns = tables.worker.c
    async with store.read() as connection:
        rows = await connection.execute(
            select(columns.id, columns.wiped_at)
            .where(columns.seen_at > clock.now() - ALIVE_WITHIN)
            .order_by(columns.id)
        )
        return {row.id: row.wiped_at is not None for row in rows}


async def _empty_pauses(store: Store) -> None:
    async with store.write() as connection:
        await connection.execute(delete(tables.pause).where(tables.pause.c.scope != WIPED))
