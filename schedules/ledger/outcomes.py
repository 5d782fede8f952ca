"""Writing down what became of a delivery: the only way an outcome reaches the ledger."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from channels.base import CannotTell, Channel, Feature, Finding, HandedOff, NotThere, Receipt
from channels.errors import ChannelError
from schedules.ledger.groupcommit import GroupCommit
from schedules.ledger.ledger import POISONOUS, POISONOUS_REMEDY, Ledger
from schedules.ledger.spreading import spread
from schedules.ledger.stepping import Withheld, spread_step
from schedules.ledger.values import Claimed, Settlement, storable
from schedules.lifecycle import State
from schedules.people.days import below_five
from schedules.retry import ASK_A_PERSON, LOOK_BACK_AFTER, MOST_CRASHES, Decision, decide

SETTLE_AGAIN_AFTER: Final = 0.5
NOT_BEGUN: Final = "It was held back before it was sent: paused, or the database did not answer."
SAY_WHAT_BECAME: Final = (
    "Once it is published: munasara posts resolve <id> --sent <link>; if it cannot be: --drop."
)
NOBODY: Final = "Nobody is on this list."
NOBODY_REMEDY: Final = "Add recipients: munasara recipients add <account> --file <file>. Then plan again."

log = structlog.get_logger()


class Outcomes:
    """Turns receipts, findings and failures into settlements, and commits them together.

    Args:
        group: Outcomes in one transaction.
        draw: Where the jitter of retries comes from.
    """

    def __init__(self, ledger: Ledger, *, group: int, draw: random.Random) -> None:
        self._ledger = ledger
        self._draw = draw
        self._settlements = GroupCommit(self._settle_until_written, group)

    async def published(self, held: Claimed, result: Receipt | HandedOff) -> None:
        """The platform accepted it, or a person took it over."""
        if isinstance(result, HandedOff):
            decision = Decision(State.HANDED_OFF, f"Handed to {result.to}.", SAY_WHAT_BECAME)
            await self._decided(held, decision)
            return
        await self._settlements.add(
            Settlement(
                id=held.id,
                claim=held.claim,
                account=held.account,
                state=State.SENT,
                outcome=State.SENT,
                remote_id=storable(result.remote_id),
                url=storable(result.url),
                accepted_at=result.accepted_at,
            )
        )

    async def spread(self, held: Claimed) -> None:
        """It goes to many recipients: from here on each letter is a delivery of its own."""
        letters = await self._ledger.spread(held)
        if letters == 0:
            await self._decided(held, Decision(State.REFUSED, NOBODY, NOBODY_REMEDY))

    async def spread_to_people(self, held: Claimed) -> None:
        """It goes to volunteers: write a letter for each, in chunks; where there is nobody, that is fine."""
        try:
            letters = await self._letters(held)
        except Withheld as why:
            await self._decided(held, Decision(State.REFUSED, why.reason, why.remedy))
            return
        if letters is not None:
            await self._settlements.add(
                Settlement(
                    id=held.id,
                    claim=held.claim,
                    account=held.account,
                    state=State.SENT,
                    outcome=State.SENT,
                    reason=f"Letters: {below_five(letters)}.",
                    accepted_at=self._ledger.clock.now(),
                )
            )

    async def _letters(self, held: Claimed) -> int | None:
        prompt, step = held.prompt, held.step
        if prompt is not None:
            return await spread(self._ledger, held, prompt)
        return None if step is None else await spread_step(self._ledger, held, step)

    async def failed(self, held: Claimed, error: ChannelError, channel: Channel | None = None) -> None:
        """An attempt failed; without ``channel`` nothing can have been sent."""
        await self._decided(
            held,
            decide(
                error,
                held.attempt + 1,
                can_repeat=channel is None or can_repeat(held, channel),
                can_look_back=channel is not None and Feature.FIND in channel.features,
                draw=self._draw,
            ),
        )

    async def held_back(self, held: Claimed) -> None:
        """It was marked, and then not sent."""
        await self._decided(held, Decision(State.READY, NOT_BEGUN))

    async def found(self, held: Claimed, finding: Finding) -> None:
        """Somebody looked whether it had gone out."""
        match finding:
            case Receipt():
                await self.published(held, finding)
            case NotThere() if held.crashes >= MOST_CRASHES:
                await self._decided(held, Decision(State.REFUSED, POISONOUS, POISONOUS_REMEDY))
            case NotThere():
                await self._decided(held, Decision(State.READY, "It did not go out; trying again."))
            case CannotTell():
                await self._decided(held, Decision(State.UNKNOWN, finding.why, ASK_A_PERSON))

    async def not_found_out(self, held: Claimed, error: ChannelError) -> None:
        """The platform could not be asked; ask again, until its time is over."""
        why = f"It may be public; the platform cannot be asked: {error.detail}"
        if held.overdue:
            await self._decided(held, Decision(State.UNKNOWN, why, ASK_A_PERSON))
        else:
            await self._decided(held, Decision(State.SENDING, why, delay=LOOK_BACK_AFTER))

    async def _decided(self, held: Claimed, decision: Decision) -> None:
        await self._settlements.add(
            Settlement(
                id=held.id,
                claim=held.claim,
                account=held.account,
                state=decision.state,
                outcome="held" if decision.hold else decision.state,
                reason=_sentence(decision.reason),
                remedy=_remedy(held, decision),
                delay=decision.delay,
                block=decision.block,
                hold=decision.hold,
            )
        )

    async def _settle_until_written(self, settlements: Sequence[Settlement]) -> Sequence[bool]:
        waits = int(self._ledger.lease.total_seconds() / SETTLE_AGAIN_AFTER)
        for _ in range(waits):
            try:
                return await self._settle(settlements)
            except (OperationalError, InterfaceError, OSError) as error:
                log.warning("settling again", why=type(error).__name__, deliveries=len(settlements))
                await asyncio.sleep(SETTLE_AGAIN_AFTER)
            except SQLAlchemyError:
                return [await self._settle_alone(settlement) for settlement in settlements]
        return await self._settle(settlements)

    async def _settle_alone(self, settlement: Settlement) -> bool:
        try:
            return (await self._settle([settlement]))[0]
        except SQLAlchemyError:
            log.exception("outcome not written", delivery=settlement.id)
            return False

    async def _settle(self, settlements: Sequence[Settlement]) -> Sequence[bool]:
        written = await self._ledger.settle(settlements)
        for settlement, is_mine in zip(settlements, written, strict=True):
            if settlement.state is State.SENT and not is_mine:
                log.error("receipt not written", delivery=settlement.id, account=settlement.account)
        mine = [settlement for settlement, is_mine in zip(settlements, written, strict=True) if is_mine]
        log.info("deliveries settled", **Counter(settlement.outcome for settlement in mine))
        for settlement in mine:
            if settlement.state is not State.SENT:
                log.warning(
                    "delivery not sent",
                    delivery=settlement.id,
                    account=settlement.account,
                    outcome=settlement.outcome,
                )
        return written


def can_repeat(held: Claimed, channel: Channel) -> bool:
    """Whether doing it again cannot make a second post."""
    return not held.publishes or Feature.IDEMPOTENT in channel.features


def _remedy(held: Claimed, decision: Decision) -> str | None:
    """What a person can do. Letters to volunteers that may or may not have arrived are counted and nobody is asked about them."""
    is_counted = decision.state is State.UNKNOWN and held.recipient is not None and held.is_to_people
    return None if is_counted else _sentence(decision.remedy) or None


def _sentence(words: str) -> str:
    words = storable(words)
    closed = words if words.endswith((".", "?", "!")) or not words else f"{words}."
    return closed[:1].upper() + closed[1:]
