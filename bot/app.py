"""The one place that picks and connects the parts."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette

from bot.board.files import erase_boards, keep_boards
from bot.pool import ChannelPool
from bot.settings import WEBHOOK, Settings
from bot.telegram.keys import DoorKeys
from bot.web.health import health_app
from bot.web.letters import WayOut
from bot.web.media import SignedMedia
from channels.base import Address, Cards, Channel, Groups, Packet, Ports, Receipt
from channels.errors import NotAuthorised
from channels.registry import BOT_CHANNEL, channel_class, measured_channels, telling_channels
from schedules.accounts import accounts, quotas, recipients, renewals
from schedules.accounts.keys import Key, create_key, load_key, next_key
from schedules.accounts.vault import Vault
from schedules.action_days import meetings, photos, roundups, signups
from schedules.clock import Clock, SystemClock
from schedules.commands import people
from schedules.commands.accounts import views
from schedules.commands.wipe import how_to_begin_anew, said_of_a_wiped, was_wiped
from schedules.errors import StoreUnusable
from schedules.ledger import tallies
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher, Pace
from schedules.ledger.ledger import Ledger
from schedules.ledger.measurements import measure_due
from schedules.ledger.media import frozen_file
from schedules.people import purge, silence
from schedules.people.inspection import inspect
from schedules.people.vacuum import vacuum_when_quiet
from schedules.planning.kits import Kits
from schedules.store import leases
from schedules.store.engine import Store
from schedules.store.migrate import is_migrated, migrate
from schedules.walltime import use_pinned_zones
from schedules.worker import Job, Worker

if TYPE_CHECKING:
    from bot.telegram.door import TelegramDoor
    from bot.telegram.webhook import Webhook

LEASE: Final = timedelta(seconds=90)
DEADLINE: Final = timedelta(seconds=45)
RENEWALS: Final = timedelta(seconds=30)
MEASUREMENTS: Final = timedelta(minutes=1)
QUOTAS: Final = timedelta(minutes=10)
COUNTS: Final = timedelta(seconds=30)
BOARDS: Final = timedelta(seconds=10)
HOUSEKEEPING: Final = timedelta(hours=1)
ERASING: Final = timedelta(minutes=5)
INSPECTION: Final = timedelta(days=1)
GROUP_CHANNEL: Final = "telegram"


@dataclass(frozen=True, slots=True)
class App:
    """Everything that a door needs."""

    settings: Settings
    store: Store
    clock: Clock
    vault: Vault
    keys: DoorKeys
    media: SignedMedia | None = None
    way_out: WayOut | None = None
    webhook: "Webhook | None" = None

    async def connect(self, account: str) -> Channel:
        """Open the adapter of one account, with a fresh token where the stored one has expired.

        Raises:
            NotAuthorised: Its token cannot be opened with this key, or was revoked.
            RateLimited, Unreachable: Its token has expired and cannot be renewed now.
        """
        expires_at = (await accounts.get(self.store, account)).expires_at
        if expires_at is not None and expires_at <= self.clock.now() + renewals.NEARLY_EXPIRED:
            await renewals.renew(self.store, self.vault, self.clock, account, self.open)
        return await self.open(account)

    async def open(self, account: str) -> Channel:
        """Open the adapter of one account with the token as it is stored.

        Raises:
            NotAuthorised: Its token cannot be opened with this key.
        """
        known = await accounts.get(self.store, account)
        try:
            connection = await accounts.connection(self.store, self.vault, account)
        except StoreUnusable as error:
            raise NotAuthorised(known.channel, account, str(error)) from error
        ports = Ports(
            media_url=self.media,
            address_book=self._address,
            hand_over=self._hand_over,
            cards=self._cards() if known.channel == BOT_CHANNEL else None,
            groups=self._groups() if known.channel == GROUP_CHANNEL else None,
        )
        return channel_class(known.channel)(replace(connection, ports=ports))

    def web(self, is_ready: Callable[[], bool]) -> Starlette:
        """What the worker's web server answers: its health and, where it has a public address, the rest.

        Args:
            is_ready: Whether the worker would send what is due at this moment.
        """
        routes = [] if self.media is None else [self.media.route(partial(frozen_file, self.store))]
        if self.way_out is not None:
            routes.append(self.way_out.route(partial(recipients.leave, self.store)))
        if self.webhook is not None:
            routes.append(self.webhook.route())
        return health_app(is_ready, routes)

    def door(self) -> "TelegramDoor":
        """The Telegram bot of this installation, which serves people for as long as it runs."""
        from bot.telegram.door import TelegramDoor

        actor_of = partial(people.actor_of, self.store, self.vault, self.clock)
        return TelegramDoor(
            self.store,
            self.vault,
            self.clock,
            self.keys,
            holder=process_name(),
            actor_of=actor_of,
            key=self.settings.key_path,
            webhook=self.webhook,
        )

    async def _hand_over(self, packet: Packet, person: str) -> Receipt:
        from bot.telegram.packets import Packets
        from bot.telegram.signing import Signer
        from bot.telegram.vanishing import Vanishing

        vanishing = Vanishing(self.store, self.vault, self.clock, Kits(self.store))
        return await Packets(vanishing, Signer(self.keys.buttons, self.clock))(packet, person)

    def _cards(self) -> Cards:
        from bot.telegram.signing import Signer
        from bot.telegram.stepcards import StepCards

        signer = Signer(self.keys.buttons, self.clock)
        return StepCards(self.store, self.vault, self.clock, signer, Kits(self.store))

    def _groups(self) -> Groups:
        from bot.telegram.groups import BoundGroups

        return BoundGroups(self.store, self.vault, self.clock)

    async def _address(self, recipient: str) -> Address | None:
        email = await recipients.address_of(self.store, self.vault, recipient)
        if email is None:
            return None
        return Address(email, "" if self.way_out is None else self.way_out.url(recipient))


@asynccontextmanager
async def open_app(settings: Settings, *, create: bool = True) -> AsyncIterator[App]:
    """Open the store, bringing its schema up to date, and the key.

    Args:
        create: Make the database and its key where there is no database yet. Without it nobody looks at an
            installation that only seems to be theirs. A database never gets a second key.

    Raises:
        StoreUnusable: The database or the key cannot be used; says why and what to do.
    """
    if create:
        await _create(settings)
    async with open_store(settings) as store:
        key, clock = await _key(settings, store), SystemClock()
        public = (*_public(settings, key, clock), _webhook(settings, key))
        yield App(settings, store, clock, Vault(key), _door_keys(key), *public)


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the store of an installation without its key, bringing its schema up to date.

    Raises:
        StoreUnusable: There is no database, or it cannot be used; says why and what to do.
    """
    use_pinned_zones()
    url = settings.database_url
    if not await asyncio.to_thread(is_migrated, url):
        raise StoreUnusable(
            f"There is no database at {_place(url)}. Make one with munasara init, "
            "or say with MUNASARA_HOME or MUNASARA_DATABASE where yours is."
        )
    await asyncio.to_thread(migrate, url)
    store = Store(url, settings.home / "media")
    try:
        yield store
    finally:
        await store.close()


async def _create(settings: Settings) -> None:
    """The key comes first: where this ends halfway, no database is left without one."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if await asyncio.to_thread(is_migrated, settings.database_url):
        return
    if not settings.key_path.exists():
        create_key(settings.key_path)
    await asyncio.to_thread(migrate, settings.database_url)


async def _key(settings: Settings, store: Store) -> Key:
    if await was_wiped(store):
        raise StoreUnusable(said_of_a_wiped(store))
    if next_key(settings.key_path).exists():
        raise StoreUnusable(
            "The key is being changed, or was not to the end. Finish it: munasara keys rotate"
        )
    if settings.key_path.exists():
        return load_key(settings.key_path)
    raise StoreUnusable(
        f"There is no key file at {settings.key_path}, and without it nothing in the database can be opened. "
        f"Put it back from where you keep it safe. {how_to_begin_anew(store)}"
    )


def _place(url: str) -> str:
    known = make_url(url)
    if known.get_backend_name() == "sqlite":
        return known.database or ""
    return known.render_as_string(hide_password=True)


def _door_keys(key: Key) -> DoorKeys:
    return DoorKeys(key.derive(b"munasara buttons"), key.derive(b"munasara invitations"))


def _public(settings: Settings, key: Key, clock: Clock) -> tuple[SignedMedia | None, WayOut | None]:
    """What only an installation with a public address has."""
    url = settings.public_url
    if not url:
        return None, None
    media = SignedMedia(url, key.derive(b"munasara media addresses"), clock)
    return media, WayOut(url, key.derive(b"munasara ways out"))


def _webhook(settings: Settings, key: Key) -> "Webhook | None":
    if settings.telegram != WEBHOOK:
        return None
    from bot.telegram.webhook import Webhook

    return Webhook(settings.public_url, key.derive(b"munasara webhook").hex())


def process_name() -> str:
    """A name for what this process holds, that no other process has."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}"


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
        name = process_name()
        pace = Pace(in_flight=app.settings.in_flight, deadline=DEADLINE)
        dispatcher = Dispatcher(ledger, pool, control, name=name, pace=pace)
        worker = partial(Worker, app.store, app.clock, dispatcher, control, chores=_chores(app, pool))
        try:
            yield worker(name=name, version=version("munasara"))
        finally:
            await pool.aclose()
            await _leave_no_page(app)


async def _leave_no_page(app: App) -> None:
    """After a wipe no page of a board stays on this machine."""
    with contextlib.suppress(SQLAlchemyError, OSError):
        if await was_wiped(app.store):
            erase_boards(app.settings.board_folder)


def _chores(app: App, pool: ChannelPool) -> tuple[tuple[timedelta, Job], ...]:
    """What a worker does now and then besides sending, with the pause between two rounds."""
    store, clock = app.store, app.clock
    return (
        (RENEWALS, partial(renewals.renew_due, store, app.vault, clock, app.open)),
        (MEASUREMENTS, partial(measure_due, store, clock, pool, measured_channels)),
        (QUOTAS, partial(quotas.read_due, store, clock, app.connect, telling_channels)),
        (COUNTS, partial(roundups.close_counts, store, clock, Kits(store), views)),
        (HOUSEKEEPING, partial(tallies.close_days, store, clock)),
        (HOUSEKEEPING, partial(signups.close_rosters, store, clock)),
        (HOUSEKEEPING, partial(meetings.forget_old, store, clock, Kits(store))),
        (HOUSEKEEPING, partial(meetings.forget_guarded, store, app.vault, clock, Kits(store))),
        (HOUSEKEEPING, partial(silence.slow_down, store, clock)),
        (HOUSEKEEPING, partial(purge.forget_due, store, clock)),
        (HOUSEKEEPING, partial(leases.tidy, store, clock)),
        (BOARDS, partial(keep_boards, store, clock, Kits(store), app.settings.board_folder)),
        (HOUSEKEEPING, partial(photos.forget_old, store, clock)),
        (ERASING, partial(vacuum_when_quiet, store, clock)),
        (INSPECTION, partial(inspect, store, app.vault, clock)),
    )
