"""The running worker: a ticker, a brake and a heartbeat around the dispatcher."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeAlias

import structlog
from sqlalchemy.exc import SQLAlchemyError

from schedules.clock import Clock, elapsed
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher
from schedules.planning.reresolve import follow_time_zones
from schedules.store.engine import Store
from schedules.store.tables import worker as worker_table
from schedules.store.upsert import insert_new

TICK: Final = timedelta(milliseconds=200)
LANE_PAUSE: Final = timedelta(milliseconds=30)
"""Between two looks while it is sending: a bot of Telegram, the fastest lane with a small burst, has room for one in 45 ms."""
HEARTBEAT: Final = timedelta(seconds=5)
FORGOTTEN_AFTER: Final = timedelta(days=1)
GRACE = 60.0
"""Seconds that a chore may take to end when the worker stops: a renewal that is cut off may lose a token that rotates."""

Job: TypeAlias = Callable[[], Coroutine[Any, Any, object]]

log = structlog.get_logger()


class Worker:
    """Keeps one dispatcher going until it is told to stop.

    Any number may run on one PostgreSQL database; on SQLite, one.

    Args:
        chores: What else is done now and then, with the pause between two rounds; sending does not wait for it.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        dispatcher: Dispatcher,
        control: Control,
        *,
        name: str,
        version: str,
        chores: Sequence[tuple[timedelta, Job]] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._dispatcher = dispatcher
        self._control = control
        self._name = name
        self._version = version
        self._chores = tuple(chores)
        self._healthy = True

    @property
    def is_ready(self) -> bool:
        """Whether it knows the pauses and its last round went well, and so would send what is due."""
        return self._control.is_fresh() and self._healthy

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, then begin nothing more, settle what is in flight and return."""
        for moved in await follow_time_zones(self._store, self._clock):
            log.warning("post moved by new time zone data", post=moved.post)
        await self._control.refresh()
        await self._guarded(self._beat)
        watching = asyncio.create_task(self._control.watch())
        rounds = [
            asyncio.create_task(self._every(pause, job, stop))
            for pause, job in (
                (TICK, partial(self._tick, stop)),
                (HEARTBEAT, self._beat),
                (TICK, partial(self._end_if_wiped, stop)),
            )
        ]
        chores = [
            asyncio.create_task(self._every(pause, partial(_quietly, job), stop))
            for pause, job in self._chores
        ]
        log.info("worker started", worker=self._name)
        try:
            await stop.wait()
        finally:
            stop.set()
            self._dispatcher.stop()
            await asyncio.gather(*rounds)
            await self._dispatcher.drain()
            if chores:
                await asyncio.wait(chores, timeout=GRACE)
            for task in (watching, *chores):
                task.cancel()
            await asyncio.gather(watching, *chores, return_exceptions=True)
            if not self._control.is_wiped:
                await self._guarded(self._forget)
            log.info("worker stopped", worker=self._name)

    async def _every(self, pause: timedelta, job: Job, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._guarded(job)
            await _wait(stop, pause)

    async def _guarded(self, job: Job) -> None:
        try:
            await job()
        except (SQLAlchemyError, OSError) as error:
            if self._healthy:
                log.warning("database unreachable", error=type(error).__name__)
            self._healthy = False
        except Exception:
            log.exception("round failed")
            self._healthy = False
        else:
            if not self._healthy:
                log.info("database reachable again")
            self._healthy = True

    async def _tick(self, stop: asyncio.Event) -> None:
        """Send what is due, and go on asking as long as lanes and not the plan hold the next back."""
        ticked = sent = elapsed()
        if not await self._dispatcher.tick():
            return
        while not stop.is_set() and elapsed() - sent < TICK.total_seconds():
            if await self._dispatcher.claim_when_room():
                sent = elapsed()
            else:
                await _wait(stop, LANE_PAUSE)
            if elapsed() - ticked > TICK.total_seconds():
                ticked = elapsed()
                await self._dispatcher.tick()

    async def _end_if_wiped(self, stop: asyncio.Event) -> None:
        """Where the installation was wiped: begin nothing more, say so to whoever waits for it, and stop."""
        if not self._control.is_wiped:
            return
        self._dispatcher.stop()
        async with self._store.write() as connection:
            await connection.execute(
                worker_table.update()
                .where(worker_table.c.id == self._name)
                .values(wiped_at=self._clock.now())
            )
        log.warning("this installation was wiped; nothing more is sent", worker=self._name)
        stop.set()

    async def _beat(self) -> None:
        now = self._clock.now()
        values = {"version": self._version, "started_at": now, "seen_at": now}
        async with self._store.write() as connection:
            await insert_new(connection, worker_table, [{"id": self._name, **values}])
            await connection.execute(
                worker_table.update().where(worker_table.c.id == self._name).values(seen_at=now)
            )
            await connection.execute(
                worker_table.delete().where(worker_table.c.seen_at < now - FORGOTTEN_AFTER)
            )

    async def _forget(self) -> None:
        async with self._store.write() as connection:
            await connection.execute(worker_table.delete().where(worker_table.c.id == self._name))


async def _quietly(job: Job) -> None:
    """A chore that fails says so in the log and never counts against the worker's health."""
    try:
        await job()
    except Exception as error:  # noqa: BLE001 - whatever it was, sending goes on
        log.warning("chore failed", error=type(error).__name__)


async def _wait(stop: asyncio.Event, pause: timedelta) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(pause.total_seconds()):
            await stop.wait()
