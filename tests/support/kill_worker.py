"""A worker in a process of its own that ends itself with SIGKILL at a named step.

``tests.support.processes`` starts it with ``{"database": ..., "base_url": ..., ...}``. Without ``die_at`` it works
until every delivery has ended, or waits for a person, and exits with 0.
"""

import asyncio
import contextlib
import json
import os
import signal
import traceback
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.pool import ChannelPool
from channels.base import Address, Channel, Connection, Packet, Ports, Receipt
from channels.registry import channel_class
from channels.rehearsal.channel import RehearsalChannel
from channels.secret import Secret
from schedules.clock import SystemClock
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher, Observer, Pace
from schedules.ledger.ledger import Ledger
from schedules.lifecycle import ESCALATE, REMIND
from schedules.store.engine import Store
from schedules.store.tables import delivery
from schedules.worker import Worker

OPEN = ("planned", "ready", "claimed", "sending")
REQUEST_OPEN_FOR = 0.05
AT_WORK = "at work"


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Fate:
    """Ends the process when a step has been reached for the n-th time."""

    def __init__(self, step: str | None, times: int) -> None:
        self.step, self.left = step, times

    def __call__(self, step: str, delivery: int) -> None:
        if step != ("marked" if self.step == "request_open" else self.step):
            return
        self.left -= 1
        if self.left == 0 and self.step == "request_open":
            asyncio.get_running_loop().call_later(REQUEST_OPEN_FOR, _die)
        elif self.left == 0:
            _die()


async def _stop_when_done(store: Store, stop: asyncio.Event) -> None:
    while True:
        with contextlib.suppress(Exception):
            async with store.read() as connection:
                left = await connection.execute(
                    select(func.count()).where(
                        delivery.c.state.in_(OPEN), delivery.c.kind.not_in([REMIND, ESCALATE])
                    )
                )
                if left.scalar() == 0:
                    stop.set()
                    return
        await asyncio.sleep(0.1)


def _channel(account: str, wanted: dict[str, Any]) -> Channel:
    """The stand-in of ``base_url``, or a real adapter as ``channel`` describes it."""
    real = wanted.get("channel")
    if real is None:
        return RehearsalChannel(Connection(account, {"base_url": wanted["base_url"], "platform": "x"}))

    async def address(recipient: str) -> Address:
        return Address(f"{recipient}@example.org")

    async def hand_over(packet: Packet, person: str) -> Receipt:
        _write_down(Path(real["packets"]), {"key": packet.key, "person": person})
        return Receipt(packet.key, None, SystemClock().now())

    secret, ports = Secret(real["secret"]), Ports(address_book=address, hand_over=hand_over)
    return channel_class(real["name"])(Connection(account, real["settings"], secret, ports))


def _write_down(path: Path, entry: dict[str, str]) -> None:
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(entry) + "\n")
        lines.flush()
        os.fsync(lines.fileno())


def _observer(wanted: dict[str, Any], tell: Callable[[str], None]) -> Observer:
    fate, is_at_work = Fate(wanted.get("die_at"), wanted.get("times", 1)), False

    def observe(step: str, delivery: int) -> None:
        nonlocal is_at_work
        if step == "settled" and not is_at_work:
            is_at_work = True
            tell(AT_WORK)
        fate(step, delivery)

    return observe


async def main(wanted: dict[str, Any], tell: Callable[[str], None]) -> None:
    """Work as one worker of the database; ``tell`` hears ``AT_WORK`` when the first delivery is settled."""
    store = Store(wanted["database"])
    clock = SystemClock()
    ledger = Ledger(store, clock, server_time=True, lease=timedelta(seconds=wanted.get("lease", 2.5)))
    control = Control(ledger.pauses)

    async def connect(account: str) -> Channel:
        return _channel(account, wanted)

    pool = ChannelPool(connect)
    dispatcher = Dispatcher(
        ledger,
        pool,
        control,
        name=f"w{os.getpid()}",
        pace=Pace(
            in_flight=wanted.get("in_flight", 40), deadline=timedelta(seconds=wanted.get("deadline", 2))
        ),
        observe=_observer(wanted, tell),
    )
    worker = Worker(store, clock, dispatcher, control, name=f"w{os.getpid()}", version="test")
    stop = asyncio.Event()
    with store.sole_worker():
        watching = asyncio.create_task(_stop_when_done(store, stop))
        await worker.run(stop)
        watching.cancel()
    await pool.aclose()
    await store.close()


def work(wanted: dict[str, Any], told: Pipe) -> None:
    """Be the process: silent but for what it tells, at last why it failed."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    try:
        asyncio.run(main(wanted, told.send))
    except BaseException:
        told.send(traceback.format_exc())
        raise
