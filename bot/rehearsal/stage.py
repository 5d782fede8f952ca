"""The stage: a database of its own, a clock set by hand, and a stand-in for each platform."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot.app import DEADLINE, LEASE, App, open_app
from bot.pool import ChannelPool
from bot.rehearsal.cast import BOT, BY_HAND, SHARED_TOKEN, nature
from bot.rehearsal.phones import PhoneChannel
from bot.settings import Settings
from channels.base import AccountCheck, Channel, Ports
from channels.handoff import HandoffChannel
from channels.rehearsal.server import serve
from channels.rehearsal.standin import StandIn
from channels.secret import Secret
from channels.telegram.direct import DirectChannel
from schedules.accounts import accounts
from schedules.accounts.accounts import NewAccount
from schedules.accounts.buckets import buckets_for
from schedules.clock import SetClock
from schedules.commands.posts import Filter, PostView, list_posts
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher, Observer, Pace, unobserved
from schedules.ledger.ledger import Ledger
from schedules.people.days import NEVER
from schedules.planning.destinations import AccountView

IN_FLIGHT: Final = 50
WORKER: Final = "rehearsal"
DOOMED: Final = "rehearsal-doomed"
TAKEN_ALONG: Final = 12
"""How many sends are under way when a worker dies."""
JITTER: Final = 0.5
FIRST_HAND: Final = "mina"
NEXT_HAND: Final = "noor"
PHONES: Final = "phones"
"""The folder, beside the journals of the platforms, of what reached the phones of volunteers."""


class EvenJitter(random.Random):
    """Draws the middle every time, so that two rehearsals wait equally long."""

    def random(self) -> float:
        """Always one half."""
        return JITTER


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens at a moment of campaign time (UTC), such as a platform going down."""

    at: datetime
    do: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that plays in one rehearsal.

    Attributes:
        clock: Campaign time, for the ledger and for the platforms alike.
        standins: The stand-in of each platform that publishes by itself.
    """

    app: App
    clock: SetClock
    standins: Mapping[str, StandIn]

    async def verify(self, account: str) -> AccountCheck:
        """Ask the stand-in whether an account could publish now."""
        async with await self.app.connect(account) as channel:
            return await channel.verify()

    async def posts(self) -> tuple[PostView, ...]:
        """Every post, without what goes to volunteers one by one, and without what tells of a change that never came."""
        found = await list_posts(self.app.store, Filter())
        return tuple(post for post in found if post.account != BOT and post.due_at < NEVER)

    async def connect(self, ports: Ports, account: str) -> Channel:
        """Open the adapter of an account; one that writes to people reaches those who play here."""
        channel = await self.app.connect(account)
        connection = replace(channel.connection, ports=ports)
        if isinstance(channel, HandoffChannel):
            return HandoffChannel(connection)
        if isinstance(channel, DirectChannel):
            await channel.aclose()
            return PhoneChannel(connection)
        return channel

    @asynccontextmanager
    async def works(
        self,
        ports: Ports,
        *,
        name: str = WORKER,
        in_flight: int = IN_FLIGHT,
        observe: Observer = unobserved,
    ) -> AsyncIterator["Works"]:
        """The real ledger and dispatcher, driven by campaign time."""
        ledger = Ledger(self.app.store, self.clock, server_time=False, lease=LEASE)
        control = Control(ledger.pauses, elapsed=lambda: self.clock.now().timestamp())
        pool = ChannelPool(partial(self.connect, ports))
        pace = Pace(in_flight=in_flight, deadline=DEADLINE)
        dispatcher = Dispatcher(
            ledger, pool, control, name=name, pace=pace, draw=EvenJitter(), observe=observe
        )
        try:
            yield Works(ledger, dispatcher, control)
        finally:
            await dispatcher.drain()
            await pool.aclose()

    async def crash(self, ports: Ports) -> None:
        """Let a worker take up some of what is due and die when the platforms have it, before it wrote any of that down."""
        async with self.works(ports, name=DOOMED, in_flight=TAKEN_ALONG, observe=_die) as works:
            await works.control.refresh()
            await works.dispatcher.tick()


@dataclass(frozen=True, slots=True)
class Works:
    """What a worker is made of."""

    ledger: Ledger
    dispatcher: Dispatcher
    control: Control

    async def run_dry(self) -> None:
        """Do everything that is due at this moment."""
        await self.control.refresh()
        while await self.dispatcher.tick():
            await self.dispatcher.drain()


@asynccontextmanager
async def open_stage(views: Iterable[AccountView], journals: Path, start: datetime) -> AsyncIterator[Stage]:
    """Set the stage in a temporary folder, connect every account to its stand-in, and clear up at the end.

    Args:
        journals: A folder for what the stand-ins write down; earlier journals in it are replaced.
        start: Where campaign time begins.
    """
    views = tuple(views)
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="munasara-rehearsal-")))
        clock = SetClock(start)
        real = await stack.enter_async_context(open_app(Settings(home=home)))
        app = replace(real, clock=clock)
        standins: dict[str, StandIn] = {}
        for view in views:
            if view.channel in BY_HAND:
                await _connect(app, view, "handoff", _people(view))
        for platform in sorted({view.channel for view in views} - BY_HAND):
            standins[platform] = _standin(platform, journals, clock)
            stack.callback(standins[platform].close)
            address = await stack.enter_async_context(serve(standins[platform].app))
            adapter = BOT if platform == BOT else "rehearsal"
            for view in views:
                if view.channel == platform:
                    await _connect(app, view, adapter, _stood_in_for(view, address))
        yield Stage(app, clock, standins)


def _die(step: str, delivery: int) -> None:
    """What a platform has accepted is the last that this worker does."""
    del delivery
    if step == "accepted":
        raise asyncio.CancelledError


def _standin(platform: str, journals: Path, clock: SetClock) -> StandIn:
    folder = journals / PHONES if platform == BOT else journals
    folder.mkdir(parents=True, exist_ok=True)
    journal = folder / f"{platform}.jsonl"
    journal.unlink(missing_ok=True)
    kind = nature(platform)
    return StandIn(journal, can_look_back=kind.look_back, idempotent=kind.idempotent, now=clock.now)


def _people(view: AccountView) -> dict[str, str]:
    return {"platform": view.channel, "to": FIRST_HAND, "then": NEXT_HAND}


def _stood_in_for(view: AccountView, address: str) -> dict[str, str]:
    if view.channel == BOT:
        return {"base_url": address}
    kind = nature(view.channel)
    hour = {} if view.prompt_hour is None else {"prompt_hour": str(view.prompt_hour)}
    return hour | {
        "base_url": address,
        "platform": view.channel,
        "look_back": "yes" if kind.look_back else "no",
        "idempotent": "yes" if kind.idempotent else "no",
    }


async def _connect(app: App, view: AccountView, channel: str, settings: dict[str, str]) -> None:
    new = NewAccount(
        id=view.name,
        channel=channel,
        language=view.language,
        owner="rehearsal",
        disclosure="Played on this machine; nothing is public.",
        city=view.city,
        settings=settings,
    )
    kind = channel if view.channel in BY_HAND else view.channel
    await accounts.add(
        app.store, app.vault, new, secret=_token(view), buckets=buckets_for(kind), now=app.clock.now()
    )


def _token(view: AccountView) -> Secret:
    if view.channel in BY_HAND:
        return Secret("")
    return Secret(view.channel if view.channel in SHARED_TOKEN else view.name)
