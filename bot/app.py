"""The one place that picks and connects the parts."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import make_url

from bot.pool import ChannelPool
from bot.settings import Settings
from channels.base import Channel
from channels.errors import NotAuthorised
from channels.registry import channel_class
from schedules.accounts import accounts
from schedules.accounts.keys import create_key, load_key
from schedules.accounts.vault import Vault
from schedules.clock import Clock, SystemClock
from schedules.errors import StoreUnusable
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher, Pace
from schedules.ledger.ledger import Ledger
from schedules.store.engine import Store
from schedules.store.migrate import migrate
from schedules.walltime import use_pinned_zones
from schedules.worker import Worker

LEASE: Final = timedelta(seconds=90)
DEADLINE: Final = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class App:
    """Everything that a door needs."""

    settings: Settings
    store: Store
    clock: Clock
    vault: Vault

    async def connect(self, account: str) -> Channel:
        """Open the adapter of one account.

        Raises:
            NotAuthorised: Its token cannot be opened with this key.
        """
        known = await accounts.get(self.store, account)
        try:
            connection = await accounts.connection(self.store, self.vault, account)
        except StoreUnusable as error:
            raise NotAuthorised(known.channel, account, str(error)) from error
        return channel_class(known.channel)(connection)


@asynccontextmanager
async def open_app(settings: Settings, *, create: bool = True) -> AsyncIterator[App]:
    """Open the store, bringing its schema up to date, and the key.

    Args:
        create: Make what is missing. Without it nobody looks at, or pauses, an installation that only seems
            to be theirs.

    Raises:
        StoreUnusable: The database or the key cannot be used; says why and what to do.
    """
    use_pinned_zones()
    if not create:
        _require_home(settings)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    await asyncio.to_thread(migrate, settings.database_url)
    path = settings.key_path
    vault = Vault(load_key(path) if path.exists() else create_key(path))
    store = Store(settings.database_url)
    try:
        yield App(settings, store, SystemClock(), vault)
    finally:
        await store.close()


def _require_home(settings: Settings) -> None:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise StoreUnusable(
            f"There is no database at {url.database}. Make one with munasara init, "
            "or say with MUNASARA_HOME where yours is."
        )


@asynccontextmanager
async def open_worker(app: App) -> AsyncIterator[Worker]:
    """A worker on the app's store.

    Raises:
        StoreUnusable: Another worker has this SQLite database.
    """
    with app.store.sole_worker():
        ledger = Ledger(app.store, app.clock, server_time=True, lease=LEASE)
        control = Control(ledger.pauses)
        pool = ChannelPool(app.connect)
        name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}"
        pace = Pace(in_flight=app.settings.in_flight, deadline=DEADLINE)
        dispatcher = Dispatcher(ledger, pool, control, name=name, pace=pace)
        try:
            yield Worker(app.store, app.clock, dispatcher, control, name=name, version=version("munasara"))
        finally:
            await pool.aclose()
