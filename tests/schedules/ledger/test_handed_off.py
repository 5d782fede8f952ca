"""A post that a person was handed: she is reminded once, another is told, and it ends with an answer or its time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from sqlalchemy import select

from channels.base import Feature, Urging
from channels.errors import FeatureMissing, NotAuthorised, Unreachable
from content.richtext import Paragraph, RichText, Span, to_json
from schedules.ledger.ledger import ANSWERED, URGE_AFTER
from schedules.ledger.values import Claimed, Mark, Settlement
from schedules.lifecycle import ESCALATE, REMIND, State
from schedules.retry import RECONNECT_PAUSE
from schedules.store.tables import account, delivery, pause, post
from tests.schedules.ledger.conftest import LEASE, Bench
from tests.support.deliveries import BODY, NOON, add_accounts, add_deliveries, attempts, row

Benches: TypeAlias = Callable[..., Bench]

MINUTE = timedelta(minutes=1)
REMINDED, ESCALATED = Urging.REMINDER, Urging.ESCALATION


async def _handed(b: Bench, **values: Any) -> int:
    await add_accounts(b.store, "a", channel="handoff")
    (one,) = await add_deliveries(b.store, ["a"], 1, **values)
    b.platform.by_hand = True
    await b.run()
    return one


async def _ends(b: Bench, one: int, state: State) -> None:
    async with b.store.write() as connection:
        await connection.execute(
            delivery.update().where(delivery.c.id == one).values(state=state.value, changed_at=NOON)
        )


async def _kinds(b: Bench) -> dict[str, Any]:
    async with b.store.read() as connection:
        return {found.kind: found for found in await connection.execute(select(delivery))}


async def _urged(b: Bench) -> list[Urging]:
    return [urging for _, urging in b.platform.urged]


def test_a_reminder_comes_after_a_quarter_of_an_hour_and_an_escalation_after_half_an_hour() -> None:
    assert URGE_AFTER == {REMIND: 15 * MINUTE, ESCALATE: 30 * MINUTE}


async def test_a_hand_over_is_written_down_together_with_its_reminder_and_its_escalation(
    bench: Benches,
) -> None:
    b = bench(Feature.IDEMPOTENT)
    one = await _handed(b, city="berlin", partner="friends")
    handed = await row(b.store, one)
    assert (handed.state, handed.reason) == ("handed_off", "Handed to mina.")
    assert "munasara posts resolve" in handed.remedy
    kinds = await _kinds(b)
    assert set(kinds) == {"publish", REMIND, ESCALATE}
    for kind, delay in URGE_AFTER.items():
        urging = kinds[kind]
        assert (urging.state, urging.after, urging.due_at) == ("ready", one, NOON + delay)
        assert (urging.city, urging.partner, urging.account) == ("berlin", "friends", "a")
        assert (urging.expires_at, urging.planned_at) == (handed.expires_at, handed.planned_at)
    assert await b.ledger.next_moment() == NOON + 15 * MINUTE


async def test_she_is_reminded_once_and_then_the_next_person_is_told(bench: Benches) -> None:
    b = bench(Feature.IDEMPOTENT)
    one = await _handed(b)
    seen = []
    for _ in range(60):
        await b.later(MINUTE)
        seen.append(len(b.platform.urged))
    assert [seen.index(count) + 1 for count in (1, 2)] == [15, 30]
    assert await _urged(b) == [REMINDED, ESCALATED]
    assert len({key for key, _ in b.platform.urged}) == 1
    assert (await row(b.store, one)).state == "handed_off"
    kinds = await _kinds(b)
    assert (kinds[REMIND].state, kinds[ESCALATE].state) == ("sent", "sent")
    assert await attempts(b.store, kinds[REMIND].id) == ["sent"]


@pytest.mark.parametrize("state", [State.SENT, State.CANCELLED, State.EXPIRED, State.REFUSED])
async def test_an_answer_ends_the_urging(bench: Benches, state: State) -> None:
    b = bench(Feature.IDEMPOTENT)
    one = await _handed(b)
    await b.later(20 * MINUTE)
    await _ends(b, one, state)
    await b.later(60 * MINUTE)
    assert await _urged(b) == [REMINDED]
    last = (await _kinds(b))[ESCALATE]
    assert (last.state, last.reason) == ("cancelled", ANSWERED)


async def test_what_nobody_confirms_expires_with_its_late_policy(bench: Benches) -> None:
    b = bench(Feature.IDEMPOTENT)
    one = await _handed(b, late_by=40 * MINUTE)
    await b.later(39 * MINUTE)
    assert (await row(b.store, one)).state == "handed_off"
    assert await b.ledger.next_moment() == NOON + 40 * MINUTE
    await b.later(MINUTE)
    ended = await row(b.store, one)
    assert (ended.state, ended.reason) == (
        "expired",
        "Handed to mina. Nobody said in time that it is published.",
    )
    assert "posts resolve <id> --sent" in ended.remedy
    assert await b.ledger.next_moment() is None


async def test_an_urging_that_would_come_after_the_late_policy_never_comes(bench: Benches) -> None:
    b = bench(Feature.IDEMPOTENT)
    await _handed(b, late_by=20 * MINUTE)
    for _ in range(60):
        await b.later(MINUTE)
    assert await _urged(b) == [REMINDED]
    kinds = await _kinds(b)
    assert kinds["publish"].state == "expired"
    assert kinds[ESCALATE].state in {"expired", "cancelled"}


@pytest.mark.parametrize("scope", ["everything", "campaign:demo", "account:a", "city:berlin"])
async def test_a_pause_holds_an_urging_back(bench: Benches, scope: str) -> None:
    b = bench(Feature.IDEMPOTENT)
    await _handed(b, city="berlin")
    async with b.store.write() as connection:
        await connection.execute(pause.insert().values(scope=scope, actor="ada", paused_at=NOON))
    await b.later(60 * MINUTE)
    assert await _urged(b) == []
    async with b.store.write() as connection:
        await connection.execute(pause.delete())
    await b.run()
    assert await _urged(b) == [REMINDED, ESCALATED]


async def test_where_nobody_comes_next_the_escalation_is_refused_and_the_post_waits_on(
    bench: Benches,
) -> None:
    b = bench(Feature.IDEMPOTENT)
    one = await _handed(b)
    await b.later(15 * MINUTE)
    b.platform.script["a"].append(FeatureMissing("handoff", "a", "nobody is named to ask next"))
    await b.later(15 * MINUTE)
    last = (await _kinds(b))[ESCALATE]
    assert (last.state, last.reason) == ("refused", "Nobody is named to ask next.")
    assert (await row(b.store, one)).state == "handed_off"


async def test_a_reminder_that_does_not_get_through_is_tried_again(bench: Benches) -> None:
    b = bench(Feature.IDEMPOTENT)
    await _handed(b)
    b.platform.script["a"].append(Unreachable("handoff", "a", "Connection refused."))
    await b.later(15 * MINUTE)
    await b.later(MINUTE)
    assert await _urged(b) == [REMINDED]


async def test_a_reminder_that_nobody_can_get_holds_the_account_and_goes_out_later(bench: Benches) -> None:
    b = bench(Feature.IDEMPOTENT)
    await _handed(b)
    b.platform.script["a"].append(NotAuthorised("handoff", "a", "She left."))
    await b.later(15 * MINUTE)
    await b.later(RECONNECT_PAUSE)
    assert await _urged(b) == []
    async with b.store.write() as connection:
        await connection.execute(account.update().values(held=None))
    await b.run()
    assert await _urged(b) == [REMINDED]


async def test_a_crash_after_the_hand_over_repeats_it_and_urges_once(bench: Benches) -> None:
    b = bench(Feature.IDEMPOTENT)
    await add_accounts(b.store, "a", channel="handoff")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    b.platform.by_hand = True
    held = await _marked(b)
    b.platform.published.append(held.key)
    await b.later(LEASE)
    assert ((await row(b.store, one)).state, b.platform.published) == ("handed_off", [held.key] * 2)
    await b.later(60 * MINUTE)
    assert await _urged(b) == [REMINDED, ESCALATED]


async def _marked(b: Bench) -> Claimed:
    (held,) = await b.ledger.claim(1, "dead")
    assert await b.ledger.mark([Mark(held.id, held.claim, {})]) == [True]
    return held


async def test_a_worker_that_lost_its_claim_does_not_start_the_urging_anew(bench: Benches) -> None:
    b = bench(Feature.IDEMPOTENT)
    one = await _handed(b)
    late = Settlement(one, "send-lost", "a", State.HANDED_OFF, State.HANDED_OFF)
    b.clock.set(NOON + 10 * MINUTE)
    assert await b.ledger.settle([late]) == [False]
    assert (await _kinds(b))[REMIND].due_at == NOON + 15 * MINUTE


async def test_a_post_that_is_handed_over_again_at_a_new_time_is_urged_again(bench: Benches) -> None:
    b = bench(Feature.IDEMPOTENT)
    one = await _handed(b, late_by=40 * MINUTE)
    for _ in range(40):
        await b.later(MINUTE)
    assert (await row(b.store, one)).state == "expired"
    later = NOON + timedelta(days=1)
    async with b.store.write() as connection:
        times = {"due_at": later, "planned_at": later, "expires_at": later + timedelta(hours=6)}
        again = delivery.update().where(delivery.c.kind == "publish")
        await connection.execute(again.values(state="ready", **times))
    b.clock.set(later)
    await b.run()
    assert await _urged(b) == [REMINDED, ESCALATED]
    for _ in range(30):
        await b.later(MINUTE)
    assert await _urged(b) == [REMINDED, ESCALATED] * 2


async def test_each_part_of_a_thread_is_handed_over_once_the_one_before_is_published(
    bench: Benches,
) -> None:
    b = bench(Feature.IDEMPOTENT)
    await add_accounts(b.store, "a", channel="handoff")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    head = await row(b.store, one)
    async with b.store.write() as connection:
        second = to_json(RichText((Paragraph((Span("Part 2"),)),)))
        await connection.execute(post.update().values(body={**BODY, "thread": [second]}))
        values = {**head._mapping, "kind": "part-2", "after": one}
        del values["id"]
        await connection.execute(delivery.insert().values(values))
    b.platform.by_hand = True
    await b.run()
    assert (await _kinds(b))["part-2"].state == "ready"
    await _ends(b, one, State.SENT)
    await b.later(MINUTE)
    assert (await _kinds(b))["part-2"].state == "handed_off"
    await b.later(20 * MINUTE)
    await b.later(20 * MINUTE)
    key = b.platform.published[0]
    assert b.platform.urged == [(f"{key}#2", REMINDED), (f"{key}#2", ESCALATED)]
    assert (await _kinds(b))["remind-2"].state == "sent"
