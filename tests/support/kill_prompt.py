"""A worker that sends prompts to a ``LetterCounter`` and ends itself with SIGKILL when it is told to.

Run as ``python -m tests.support.kill_prompt '{"database": ..., "port": ..., "chunks": 7, "letters": 5000}'``. Without
``chunks`` and ``letters`` it works until no delivery is open, and exits with 0.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from channels.base import AccountCheck, Channel, Connection, Feature, OutgoingPost, Prepared, Receipt
from channels.errors import OutcomeUnknown
from content.limits import LIMITS
from schedules.clock import SystemClock
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher, Pace
from schedules.ledger.ledger import Ledger
from schedules.store.engine import Store
from schedules.store.tables import delivery
from schedules.worker import Worker
from tests.support.kill_worker import OPEN, Fate

IN_FLIGHT = 40
LEASE, DEADLINE = 10.0, 8.0
"""In seconds; so long that no letter is uncertain only because the machine was busy."""


class CountedChannel(Channel):
    """Writes each letter as one line and waits until the other side has counted it."""

    name = "telegram-bot"
    limits = LIMITS["telegram"]
    features = frozenset({Feature.LETTERS})

    def __init__(self, account: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(Connection(account))
        self._reader, self._writer, self._one = reader, writer, asyncio.Lock()

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        async with self._one:
            self._writer.write(f"{post.key}\n".encode())
            if await self._reader.readline() != b"taken\n":
                raise OutcomeUnknown(self.name, self.connection.account, "The connection died.")
        return Receipt("1", None, SystemClock().now())

    async def verify(self) -> AccountCheck:
        return AccountCheck(ready=True, identity="counter", detail="")

    async def aclose(self) -> None:
        self._writer.close()


class OneChannel:
    """Opens the same channel for every delivery."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    @asynccontextmanager
    async def open(self, account: str) -> AsyncIterator[Channel]:
        del account
        yield self._channel


class MortalLedger(Ledger):
    """Dies inside the transaction of the n-th chunk, before it commits."""

    chunks = 0

    def advance(self, *given: Any) -> bool:
        self.chunks -= 1
        if self.chunks == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().advance(*given)


async def _stop_when_done(store: Store, stop: asyncio.Event) -> None:
    left = 1
    while left:
        await asyncio.sleep(0.2)
        async with store.read() as connection:
            found = await connection.execute(select(func.count()).where(delivery.c.state.in_(OPEN)))
            left = found.scalar_one()
    stop.set()


async def main(wanted: dict[str, Any]) -> None:
    """Work as one worker of the database."""
    store, clock = Store(wanted["database"]), SystemClock()
    ledger = MortalLedger(
        store, clock, server_time=True, lease=timedelta(seconds=wanted.get("lease", LEASE))
    )
    ledger.chunks = wanted.get("chunks", 0)
    control = Control(ledger.pauses)
    channel = CountedChannel("bot", *await asyncio.open_connection("127.0.0.1", wanted["port"]))
    dispatcher = Dispatcher(
        ledger,
        OneChannel(channel),
        control,
        name=f"w{os.getpid()}",
        pace=Pace(in_flight=IN_FLIGHT, deadline=timedelta(seconds=wanted.get("deadline", DEADLINE))),
        observe=Fate("accepted" if "letters" in wanted else None, wanted.get("letters", 1)),
    )
    worker = Worker(store, clock, dispatcher, control, name=f"w{os.getpid()}", version="test")
    stop = asyncio.Event()
    with store.sole_worker():
        watching = asyncio.create_task(_stop_when_done(store, stop))
        await worker.run(stop)
        watching.cancel()
    await channel.aclose()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
