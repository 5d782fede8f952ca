"""From a due delivery to a settled one: claim, prepare, mark, publish, settle."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.base import (
    CannotTell,
    Channel,
    Feature,
    Finding,
    HandedOff,
    OutgoingPost,
    Prepared,
    Receipt,
)
from channels.errors import ChannelError, OutcomeUnknown, Unreachable
from schedules import clock
from schedules.ledger.control import Control
from schedules.ledger.groupcommit import GroupCommit
from schedules.ledger.ledger import POISONOUS, Ledger
from schedules.ledger.outcomes import Outcomes, can_repeat
from schedules.ledger.outgoing import outgoing_post
from schedules.ledger.values import Claimed, Mark
from schedules.retry import MOST_CRASHES

LOOK_AFTER: Final = 1.0
"""Seconds after which sends that do not end are looked at again."""

log = structlog.get_logger()


class Channels(Protocol):
    """Opens the adapter of an account; the composition root decides which."""

    def open(self, account: str) -> AbstractAsyncContextManager[Channel]:
        """A channel for one account, ready for one delivery; may be shared between several."""
        ...


class Observer(Protocol):
    """Told at each step, by name, before the next one begins. Tests kill the process here."""

    def __call__(self, step: str, delivery: int) -> None:
        """``step`` is one of ``claimed``, ``marked``, ``accepted``, ``settled``."""
        ...


def unobserved(step: str, delivery: int) -> None:
    """Watch nothing."""
    del step, delivery


@dataclass(frozen=True, slots=True)
class Pace:
    """How much one worker does at once.

    Attributes:
        in_flight: Sends at one time.
        group: Deliveries in one claim, and marks or outcomes in one transaction.
        deadline: For ``publish`` and for each of the other calls to a platform; shorter than the lease.
    """

    in_flight: int = 400
    group: int = 100
    deadline: timedelta = timedelta(seconds=45)


class Dispatcher:
    """Sends what is due, as one of any number of identical workers.

    Args:
        name: This worker's name, part of every claim.
        draw: Where the jitter of retries comes from.
        elapsed: A clock that only counts up, in seconds; deadlines are measured by it.
    """

    def __init__(
        self,
        ledger: Ledger,
        channels: Channels,
        control: Control,
        *,
        name: str,
        pace: Pace | None = None,
        draw: random.Random | None = None,
        observe: Observer = unobserved,
        elapsed: Callable[[], float] = clock.elapsed,
    ) -> None:
        self._ledger = ledger
        self._channels = channels
        self._control = control
        self._name = name
        self._pace = pace or Pace()
        self._observe = observe
        self._marks = GroupCommit(ledger.mark, self._pace.group)
        self._outcomes = Outcomes(ledger, group=self._pace.group, draw=draw or random.SystemRandom())
        self._elapsed = elapsed
        self._tasks: set[asyncio.Task[None]] = set()
        self._calls: dict[asyncio.Task[None], float] = {}
        self._cut_off: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._slack = (ledger.lease - self._pace.deadline).total_seconds()

    async def tick(self) -> int:
        """Do what is due: tidy up, look after what others dropped, claim and begin sending.

        Returns:
            How many deliveries were taken up; ``drain`` waits for them.
        """
        self._cut_off_overdue()
        moved = await self._ledger.tidy()
        if not self._control.is_fresh():
            return moved
        room = self._room()
        dropped = await self._ledger.take_over(room) if room else ()
        for held in dropped:
            self._begin(self._look_back(held))
        return moved + len(dropped) + await self.claim()

    def stop(self) -> None:
        """Claim nothing more; what has begun goes on."""
        self._is_stopping = True

    async def claim(self) -> int:
        """Claim what fits and begin sending it. Returns how many."""
        room = 0 if self._is_stopping else self._room()
        claimed = await self._ledger.claim(min(room, self._pace.group), self._name) if room else ()
        for held in claimed:
            self._observe("claimed", held.id)
            self._begin(self._deliver(held))
        return len(claimed)

    async def claim_when_room(self) -> int:
        """As ``claim``, after waiting until another send fits. Returns 0 where nothing is due."""
        self._cut_off_overdue()
        while not self._room():
            await self._wait()
        return await self.claim() if self._control.is_fresh() else 0

    async def drain(self) -> None:
        """Wait until everything taken up is settled."""
        while self._tasks:
            await self._wait()

    async def _wait(self) -> None:
        await asyncio.wait(self._tasks, timeout=LOOK_AFTER, return_when=asyncio.FIRST_COMPLETED)
        self._cut_off_overdue()

    def _room(self) -> int:
        return self._pace.in_flight - len(self._tasks)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery crashed", error=type(error).__name__, exc_info=error)

    def _cut_off_overdue(self) -> None:
        latest = self._elapsed() - self._pace.deadline.total_seconds()
        for task, began in self._calls.items():
            if began < latest and task not in self._cut_off:
                self._cut_off.add(task)
                task.cancel()

    @contextmanager
    def _call(self, channel: Channel, kind: type[Unreachable | OutcomeUnknown]) -> Iterator[None]:
        """One call to a platform; where it takes longer than the deadline, it ends as an error of ``kind``."""
        task: asyncio.Task[None] | None = asyncio.current_task()
        assert task is not None, "deliveries run in tasks"  # noqa: S101 - for the type checker
        self._calls[task] = self._elapsed()
        try:
            yield
        except asyncio.CancelledError:
            if task not in self._cut_off:
                raise
            task.uncancel()
            seconds = int(self._pace.deadline.total_seconds())
            raise kind(
                channel.name, channel.connection.account, f"No answer within {seconds} seconds."
            ) from None
        finally:
            del self._calls[task]
            self._cut_off.discard(task)

    async def _deliver(self, held: Claimed) -> None:
        try:
            async with self._channels.open(held.account) as channel:
                if held.part == 1 and Feature.LETTERS in channel.features:
                    await self._spread(held)
                else:
                    await self._send(channel, held)
        except ChannelError as error:
            await self._outcomes.failed(held, error)
        except (SQLAlchemyError, OSError) as error:
            log.warning("claim given back", delivery=held.id, why=type(error).__name__)
            await self._ledger.release([held])

    async def _spread(self, held: Claimed) -> None:
        if not held.is_to_people:
            await self._outcomes.spread(held)
        elif await self._marks.add(Mark(held.id, held.claim, {})):
            self._observe("marked", held.id)
            await self._outcomes.spread_to_people(held)

    async def _send(self, channel: Channel, held: Claimed) -> None:
        post = await outgoing_post(self._ledger, held)
        prepared = await self._prepare(channel, held, post)
        asked = self._elapsed()
        if not await self._marks.add(Mark(held.id, held.claim, prepared)):
            return
        self._observe("marked", held.id)
        if self._elapsed() - asked > self._slack or not self._control.allows(held):
            await self._outcomes.held_back(held)
            return
        await self._publish(channel, held, post, prepared)

    async def _prepare(self, channel: Channel, held: Claimed, post: OutgoingPost) -> Prepared:
        if not held.publishes:
            return {}
        with self._call(channel, Unreachable):
            return await channel.prepare(post)

    async def _publish(
        self, channel: Channel, held: Claimed, post: OutgoingPost, prepared: Prepared
    ) -> None:
        try:
            with self._call(channel, OutcomeUnknown):
                result = await self._act(channel, held, post, prepared)
        except ChannelError as error:
            await self._outcomes.failed(held, error, channel)
        else:
            self._observe("accepted", held.id)
            await self._outcomes.published(held, result)
            self._observe("settled", held.id)

    async def _act(
        self, channel: Channel, held: Claimed, post: OutgoingPost, prepared: Prepared
    ) -> Receipt | HandedOff:
        if held.publishes:
            return await channel.publish(post, prepared)
        if held.urges:
            return await channel.remind(post, held.urges)
        receipt = await self._ledger.receipt(held.after or 0)
        if receipt is None:
            raise Unreachable(channel.name, held.account, "The post that it belongs to has no receipt yet.")
        await (channel.retract(receipt) if held.takes_back else channel.pin(receipt))
        return receipt

    async def _look_back(self, held: Claimed) -> None:
        try:
            if held.part == 1 and held.is_to_people:
                await self._outcomes.spread_to_people(held)
                return
            async with self._channels.open(held.account) as channel:
                if can_repeat(held, channel) and not held.overdue:
                    await self._repeat(channel, held)
                    return
                found = await self._find(channel, held)
        except ChannelError as error:
            await self._outcomes.not_found_out(held, error)
        except Exception as error:
            log.exception("looking back crashed", delivery=held.id)
            await self._outcomes.not_found_out(held, Unreachable("", held.account, type(error).__name__))
        else:
            await self._outcomes.found(held, found)

    async def _repeat(self, channel: Channel, held: Claimed) -> None:
        if held.crashes >= MOST_CRASHES:
            await self._outcomes.found(held, CannotTell(POISONOUS))
        elif not self._control.allows(held):
            await self._outcomes.not_found_out(held, Unreachable(channel.name, held.account, "Paused."))
        else:
            await self._publish(channel, held, await outgoing_post(self._ledger, held), held.prepared)

    async def _find(self, channel: Channel, held: Claimed) -> Finding:
        with self._call(channel, Unreachable):
            return await channel.find(await outgoing_post(self._ledger, held), held.prepared)
