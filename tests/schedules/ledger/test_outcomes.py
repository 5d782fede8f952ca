import random
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import OperationalError

from channels.base import HandedOff, Receipt
from channels.errors import Refused
from schedules.clock import SetClock
from schedules.ledger import outcomes as module
from schedules.ledger.ledger import Ledger
from schedules.ledger.outcomes import Outcomes
from schedules.ledger.values import Claimed, Mark, Settlement
from schedules.store.engine import Store
from tests.schedules.ledger.conftest import LEASE
from tests.support.deliveries import NOON, add_accounts, add_deliveries, row

RECEIPT = Receipt("r", "https://example.org/1", NOON)


class Flaky(Ledger):
    """A ledger whose database fails for a while."""

    failures = 0

    async def settle(self, settlements: Sequence[Settlement]) -> Sequence[bool]:
        if self.failures:
            self.failures -= 1
            raise OperationalError("UPDATE", {}, OSError())
        return await super().settle(settlements)


@pytest.fixture
def ledger(store: Store) -> Flaky:
    return Flaky(store, SetClock(NOON), server_time=False, lease=LEASE)


@pytest.fixture
def outcomes(ledger: Flaky) -> Outcomes:
    return Outcomes(ledger, group=10, draw=random.Random(7))


async def _sending(ledger: Ledger) -> Claimed:
    await add_accounts(ledger.store, "a")
    await add_deliveries(ledger.store, ["a"], 1)
    (held,) = await ledger.claim(1, "w")
    await ledger.mark([Mark(held.id, held.claim, {})])
    return held


async def test_a_receipt_is_written_even_if_the_database_is_away_for_a_while(
    ledger: Flaky, outcomes: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SETTLE_AGAIN_AFTER", 0.01)
    held = await _sending(ledger)
    ledger.failures = 3
    await outcomes.published(held, RECEIPT)
    settled = await row(ledger.store, held.id)
    assert (settled.state, settled.url, ledger.failures) == ("sent", "https://example.org/1", 0)


async def test_reasons_are_sentences(ledger: Flaky, outcomes: Outcomes) -> None:
    held = await _sending(ledger)
    await outcomes.failed(held, Refused("x", "a", "the text is a duplicate", "change it"))
    settled = await row(ledger.store, held.id)
    assert (settled.state, settled.reason, settled.remedy) == (
        "refused",
        "The text is a duplicate.",
        "Change it.",
    )


async def test_a_person_who_took_over_is_named(ledger: Flaky, outcomes: Outcomes) -> None:
    held = await _sending(ledger)
    await outcomes.published(held, HandedOff("the press desk"))
    settled = await row(ledger.store, held.id)
    assert (settled.state, settled.reason) == ("handed_off", "Handed to the press desk.")


async def test_what_others_decided_stays(ledger: Flaky, outcomes: Outcomes) -> None:
    held = await _sending(ledger)
    await outcomes.held_back(held._replace(claim="somebody-elses"))
    assert (await row(ledger.store, held.id)).state == "sending"
