"""A rush hour: letters to volunteers, posts in groups and pressed buttons, all with the token of one bot."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.pool import ChannelPool
from bot.telegram.door import TelegramDoor
from bot.telegram.keys import DoorKeys
from channels.base import Card, Channel, OutgoingPost, Ports
from channels.registry import channel_class
from channels.secret import Secret
from schedules.accounts import accounts
from schedules.accounts.accounts import NewAccount
from schedules.accounts.buckets import buckets_for
from schedules.accounts.keys import Key
from schedules.accounts.vault import Vault
from schedules.clock import SystemClock
from schedules.commands.actor import Actor
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher
from schedules.ledger.ledger import Ledger
from schedules.people.people import Person as Known
from schedules.store.engine import Store
from schedules.store.migrate import migrate
from schedules.store.tables import delivery
from schedules.worker import Worker
from tests.support.deliveries import add_accounts, add_deliveries, states
from tests.support.telegram.chats import Chat
from tests.support.telegram.journal import Request
from tests.support.telegram.people import Person
from tests.support.telegram.presses import Press
from tests.support.telegram.server import serving
from tests.support.telegram.world import World

BOT: Final = "the-bot"
EVERY: Final = 0.2
"""Seconds between two people who press a button."""
WRITES: Final = 5
"""One person writes for so many who press a button."""


@dataclass
class Rush:
    """Everybody who takes part, and what became of it."""

    world: World
    store: Store
    vault: Vault
    clock: SystemClock = field(default_factory=SystemClock)
    readers: list[Person] = field(default_factory=list)
    groups: list[Chat] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)
    pressed_at: list[float] = field(default_factory=list)

    async def card(self, post: OutgoingPost) -> Card:
        """A letter to the reader of this number."""
        return Card(self.readers[int(post.recipient or 0)].id, post.key.rpartition("#")[0])

    async def arrived(self, post: OutgoingPost, message: int) -> bool:
        """Nothing is kept."""
        del post, message
        return True

    async def lost(self, recipient: str) -> None:
        """Nobody leaves here."""
        raise AssertionError(recipient)

    async def add_letters(self, count: int, due_at: datetime) -> None:
        """One letter to each of so many new readers, due at one instant."""
        first = len(self.readers)
        self.readers += [_somebody(self.world, "Reader") for _ in range(count)]
        numbers = await add_deliveries(self.store, [BOT], count, due_at=due_at)
        async with self.store.write() as connection:
            for at, number in enumerate(numbers, first):
                await connection.execute(
                    delivery.update().where(delivery.c.id == number).values(kind=f"letter-{at}")
                )

    async def add_group(self, base_url: str, due_at: datetime) -> None:
        """A group with an account of its own and one post."""
        owner = _somebody(self.world, "Owner")
        group = self.world.add_supergroup(owner=owner)
        group.add_bot(owner)
        self.groups.append(group)
        name = f"group-{len(self.groups)}"
        await self.connect(name, "telegram", {"base_url": base_url, "chat_id": str(group.id)})
        await add_deliveries(self.store, [name], 1, due_at=due_at)

    async def connect(self, name: str, channel: str, settings: dict[str, str]) -> None:
        """An account with the one token of this rush."""
        new = NewAccount(
            id=name,
            channel=channel,
            language="en",
            owner="sara",
            disclosure="Run by the campaign.",
            settings=settings,
        )
        secret, buckets = Secret(self.world.token), buckets_for(channel)
        await accounts.add(
            self.store, self.vault, new, secret=secret, buckets=buckets, now=self.clock.now()
        )

    @property
    def sends(self) -> list[Request]:
        """What was shown in any chat, in order."""
        return self.world.journal.accepted("sendMessage")

    async def people_press(self, stop: asyncio.Event) -> None:
        """Somebody presses a button, and somebody else writes, again and again."""
        while not stop.is_set():
            presser = _somebody(self.world, "Presser")
            self.pressed_at.append(self.world.clock.ticks())
            self.presses.append(presser.type_forged_callback("from an old message"))
            if len(self.presses) % WRITES == 0:
                _somebody(self.world, "Writer").send("/start")
            await asyncio.sleep(EVERY)

    async def until_sent(self) -> None:
        """Wait until nothing is left to be sent."""
        while {"ready", "claimed", "sending"} & set(await states(self.store)):
            await asyncio.sleep(1)

    def waits(self) -> list[tuple[float, float]]:
        """When each button was pressed and when its answer came, in the world's ticks."""
        answered = {
            each.parameters["callback_query_id"]: each.arrived
            for each in self.world.journal.accepted("answerCallbackQuery")
        }
        return [
            (pressed, answered[press.id])
            for press, pressed in zip(self.presses, self.pressed_at, strict=True)
        ]


def _somebody(world: World, name: str) -> Person:
    person = world.add_user(name)
    person.started = True
    person.chat.keep(person, {"text": "/start"})
    return person


@asynccontextmanager
async def rush(database_url: str, *, letters: int, groups: int) -> AsyncIterator[Rush]:
    """Everything is due at once; the bot and one worker are at work until the block ends."""
    migrate(database_url)
    world, store = World(), Store(database_url)
    world.limit_rates()
    hour = Rush(world, store, Vault(Key(b"k" * 32)))
    due_at = hour.clock.now()
    try:
        async with serving(world) as api:
            await add_accounts(store, "elsewhere")
            await hour.connect(BOT, "telegram-bot", {"base_url": api.address})
            for _ in range(groups):
                await hour.add_group(api.address, due_at)
            await hour.add_letters(letters, due_at)
            world.updates.drop()
            async with _at_work(hour):
                yield hour
    finally:
        await store.close()


@asynccontextmanager
async def _at_work(hour: Rush) -> AsyncIterator[None]:
    async def connect(name: str) -> Channel:
        known = await accounts.get(hour.store, name)
        opened = await accounts.connection(hour.store, hour.vault, name)
        return channel_class(known.channel)(replace(opened, ports=Ports(cards=hour)))

    async def actor_of(person: Known) -> Actor:
        return Actor(person.handle or person.id, grants=())

    ledger = Ledger(hour.store, hour.clock, server_time=True, lease=timedelta(seconds=90))
    control, pool, stop = Control(ledger.pauses), ChannelPool(connect), asyncio.Event()
    dispatcher = Dispatcher(ledger, pool, control, name="rush")
    worker = Worker(hour.store, hour.clock, dispatcher, control, name="rush", version="1")
    keys = DoorKeys(b"b" * 32, b"l" * 32)
    door = TelegramDoor(
        hour.store, hour.vault, hour.clock, keys, holder="rush", actor_of=actor_of, key=Path("no-key")
    )
    running = asyncio.gather(door.run(stop), worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running
        await pool.aclose()
