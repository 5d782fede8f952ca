"""A rush hour on a clock that jumps: the ledger, its lanes and the bot's own, without a network and without waiting."""

import asyncio
import heapq
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Final

from sqlalchemy import String, cast, literal

from bot.telegram.lanes import Answer, Lanes
from channels.base import Channel, Connection, Feature, OutgoingPost
from schedules.accounts import buckets
from schedules.accounts.buckets import TELEGRAM_BOT, buckets_for
from schedules.clock import SetClock
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher
from schedules.ledger.ledger import Ledger
from schedules.lifecycle import LETTER
from schedules.store.engine import Store
from schedules.store.tables import delivery
from tests.support.deliveries import NOON, add_accounts, add_deliveries
from tests.support.fake_channels import FakeChannel, FakePlatform
from tests.support.telegram.chats import Chat
from tests.support.telegram.rates import Rates
from tests.support.telegram.world import World

BOT: Final = "bot"
LANE: Final = f"account:{BOT}"
STEP: Final = timedelta(milliseconds=125)
"""How often the worker asks; a real one asks at least as often while lanes hold letters back."""
PRESSES_EVERY: Final = 3
"""Steps between two people who press a button."""


class VirtualRush:
    """Everybody who takes part, and what was shown when, in seconds since it began."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = SetClock(NOON)
        self.shown: list[float] = []
        self.arrived: dict[str, float] = {}
        self.waits: list[float] = []
        self.refused = 0
        self._world, self._chats = World(), dict[str, Chat]()
        self._owner = self._world.add_user("Owner")
        self._rates = Rates()
        self._asleep: list[tuple[float, int, asyncio.Event]] = []
        self._numbers, self._awake, self._idle = count(), 0, asyncio.Event()
        self._answers: list[asyncio.Task[None]] = []
        draw = partial(buckets.draw, store, self.clock, LANE, ahead=buckets.ANSWERS)
        block = partial(buckets.block, store, self.clock, LANE)
        self._lanes = Lanes(draw, block, elapsed=self.seconds, sleep=self._sleep)
        self._platform = FakePlatform()
        self._platform.on_publish = self._published
        self._ledger = Ledger(store, self.clock, server_time=False, lease=timedelta(minutes=30))
        control = Control(self._ledger.pauses, elapsed=lambda: 0.0)
        self._control = control
        self._worker = Dispatcher(self._ledger, self, control, name="w", draw=random.Random(7))

    def seconds(self) -> float:
        """How long it has lasted."""
        return (self.clock.now() - NOON).total_seconds()

    @asynccontextmanager
    async def open(self, account: str) -> AsyncIterator[Channel]:
        """The account of the bot, or of a group."""
        features = frozenset({Feature.LETTERS}) if account == BOT else frozenset[Feature]()
        yield FakeChannel(Connection(account), self._platform, features)

    async def begin(self, letters: int, groups: int) -> None:
        """Everything is due at once."""
        await add_accounts(
            self.store, BOT, channel="telegram-bot", rate=TELEGRAM_BOT.rate, burst=TELEGRAM_BOT.burst
        )
        names, own = [f"group-{number}" for number in range(groups)], buckets_for("telegram").destination
        lane = {"rate": own.rate, "burst": own.burst, "credential_lane": LANE}
        await add_accounts(self.store, *names, channel="telegram", **lane)  # type: ignore[arg-type]
        await add_deliveries(self.store, names, 1)
        await self.add_letters(letters)
        await self._control.refresh()

    async def add_letters(self, letters: int, earlier: timedelta = timedelta()) -> list[str]:
        """Letters to new readers that were due so much earlier than all others; gives the readers."""
        numbers = await add_deliveries(self.store, [BOT], letters, due_at=NOON - earlier)
        kind = literal(LETTER) + cast(delivery.c.id, String)
        async with self.store.write() as connection:
            await connection.execute(
                delivery.update().where(delivery.c.id.between(numbers[0], numbers[-1])).values(kind=kind)
            )
        return [str(number) for number in numbers]

    async def until_shown(self, sends: int) -> None:
        """Go on until so many letters and posts have arrived; meanwhile people press buttons."""
        for step in count():
            await self._worker.claim()
            await self._worker.drain()
            if len(self.arrived) >= sends:
                break
            if step % PRESSES_EVERY == 0:
                await self._press()
            await self._pass(self.seconds() + STEP.total_seconds())

    async def all_answered(self) -> None:
        """Let everybody who pressed have their answer."""
        while self._asleep:
            await self._pass(self._asleep[0][0])
        await asyncio.gather(*self._answers)

    async def _published(self, post: OutgoingPost) -> None:
        where = post.recipient or post.key.split("/")[3]
        self._show(where, is_private=post.recipient is not None)
        self.arrived[where] = self.seconds()

    def _show(self, where: str, *, is_private: bool) -> None:
        if where not in self._chats:
            person = self._world.add_user("Somebody")
            group = None if is_private else self._world.add_supergroup(owner=self._owner)
            self._chats[where] = group or person.chat
        self.refused += self._rates.take(self._chats[where], self.seconds()) is not None
        self.shown.append(self.seconds())

    async def _press(self) -> None:
        self._awake += 1
        self._answers.append(asyncio.create_task(self._answer(next(self._numbers), self.seconds())))
        await self._until_idle()

    async def _answer(self, presser: int, pressed: float) -> None:
        async def show() -> Answer:
            self._show(f"presser-{presser}", is_private=True)
            self.waits.append(self.seconds() - pressed)
            return True

        data = {"chat_id": presser}
        try:
            await self._lanes.process_request(show, (), {}, "editMessageText", data, None)
        finally:
            self._rests()

    async def _sleep(self, seconds: float) -> None:
        event = asyncio.Event()
        heapq.heappush(self._asleep, (self.seconds() + seconds, next(self._numbers), event))
        self._rests()
        await event.wait()

    def _rests(self) -> None:
        self._awake -= 1
        if not self._awake:
            self._idle.set()

    async def _until_idle(self) -> None:
        while self._awake:
            self._idle.clear()
            await self._idle.wait()

    async def _pass(self, until: float) -> None:
        """Let time pass, and wake whoever sleeps till then at their own moment."""
        while self._asleep and self._asleep[0][0] <= until:
            at, _, event = heapq.heappop(self._asleep)
            self.clock.set(NOON + timedelta(seconds=at))
            self._awake += 1
            event.set()
            await self._until_idle()
        self.clock.set(NOON + timedelta(seconds=until))
