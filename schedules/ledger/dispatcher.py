"""From a due delivery to a settled one: claim, prepare, mark, publish, settle."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
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
    NotThere,
    OutgoingPost,
    Prepared,
    Receipt,
)
from channels.errors import ChannelError, OutcomeUnknown, Unreachable
from schedules.ledger.control import Control
from schedules.ledger.groupcommit import GroupCommit
from schedules.ledger.ledger import POISONOUS, POISONOUS_REMEDY, Ledger
from schedules.ledger.outgoing import outgoing_post
from schedules.ledger.values import Claimed, Mark, Settlement
from schedules.lifecycle import State
from schedules.retry import ASK_A_PERSON, LOOK_BACK_AFTER, MOST_CRASHES, Decision, decide

SETTLE_AGAIN_AFTER: Final = 0.5
LOOK_AFTER: Final = 1.0
"""Seconds after which sends that do not end are looked at again."""
NOT_BEGUN: Final = "It was held back before it was sent: paused, or the database did not answer."
PUBLISH: Final = "publish"
PIN: Final = "pin"

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

    in_flight: int = 200
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
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._channels = channels
        self._control = control
        self._name = name
        self._pace = pace or Pace()
        self._draw = draw or random.SystemRandom()
        self._observe = observe
        self._marks = GroupCommit(ledger.mark, self._pace.group)
        self._settlements = GroupCommit(self._settle_until_written, self._pace.group)
        self._elapsed = elapsed
        self._tasks: dict[asyncio.Task[None], float] = {}
        self._overdue: set[asyncio.Task[None]] = set()

    @property
    def in_flight(self) -> int:
        """Deliveries that this worker holds now."""
        return len(self._tasks)

    async def tick(self) -> int:
        """Do what is due: tidy up, look after what others dropped, claim and begin sending.

        Returns:
            How many deliveries were taken up; ``drain`` waits for them.
        """
        self._cut_off_overdue()
        moved = await self._ledger.tidy()
        if not self._control.is_fresh():
            return moved
        dropped = await self._ledger.take_over(self._room())
        for held in dropped:
            self._begin(self._look_back(held))
        return moved + len(dropped) + await self.claim()

    async def claim(self) -> int:
        """Claim what fits and begin sending it. Returns how many."""
        room = self._room()
        claimed = await self._ledger.claim(min(room, self._pace.group), self._name) if room else ()
        for held in claimed:
            self._observe("claimed", held.id)
            self._begin(self._deliver(held))
        return len(claimed)

    async def claim_when_room(self) -> int:
        """As ``claim``, after waiting until another send fits. Returns 0 where nothing is due."""
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
        self._tasks[task] = self._elapsed()
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._overdue.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery crashed", error=type(error).__name__, exc_info=error)

    def _cut_off_overdue(self) -> None:
        latest = self._elapsed() - self._pace.deadline.total_seconds()
        for task, began in self._tasks.items():
            if began < latest and task not in self._overdue:
                self._overdue.add(task)
                task.cancel()

    @contextmanager
    def _deadline(self, channel: Channel, kind: type[Unreachable | OutcomeUnknown]) -> Iterator[None]:
        """Count the time of one call to a platform; being cut off becomes an error of ``kind``."""
        task = asyncio.current_task()
        if task in self._tasks:
            self._tasks[task] = self._elapsed()
        try:
            yield
        except asyncio.CancelledError:
            if task is None or task not in self._overdue:
                raise
            task.uncancel()
            self._overdue.discard(task)
            seconds = int(self._pace.deadline.total_seconds())
            raise kind(
                channel.name, channel.connection.account, f"No answer within {seconds} seconds."
            ) from None

    async def _deliver(self, held: Claimed) -> None:
        try:
            async with self._channels.open(held.account) as channel:
                await self._send(channel, held)
        except ChannelError as error:
            await self._settle(held, self._nothing_sent(held, error))

    async def _send(self, channel: Channel, held: Claimed) -> None:
        post = await outgoing_post(self._ledger, held)
        prepared = await self._prepare(channel, held, post)
        if not await self._marks.add(Mark(held.id, held.claim, prepared)):
            return
        self._observe("marked", held.id)
        if not self._control.allows(held):
            await self._settle(held, Decision(State.READY, NOT_BEGUN))
            return
        await self._publish(channel, held, post, prepared)

    async def _prepare(self, channel: Channel, held: Claimed, post: OutgoingPost) -> Prepared:
        if held.kind != PUBLISH:
            return {}
        with self._deadline(channel, Unreachable):
            return await channel.prepare(post)

    async def _publish(
        self, channel: Channel, held: Claimed, post: OutgoingPost, prepared: Prepared
    ) -> None:
        try:
            with self._deadline(channel, OutcomeUnknown):
                result = await self._act(channel, held, post, prepared)
        except ChannelError as error:
            await self._settle(held, self._decide(channel, held, error))
        else:
            self._observe("accepted", held.id)
            await self._settle_result(held, result)

    async def _act(
        self, channel: Channel, held: Claimed, post: OutgoingPost, prepared: Prepared
    ) -> Receipt | HandedOff:
        if held.kind == PUBLISH:
            return await channel.publish(post, prepared)
        receipt = await self._ledger.receipt(held.after or 0)
        if receipt is None:
            raise Unreachable(channel.name, held.account, "The post that it belongs to has no receipt yet.")
        await channel.pin(receipt)
        return receipt

    async def _look_back(self, held: Claimed) -> None:
        try:
            async with self._channels.open(held.account) as channel:
                found = await self._find(channel, held)
        except ChannelError as error:
            await self._settle(held, _ask_again(held, error))
        else:
            await self._settle_finding(held, found)

    async def _find(self, channel: Channel, held: Claimed) -> Finding:
        if held.kind == PIN or Feature.IDEMPOTENT in channel.features:
            return NotThere()
        with self._deadline(channel, Unreachable):
            return await channel.find(await outgoing_post(self._ledger, held), held.prepared)

    async def _settle_finding(self, held: Claimed, found: Finding) -> None:
        match found:
            case Receipt():
                await self._settle_result(held, found)
            case NotThere() if held.crashes >= MOST_CRASHES:
                await self._settle(held, Decision(State.REFUSED, POISONOUS, POISONOUS_REMEDY))
            case NotThere():
                await self._settle(held, Decision(State.READY, "It did not go out; trying again."))
            case CannotTell():
                await self._settle(held, Decision(State.UNKNOWN, found.why, ASK_A_PERSON))

    async def _settle_result(self, held: Claimed, result: Receipt | HandedOff) -> None:
        if isinstance(result, HandedOff):
            await self._settle(held, Decision(State.HANDED_OFF, f"{result.to} has it."))
            return
        await self._write(
            Settlement(
                id=held.id,
                claim=held.claim,
                account=held.account,
                state=State.SENT,
                outcome=State.SENT,
                remote_id=result.remote_id,
                url=result.url,
                accepted_at=result.accepted_at,
            )
        )

    async def _settle(self, held: Claimed, decision: Decision) -> None:
        await self._write(
            Settlement(
                id=held.id,
                claim=held.claim,
                account=held.account,
                state=decision.state,
                outcome="held" if decision.hold else decision.state,
                reason=_sentence(decision.reason),
                remedy=_sentence(decision.remedy) or None,
                delay=decision.delay,
                block=decision.block,
                hold=decision.hold,
            )
        )

    async def _write(self, settlement: Settlement) -> None:
        await self._settlements.add(settlement)
        self._observe("settled", settlement.id)

    async def _settle_until_written(self, settlements: Sequence[Settlement]) -> Sequence[bool]:
        waits = int(self._ledger.lease.total_seconds() / SETTLE_AGAIN_AFTER)
        for _ in range(waits):
            try:
                return await self._settle_once(settlements)
            except (SQLAlchemyError, OSError) as error:
                log.warning("settling again", why=type(error).__name__, deliveries=len(settlements))
                await asyncio.sleep(SETTLE_AGAIN_AFTER)
        return await self._settle_once(settlements)

    async def _settle_once(self, settlements: Sequence[Settlement]) -> Sequence[bool]:
        written = await self._ledger.settle(settlements)
        log.info("deliveries settled", **Counter(settlement.outcome for settlement in settlements))
        for settlement in settlements:
            if settlement.state is not State.SENT:
                log.warning(
                    "delivery not sent",
                    delivery=settlement.id,
                    account=settlement.account,
                    outcome=settlement.outcome,
                )
        return written

    def _nothing_sent(self, held: Claimed, error: ChannelError) -> Decision:
        return decide(error, held.attempt + 1, can_repeat=True, can_look_back=False, draw=self._draw)

    def _decide(self, channel: Channel, held: Claimed, error: ChannelError) -> Decision:
        return decide(
            error,
            held.attempt + 1,
            can_repeat=held.kind == PIN or Feature.IDEMPOTENT in channel.features,
            can_look_back=Feature.FIND in channel.features,
            draw=self._draw,
        )


def _sentence(words: str) -> str:
    closed = words if words.endswith((".", "?", "!")) or not words else f"{words}."
    return closed[:1].upper() + closed[1:]


def _ask_again(held: Claimed, error: ChannelError) -> Decision:
    why = error.detail
    if held.overdue:
        return Decision(
            State.UNKNOWN, f"It may be public; the platform cannot be asked: {why}", ASK_A_PERSON
        )
    return Decision(
        State.SENDING, f"It may be public; asking the platform again: {why}", delay=LOOK_BACK_AFTER
    )
