"""One post to a list becomes one letter for each recipient, each of them accounted for."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

from sqlalchemy import select

from channels.base import Feature
from channels.errors import OutcomeUnknown, Refused
from schedules.store.tables import delivery, recipient
from tests.schedules.ledger.conftest import Bench
from tests.support.deliveries import NOON, add_accounts, add_deliveries, row, states

Benches: TypeAlias = Callable[..., Bench]


async def _list(b: Bench, people: int) -> int:
    await add_accounts(b.store, "a", channel="mail")
    async with b.store.write() as connection:
        for number in range(people):
            await connection.execute(
                recipient.insert().values(
                    id=f"r{number}", account="a", address=b"sealed", fingerprint=f"f{number}", added_at=NOON
                )
            )
    (one,) = await add_deliveries(b.store, ["a"], 1)
    return one


async def test_every_recipient_gets_one_letter(bench: Benches) -> None:
    b = bench(Feature.LETTERS)
    one = await _list(b, 5)
    await b.run()
    await b.run()
    assert await states(b.store) == {"sent": 6}
    assert (await row(b.store, one)).reason == "Letters: 5."
    assert sorted(key.rpartition("#")[2] for key in b.platform.published) == [f"r{n}" for n in range(5)]


async def test_each_letter_has_an_end_of_its_own(bench: Benches) -> None:
    b = bench(Feature.LETTERS)
    await _list(b, 3)
    b.platform.script["a"].extend(
        [Refused("mail", "a", "No such box."), OutcomeUnknown("mail", "a", "Died.")]
    )
    await b.run()
    assert await states(b.store) == {"refused": 1, "sent": 2, "unknown": 1}
    await b.later(timedelta(hours=1))
    assert len(b.platform.published) == 1


async def test_who_joins_later_gets_the_next_letter_and_not_this_one(bench: Benches) -> None:
    b = bench(Feature.LETTERS)
    await _list(b, 1)
    await b.run()
    async with b.store.write() as connection:
        await connection.execute(
            recipient.insert().values(id="late", account="a", address=b"s", fingerprint="l", added_at=NOON)
        )
    await b.run()
    assert len(b.platform.published) == 1


async def test_a_list_without_anybody_is_refused_with_what_to_do(bench: Benches) -> None:
    b = bench(Feature.LETTERS)
    one = await _list(b, 0)
    await b.run()
    left = await row(b.store, one)
    assert (left.state, left.reason) == ("refused", "Nobody is on this list.")
    assert "munasara recipients add" in left.remedy


async def test_a_lost_claim_writes_no_letters(bench: Benches) -> None:
    b = bench(Feature.LETTERS)
    await _list(b, 2)
    (held,) = await b.ledger.claim(1, "w")
    assert await b.ledger.spread(held._replace(claim="another")) == -1
    assert await b.ledger.spread(held) == 2
    assert await b.ledger.spread(held) == -1
    async with b.store.read() as connection:
        kinds = (
            (await connection.execute(select(delivery.c.kind).order_by(delivery.c.kind))).scalars().all()
        )
    assert kinds == ["letter-r0", "letter-r1", "publish"]
