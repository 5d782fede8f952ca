import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from channels.secret import Secret
from schedules.accounts import accounts
from schedules.accounts.accounts import NewAccount
from schedules.accounts.buckets import buckets_for
from schedules.accounts.keys import create_key
from schedules.accounts.vault import Vault
from schedules.clock import SystemClock
from schedules.commands import pauses, wipe
from schedules.commands.actor import Actor
from schedules.commands.status import ALIVE_WITHIN
from schedules.errors import ScheduleError
from schedules.ledger.control import WIPED, Control
from schedules.ledger.dispatcher import Dispatcher, Pace
from schedules.ledger.ledger import Ledger
from schedules.people.roles import Grant, Role
from schedules.store import tables
from schedules.store.columns import EPOCH
from schedules.store.engine import Store
from schedules.store.upsert import insert_new
from schedules.worker import Worker
from tests.support.crowd import appoint, join
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.fake_channels import FakeChannels

CLOCK = SystemClock()
AMAL = Actor("amal")


@pytest.fixture
async def key(store: Store, tmp_path: Path) -> Path:
    """The key file of a store with people, a token, a plan and pauses."""
    path = tmp_path / "key"
    vault = Vault(create_key(path))
    await add_accounts(store, "a")
    await add_deliveries(store, ["a"], 3)
    await join(store, 1)
    await appoint(store, "sami", Grant(Role.ADMIN), telegram=2)
    new = NewAccount("b", "telegram", "fr", "press-desk", "Run by the campaign")
    await accounts.add(store, vault, new, secret=Secret("t"), buckets=buckets_for("telegram"), now=EPOCH)
    await pauses.pause(store, CLOCK, AMAL, "account:a")
    return path


async def rows(store: Store) -> dict[str, int]:
    """How many rows each table has, where it has any."""
    async with store.read() as connection:
        found = {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in tables.metadata.sorted_tables
        }
    return {name: number for name, number in found.items() if number}


async def see(store: Store, name: str, ago: timedelta = timedelta(0)) -> None:
    """A worker gives a sign of life and is not heard of again."""
    at = CLOCK.now() - ago
    async with store.write() as connection:
        row = {"id": name, "version": "1", "started_at": at, "seen_at": at}
        await insert_new(connection, tables.worker, [row])


@pytest.fixture
async def worker(store: Store) -> AsyncIterator[asyncio.Task[None]]:
    """A worker that runs."""
    ledger = Ledger(store, CLOCK, server_time=True, lease=timedelta(minutes=1))
    control = Control(ledger.pauses)
    dispatcher = Dispatcher(ledger, FakeChannels(), control, name="w", pace=Pace(in_flight=5))
    running = Worker(store, CLOCK, dispatcher, control, name="w", version="1")
    stop = asyncio.Event()
    task = asyncio.create_task(running.run(stop))
    while not running.is_ready or "worker" not in await rows(store):
        await asyncio.sleep(0.01)
    yield task
    stop.set()
    await task


async def test_the_key_dies_and_nothing_but_the_wipe_itself_is_left(store: Store, key: Path) -> None:
    done = await wipe.wipe(store, CLOCK, AMAL, key)
    assert done == wipe.Wiped()
    assert _is_gone(key)
    assert await rows(store) == {"pause": 1}
    assert [paused.scope for paused in await pauses.paused(store)] == [WIPED]


async def test_a_running_worker_confirms_and_ends(
    store: Store, key: Path, worker: asyncio.Task[None]
) -> None:
    done = await wipe.wipe(store, CLOCK, AMAL, key)
    assert (done.confirmed, done.silent, done.left) == (("w",), (), [])
    await asyncio.wait_for(worker, 60)
    assert await rows(store) == {"pause": 1, "worker": 1}


async def test_a_worker_that_does_not_confirm_is_listed(
    store: Store, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wipe, "WAIT", timedelta(0))
    await see(store, "silent")
    await see(store, "long-gone", ALIVE_WITHIN + timedelta(seconds=1))
    done = await wipe.wipe(store, CLOCK, AMAL, key)
    assert (done.confirmed, done.silent) == ((), ("silent",))


async def test_a_worker_that_comes_back_ends_at_once(store: Store, key: Path) -> None:
    await wipe.wipe(store, CLOCK, AMAL, key)
    ledger = Ledger(store, CLOCK, server_time=True, lease=timedelta(minutes=1))
    control = Control(ledger.pauses)
    dispatcher = Dispatcher(ledger, FakeChannels(), control, name="w", pace=Pace(in_flight=5))
    late = Worker(store, CLOCK, dispatcher, control, name="w", version="1")
    await asyncio.wait_for(late.run(asyncio.Event()), 60)
    assert control.is_wiped


async def test_wiping_twice_is_wiping_once(store: Store, key: Path) -> None:
    await wipe.wipe(store, CLOCK, AMAL, key)
    assert await wipe.wipe(store, CLOCK, AMAL, key) == wipe.Wiped()
    assert await rows(store) == {"pause": 1}


async def test_a_wipe_cannot_be_resumed(store: Store, key: Path) -> None:
    await wipe.wipe(store, CLOCK, AMAL, key)
    for actor in (AMAL, Actor("sami")):
        with pytest.raises(ScheduleError, match="was wiped"):
            await pauses.resume(store, CLOCK, actor, WIPED)


async def test_where_the_database_does_not_answer_the_key_dies_all_the_same(tmp_path: Path) -> None:
    key = tmp_path / "key"
    create_key(key)
    nowhere = Store("postgresql+psycopg://nobody@127.0.0.1:9/munasara")
    done = await wipe.wipe(nowhere, CLOCK, AMAL, key)
    await nowhere.close()
    assert not key.exists()
    workers, database = done.left
    assert workers.startswith("No worker could be told: ")
    assert database.startswith("The database could not be erased: ")


async def test_where_the_key_cannot_be_destroyed_the_rest_goes_all_the_same(
    store: Store, key: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "no-key"
    folder.mkdir()
    done = await wipe.wipe(store, CLOCK, AMAL, folder)
    assert len(done.left) == 1
    assert "shred -u" in done.left[0]
    assert await rows(store) == {"pause": 1}


async def test_files_beside_the_database_go_too(database_url: str, store: Store, key: Path) -> None:
    with_files = Store(database_url, key.parent / "videos")
    with_files.files.keep("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", b"")
    await wipe.wipe(with_files, CLOCK, AMAL, key)
    await with_files.close()
    assert not (key.parent / "videos").exists()


def _is_gone(path: Path) -> bool:
    return not path.exists()
