"""A worker on a clock that the test sets, over both databases."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from channels.base import Feature
from schedules.clock import SetClock
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher
from schedules.ledger.ledger import Ledger
from schedules.store.engine import Store
from tests.support.deliveries import NOON
from tests.support.fake_channels import FakeChannels

LEASE = timedelta(minutes=2)


class Bench:
    """Everything that one simulated worker needs."""

    def __init__(self, store: Store, features: tuple[Feature, ...]) -> None:
        self.store = store
        self.clock = SetClock(NOON)
        self.channels = FakeChannels(*features)
        self.platform = self.channels.platform
        self.ledger = Ledger(store, self.clock, server_time=False, lease=LEASE)
        self.control = Control(self.ledger.pauses, elapsed=lambda: 0.0)

    def worker(self, name: str = "w1", elapsed: Callable[[], float] = lambda: 0.0) -> Dispatcher:
        return Dispatcher(
            self.ledger, self.channels, self.control, name=name, draw=random.Random(7), elapsed=elapsed
        )

    async def run(self, worker: Dispatcher | None = None) -> None:
        """Tick until nothing is due at this instant."""
        worker = worker or self.worker()
        await self.control.refresh()
        while await worker.tick():
            await worker.drain()
            await self.control.refresh()

    async def later(self, wait: timedelta) -> None:
        """Move the clock and run."""
        self.clock.set(self.clock.now() + wait)
        await self.run()


@pytest.fixture
def bench(store: Store) -> Callable[..., Bench]:
    return lambda *features: Bench(store, features)
