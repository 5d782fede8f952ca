from datetime import timedelta

import pytest
from sqlalchemy import select

from channels.base import Receipt
from schedules.clock import SetClock, SystemClock
from schedules.ledger.ledger import Ledger
from schedules.ledger.values import Mark, Settlement
from schedules.lifecycle import State
from schedules.store.engine import Store
from schedules.store.tables import account, delivery, pause
from tests.schedules.ledger.conftest import LEASE
from tests.support.deliveries import NOON, add_accounts, add_deliveries, row


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store, SetClock(NOON), server_time=False, lease=LEASE)


def _sent(held: int, claim: str) -> Settlement:
    return Settlement(
        id=held, claim=claim, account="a", state=State.SENT, outcome="sent", remote_id="r", accepted_at=NOON
    )


async def test_claims_are_shared_fairly_between_accounts(ledger: Ledger) -> None:
    await add_accounts(ledger.store, "a", "b", "c")
    await add_deliveries(ledger.store, ["a"], 50)
    await add_deliveries(ledger.store, ["b", "c"], 5)
    claimed = await ledger.claim(15, "w")
    assert {name: sum(held.account == name for held in claimed) for name in "abc"} == {
        "a": 5,
        "b": 5,
        "c": 5,
    }


async def test_the_earliest_is_claimed_first(ledger: Ledger) -> None:
    await add_accounts(ledger.store, "a")
    late = await add_deliveries(ledger.store, ["a"], 2, due_at=NOON - timedelta(minutes=1))
    early = await add_deliveries(ledger.store, ["a"], 2, due_at=NOON - timedelta(minutes=2))
    assert {held.id for held in await ledger.claim(3, "w")} == {*early, late[0]}


async def test_at_one_instant_announcements_come_first_then_groups_then_letters(ledger: Ledger) -> None:
    """Also where a letter has waited longer, and whatever the accounts are called."""
    await add_accounts(ledger.store, "a-bot", channel="telegram-bot")
    await add_accounts(ledger.store, "b-group", "c-group", channel="telegram", city="berlin")
    await add_accounts(ledger.store, "d-channel", "e-feed")
    names = ["d-channel", "e-feed", "b-group", "c-group", "a-bot"]
    for name in reversed(names):
        earlier = timedelta(hours=1) if name == "a-bot" else timedelta()
        await add_deliveries(ledger.store, [name], 1, due_at=NOON - earlier)
    found: list[str] = []
    while some := await ledger.claim(2, "one"):
        found += [held.account for held in some]
    assert found == names


async def test_who_has_nothing_to_send_now_leaves_the_room_of_a_shared_lane_to_others(
    ledger: Ledger,
) -> None:
    """Also where as many as may be claimed at once stand before them, all held back by the pause of their city."""
    await add_accounts(ledger.store, "bot", rate=0.1, burst=2)
    berlin = [f"a-{number}" for number in range(4)]
    await add_accounts(ledger.store, *berlin, city="berlin", credential_lane="account:bot")
    await add_accounts(ledger.store, "b-paris", city="paris", credential_lane="account:bot")
    await add_deliveries(ledger.store, berlin, 3, city="berlin")
    await add_deliveries(ledger.store, ["b-paris"], 3, city="paris")
    async with ledger.store.write() as connection:
        await connection.execute(pause.insert().values(scope="city:berlin", actor="ada", paused_at=NOON))
    claimed = [*await ledger.claim(2, "w"), *await ledger.claim(2, "w")]
    assert [held.account for held in claimed] == ["b-paris"] * 2


async def test_a_shared_lane_is_spent_by_all_who_share_it(ledger: Ledger) -> None:
    await add_accounts(ledger.store, "bot", rate=0.1, burst=7)
    await add_accounts(ledger.store, "a", "b", "c", credential_lane="account:bot")
    await add_deliveries(ledger.store, ["a", "b", "c"], 5)
    claimed = [held.account for held in await ledger.claim(9, "w")]
    assert claimed == ["a"] * 3 + ["b"] * 3 + ["c"]
    assert await ledger.claim(9, "w") == ()


async def test_two_workers_never_hold_the_same_delivery(ledger: Ledger) -> None:
    await add_accounts(ledger.store, "a", "b")
    await add_deliveries(ledger.store, ["a", "b"], 20)
    taken = [held.id for worker in ("v", "w") for held in await ledger.claim(40, worker)]
    assert len(taken) == len(set(taken)) == 40


async def test_an_outcome_of_a_lost_claim_is_not_written(ledger: Ledger) -> None:
    await add_accounts(ledger.store, "a")
    (one,) = await add_deliveries(ledger.store, ["a"], 1)
    await ledger.claim(1, "w")
    refused = _sent(one, "somebody-else")._replace(state=State.REFUSED, outcome="refused")
    assert await ledger.settle([refused]) == [False]
    assert (await row(ledger.store, one)).state == "claimed"


async def test_a_receipt_is_proof_whoever_holds_the_claim_now(ledger: Ledger) -> None:
    await add_accounts(ledger.store, "a")
    (one,) = await add_deliveries(ledger.store, ["a"], 1)
    (held,) = await ledger.claim(1, "w")
    await ledger.mark([Mark(held.id, held.claim, {})])
    assert isinstance(ledger.clock, SetClock)
    ledger.clock.set(NOON + LEASE)
    (taken,) = await ledger.take_over(1)
    back = Settlement(id=one, claim=taken.claim, account="a", state=State.READY, outcome="ready")
    assert await ledger.settle([back]) == [True]
    assert await ledger.settle([_sent(one, held.claim)]) == [True]
    assert (await row(ledger.store, one)).state == "sent"


async def test_an_unmarked_claim_can_be_given_back_without_counting_as_a_crash(ledger: Ledger) -> None:
    await add_accounts(ledger.store, "a")
    (one,) = await add_deliveries(ledger.store, ["a"], 1)
    (held,) = await ledger.claim(1, "w")
    async with ledger.store.write() as connection:
        await connection.execute(delivery.update().values(expires_at=NOON))
    assert await ledger.mark([Mark(held.id, held.claim, {})]) == [False]
    assert ((await row(ledger.store, one)).state, (await row(ledger.store, one)).crashes) == ("ready", 0)


async def test_what_was_claimed_before_its_account_was_held_is_not_sent(ledger: Ledger) -> None:
    await add_accounts(ledger.store, "a", "b")
    one, other = await add_deliveries(ledger.store, ["a", "b"], 1)
    marks = [
        Mark(held.id, held.claim, {})
        for held in sorted(await ledger.claim(2, "w"), key=lambda held: held.id)
    ]
    async with ledger.store.write() as connection:
        await connection.execute(account.update().where(account.c.id == "a").values(held="guarded"))
    assert await ledger.mark(marks) == [False, True]
    assert [(await row(ledger.store, each)).state for each in (one, other)] == ["ready", "sending"]


async def test_what_was_prepared_is_kept_for_whoever_takes_over(ledger: Ledger) -> None:
    await add_accounts(ledger.store, "a")
    await add_deliveries(ledger.store, ["a"], 1)
    (held,) = await ledger.claim(1, "w")
    await ledger.mark([Mark(held.id, held.claim, {"container": "17", "parts": [1, "ب"]})])
    assert isinstance(ledger.clock, SetClock)
    ledger.clock.set(NOON + LEASE)
    (taken,) = await ledger.take_over(5)
    assert taken.prepared == {"container": "17", "parts": [1, "ب"]}
    assert (taken.id, taken.crashes, taken.overdue) == (held.id, 1, False)


async def test_a_receipt_is_there_once_it_is_sent(ledger: Ledger) -> None:
    await add_accounts(ledger.store, "a")
    (one,) = await add_deliveries(ledger.store, ["a"], 1)
    assert await ledger.receipt(one) is None
    (held,) = await ledger.claim(1, "w")
    await ledger.mark([Mark(held.id, held.claim, {})])
    await ledger.settle([_sent(held.id, held.claim)])
    assert await ledger.receipt(one) == Receipt("r", None, NOON)


async def test_the_servers_clock_decides_on_postgresql(postgres_url: str) -> None:
    store = Store(postgres_url)
    wrong = Ledger(store, SetClock(NOON + timedelta(days=3650)), server_time=True, lease=LEASE)
    await add_accounts(store, "a")
    await add_deliveries(store, ["a"], 1, due_at=SystemClock().now() + timedelta(hours=1))
    assert await wrong.claim(5, "w") == ()
    async with store.write() as connection:
        await connection.execute(
            delivery.update().values(due_at=SystemClock().now() - timedelta(minutes=1))
        )
    assert len(await wrong.claim(5, "w")) == 1
    await store.close()


async def test_there_is_no_next_moment_where_nothing_waits(ledger: Ledger) -> None:
    assert await ledger.next_moment() is None
    await add_accounts(ledger.store, "a")
    await add_deliveries(ledger.store, ["a"], 1, due_at=NOON + timedelta(hours=1))
    assert await ledger.next_moment() == NOON + timedelta(hours=1)
    async with ledger.store.read() as connection:
        assert (await connection.execute(select(delivery.c.state))).scalars().all() == ["ready"]
