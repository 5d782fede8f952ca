"""What becomes of a delivery in every case that a platform, a person or a crash can make."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

import pytest

from channels.base import CannotTell, Feature, OutgoingPost, Receipt
from channels.errors import NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from content.richtext import Paragraph, RichText, Span, to_json
from schedules.ledger.values import Mark
from schedules.retry import LOOK_BACK_AFTER
from schedules.store.tables import account, delivery, pause, post
from tests.schedules.ledger.conftest import LEASE, Bench
from tests.support.deliveries import BODY, NOON, add_accounts, add_deliveries, attempts, row, states

Benches: TypeAlias = Callable[..., Bench]


async def test_due_deliveries_are_sent_once_and_keep_their_receipt(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a", "b")
    ids = await add_deliveries(b.store, ["a", "b"], 60)
    await b.run()
    await b.run()
    assert await states(b.store) == {"sent": 120}
    assert len(b.platform.published) == len(set(b.platform.published)) == 120
    sent = await row(b.store, ids[0])
    assert (sent.accepted_at, sent.attempt, sent.claim, sent.lease_until) == (NOON, 1, None, None)
    assert sent.remote_id.startswith("r")
    assert await attempts(b.store, ids[0]) == ["sent"]


async def test_what_is_not_due_or_not_approved_waits(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    await add_deliveries(b.store, ["a"], 1, due_at=NOON + timedelta(seconds=1))
    await add_deliveries(b.store, ["a"], 1, state="planned")
    await b.run()
    assert await states(b.store) == {"planned": 1, "ready": 1}
    await b.later(timedelta(seconds=1))
    assert await states(b.store) == {"planned": 1, "sent": 1}


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Refused("x", "a", "Duplicate."), "refused"),
        (NotAuthorised("x", "a", "The token was revoked."), "ready"),
        (Unreachable("x", "a", "Connection refused."), "ready"),
        (RateLimited("x", "a", "Too many.", timedelta(seconds=9)), "ready"),
        (OutcomeUnknown("x", "a", "The connection died."), "unknown"),
    ],
)
async def test_each_error_has_one_outcome_with_its_reason(
    bench: Benches, error: Refused, state: str
) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    b.platform.script["a"].append(error)
    await b.run()
    settled = await row(b.store, one)
    assert (settled.state, settled.reason) == (state, error.detail)
    assert b.platform.published == []


async def test_a_rate_limit_closes_the_lane_for_every_worker_until_it_ends(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a", "b")
    b.platform.script["a"].append(RateLimited("x", "a", "Too many.", timedelta(seconds=9)))
    await add_deliveries(b.store, ["a"], 1)
    await b.run()
    await add_deliveries(b.store, ["a", "b"], 1)
    await b.run(b.worker("w2"))
    assert await states(b.store) == {"ready": 2, "sent": 1}
    await b.later(timedelta(seconds=9))
    assert await states(b.store) == {"sent": 3}


async def test_a_revoked_token_holds_the_account_until_a_person_reconnects_it(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    b.platform.script["a"].append(NotAuthorised("x", "a", "The token was revoked."))
    await add_deliveries(b.store, ["a"], 3)
    await b.run()
    await b.later(timedelta(hours=1))
    assert (await states(b.store))["ready"] >= 1
    sent_before = len(b.platform.published)
    async with b.store.write() as connection:
        await connection.execute(account.update().values(held=None))
    await b.later(timedelta(minutes=1))
    assert await states(b.store) == {"sent": 3}
    assert sent_before < 3


async def test_retries_wait_longer_and_end_with_the_late_policy(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1, late_by=timedelta(minutes=30))
    b.platform.script["a"].extend(Unreachable("x", "a", "Connection refused.") for _ in range(500))
    for _ in range(35):
        await b.later(timedelta(minutes=1))
    ended = await row(b.store, one)
    assert ended.state == "expired"
    assert "Connection refused." in ended.reason
    assert 3 <= ended.attempt < 30


async def test_an_unapproved_post_expires_with_its_reason(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1, state="planned")
    await b.later(timedelta(hours=7))
    assert ((await row(b.store, one)).state, (await row(b.store, one)).reason) == (
        "expired",
        "Nobody approved it in time.",
    )


async def test_an_idempotent_channel_repeats_after_silence(bench: Benches) -> None:
    b = bench(Feature.IDEMPOTENT)
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    b.platform.script["a"].append(OutcomeUnknown("x", "a", "The connection died."))
    await b.run()
    await b.later(timedelta(seconds=10))
    assert (await row(b.store, one)).state == "sent"
    assert await attempts(b.store, one) == ["sending", "sent"]


async def test_a_repeat_whose_time_is_over_is_left_to_a_person(bench: Benches) -> None:
    b = bench(Feature.IDEMPOTENT)
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1, late_by=timedelta(seconds=1))
    b.platform.script["a"].append(OutcomeUnknown("x", "a", "The connection died."))
    await b.run()
    await b.later(timedelta(minutes=5))
    assert ((await row(b.store, one)).state, len(b.platform.begun)) == ("unknown", 1)


async def test_a_mark_that_took_longer_than_the_lease_allows_sends_nothing(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    now = [0.0]
    worker = b.worker(elapsed=lambda: now[0])
    worker._observe = lambda step, delivery: now.__setitem__(0, 76.0) if step == "marked" else None
    await b.control.refresh()
    await worker.tick()
    await worker.drain()
    assert ((await row(b.store, one)).state, b.platform.begun) == ("ready", [])


async def test_looking_back_that_crashes_ends_with_a_person(bench: Benches) -> None:
    b = bench(Feature.FIND)
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1, late_by=timedelta(minutes=5))
    b.platform.script["a"].append(OutcomeUnknown("x", "a", "The connection died."))
    await b.run()
    b.platform.found[b.platform.begun[0]] = KeyError("id")
    await b.later(LOOK_BACK_AFTER)
    await b.later(timedelta(minutes=6))
    assert (await row(b.store, one)).state == "unknown"


@pytest.mark.parametrize("said", ["\x00", "\ud83d", "plain"])
async def test_one_strange_answer_spoils_no_other_outcome(bench: Benches, said: str) -> None:
    b = bench()
    await add_accounts(b.store, "a", "b")
    await add_deliveries(b.store, ["a", "b"], 5)
    b.platform.script["a"].append(Refused("x", "a", f"It said {said}", said))
    await b.run()
    assert await states(b.store) == {"refused": 1, "sent": 9}


async def test_silence_on_a_channel_that_can_look_back_is_resolved_by_looking(bench: Benches) -> None:
    b = bench(Feature.FIND)
    await add_accounts(b.store, "a", "b")
    landed, lost = await add_deliveries(b.store, ["a", "b"], 1)
    for name in "ab":
        b.platform.script[name].append(OutcomeUnknown("x", name, "The connection died."))
    await b.run()
    assert await states(b.store) == {"sending": 2}
    key = next(key for key in b.platform.begun if "/a/" in key)
    b.platform.found[key] = Receipt("r-found", "https://example.org/1", NOON)
    await b.later(LOOK_BACK_AFTER)
    assert ((await row(b.store, landed)).state, (await row(b.store, landed)).remote_id) == (
        "sent",
        "r-found",
    )
    assert (await row(b.store, lost)).state == "sent"
    assert len(b.platform.published) == 1
    assert (await row(b.store, lost)).crashes == 0


async def test_a_platform_that_cannot_be_asked_is_asked_again_then_a_person_is(bench: Benches) -> None:
    b = bench(Feature.FIND)
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1, late_by=timedelta(minutes=5))
    b.platform.script["a"].append(OutcomeUnknown("x", "a", "The connection died."))
    await b.run()
    b.platform.found[b.platform.begun[0]] = Unreachable("x", "a", "Connection refused.")
    await b.later(LOOK_BACK_AFTER)
    assert (await row(b.store, one)).state == "sending"
    await b.later(timedelta(minutes=6))
    assert (await row(b.store, one)).state == "unknown"
    assert len(b.platform.begun) == 1


async def test_expired_lease_of_a_claim_makes_it_ready_again(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    await b.ledger.claim(10, "dead")
    assert (await row(b.store, one)).state == "claimed"
    await b.later(LEASE)
    assert await attempts(b.store, one) == ["lost", "sent"]


async def test_expired_lease_of_a_send_becomes_unknown_and_is_never_sent_again(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    (held,) = await b.ledger.claim(10, "dead")
    assert await b.ledger.mark([Mark(held.id, held.claim, {})]) == [True]
    await b.later(LEASE)
    await b.later(timedelta(days=1))
    unknown = await row(b.store, one)
    assert (unknown.state, b.platform.published) == ("unknown", [])
    assert "munasara posts resolve" in unknown.remedy


async def test_a_delivery_that_kills_its_worker_three_times_is_refused(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    for _ in range(3):
        await b.ledger.claim(10, "dead")
        b.clock.set(b.clock.now() + LEASE)
        await b.ledger.tidy()
    poisoned = await row(b.store, one)
    assert (poisoned.state, poisoned.crashes) == ("refused", 3)
    assert "three times" in poisoned.reason


async def test_a_worker_that_lost_its_lease_sends_nothing(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    await add_deliveries(b.store, ["a"], 1)
    (held,) = await b.ledger.claim(10, "slow")
    b.clock.set(b.clock.now() + LEASE)
    assert await b.ledger.mark([Mark(held.id, held.claim, {})]) == [False]


async def test_a_late_receipt_settles_an_unknown(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    slow = b.worker("slow")

    async def others_step_in(_: OutgoingPost) -> None:
        b.clock.set(b.clock.now() + LEASE)
        other = b.worker("other")
        await other.tick()
        await other.drain()
        assert (await row(b.store, one)).state == "unknown"

    b.platform.on_publish = others_step_in
    await b.run(slow)
    assert (await row(b.store, one)).state == "sent"
    assert len(b.platform.published) == 1


@pytest.mark.parametrize("scope", ["everything", "campaign:demo", "city:berlin", "partner:p", "account:a"])
async def test_a_pause_of_any_scope_stops_claims_and_marks(bench: Benches, scope: str) -> None:
    b = bench()
    await add_accounts(b.store, "a", partner="p")
    await add_deliveries(b.store, ["a"], 1, city="berlin", partner="p")
    (held,) = await b.ledger.claim(10, "w1")
    async with b.store.write() as connection:
        await connection.execute(pause.insert().values(scope=scope, actor="ada", paused_at=NOON))
    assert await b.ledger.mark([Mark(held.id, held.claim, {})]) == [False]
    await b.run()
    assert await states(b.store) == {"ready": 1}
    async with b.store.write() as connection:
        await connection.execute(pause.delete())
    await b.run()
    assert await states(b.store) == {"sent": 1}


async def test_a_pause_of_something_else_stops_nothing(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    await add_deliveries(b.store, ["a"], 1)
    async with b.store.write() as connection:
        await connection.execute(pause.insert().values(scope="city:", actor="ada", paused_at=NOON))
    await b.run()
    assert await states(b.store) == {"ready": 1}


async def test_a_lane_lets_through_its_burst_and_then_its_rate(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a", rate=0.5, burst=3)
    await add_deliveries(b.store, ["a"], 6)
    await b.run()
    assert len(b.platform.published) == 3
    await b.later(timedelta(seconds=2))
    assert len(b.platform.published) == 4
    moment = await b.ledger.next_moment()
    assert moment is not None
    assert timedelta(seconds=1) < moment - b.clock.now() <= timedelta(seconds=2)
    await b.later(timedelta(seconds=4))
    assert len(b.platform.published) == 6


async def test_one_credential_is_shared_by_its_accounts(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "bot", rate=0.1, burst=4)
    await add_accounts(b.store, "a", "b", "c", credential_lane="account:bot")
    await add_deliveries(b.store, ["a", "b", "c"], 2)
    await b.run()
    assert len(b.platform.published) == 4


async def test_a_pin_follows_its_post_and_falls_with_it(bench: Benches) -> None:
    b = bench(Feature.PIN)
    await add_accounts(b.store, "a", "b")
    good, bad = await add_deliveries(b.store, ["a", "b"], 1)
    async with b.store.write() as connection:
        for first in (good, bad):
            values = dict(
                (await connection.execute(delivery.select().where(delivery.c.id == first))).one()._mapping
            )
            del values["id"]
            await connection.execute(delivery.insert().values(values | {"kind": "pin", "after": first}))
    b.platform.script["b"].append(Refused("x", "b", "Duplicate."))
    await b.run()
    assert len(b.platform.pinned) == 1
    assert await states(b.store) == {"cancelled": 1, "refused": 1, "sent": 2}


async def test_a_worker_that_does_not_know_the_pauses_sends_nothing(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    await add_deliveries(b.store, ["a"], 1)
    worker = b.worker()
    assert await worker.tick() == 0 or not b.platform.begun
    await worker.drain()
    assert b.platform.published == []


async def test_a_pause_between_the_mark_and_the_send_gives_the_post_back(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    worker = b.worker()
    worker._observe = lambda step, _: setattr(b.control, "_paused", frozenset({"everything"}))
    await b.control.refresh()
    await worker.tick()
    await worker.drain()
    assert (await row(b.store, one)).state == "ready"
    assert b.platform.begun == []


async def test_a_platform_that_cannot_tell_leaves_it_to_a_person(bench: Benches) -> None:
    b = bench(Feature.FIND)
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    b.platform.script["a"].append(OutcomeUnknown("x", "a", "The connection died."))
    await b.run()
    b.platform.found[b.platform.begun[0]] = CannotTell("its search is down")
    await b.later(LOOK_BACK_AFTER)
    assert ((await row(b.store, one)).state, (await row(b.store, one)).reason) == (
        "unknown",
        "Its search is down.",
    )


async def test_a_send_that_never_ends_is_cut_off_and_left_to_a_person(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    now, begun = [0.0], asyncio.Event()

    async def hang(_: OutgoingPost) -> None:
        begun.set()
        await asyncio.Event().wait()

    b.platform.on_publish = hang
    worker = b.worker(elapsed=lambda: now[0])
    await b.control.refresh()
    await worker.tick()
    await begun.wait()
    await worker.tick()
    assert (await row(b.store, one)).state == "sending"
    now[0] = 46.0
    await worker.tick()
    await worker.drain()
    settled = await row(b.store, one)
    assert (settled.state, settled.reason) == ("unknown", "No answer within 45 seconds.")


async def test_a_worker_that_is_stopped_in_the_middle_of_a_send_decides_nothing(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    (one,) = await add_deliveries(b.store, ["a"], 1)
    begun = asyncio.Event()

    async def hang(_: OutgoingPost) -> None:
        begun.set()
        await asyncio.Event().wait()

    b.platform.on_publish = hang
    worker = b.worker()
    await b.control.refresh()
    await worker.tick()
    await begun.wait()
    for task in list(worker._tasks):
        task.cancel()
    await worker.drain()
    assert (await row(b.store, one)).state == "sending"


async def _thread(b: Bench, parts: int) -> list[int]:
    """A post with later parts, each after the one before it."""
    await add_accounts(b.store, "a")
    (first,) = await add_deliveries(b.store, ["a"], 1)
    head = await row(b.store, first)
    ids = [first]
    async with b.store.write() as connection:
        later = [to_json(RichText((Paragraph((Span(f"Part {n}"),)),))) for n in range(2, parts + 1)]
        await connection.execute(post.update().values(body={**BODY, "thread": later}))
        for number in range(2, parts + 1):
            made = await connection.execute(
                delivery.insert().values(
                    post=head.post,
                    kind=f"part-{number}",
                    after=ids[-1],
                    account="a",
                    campaign="demo",
                    state="ready",
                    due_at=NOON,
                    planned_at=NOON,
                    expires_at=NOON + timedelta(hours=6),
                    changed_at=NOON,
                )
            )
            assert made.inserted_primary_key is not None
            ids.append(made.inserted_primary_key[0])
    return ids


async def test_a_thread_goes_out_in_order_each_part_in_reply_to_all_before(bench: Benches) -> None:
    b = bench()
    ids = await _thread(b, 4)
    await b.run()
    assert await states(b.store) == {"sent": 4}
    key = b.platform.published[0]
    assert b.platform.published == [key, f"{key}#2", f"{key}#3", f"{key}#4"]
    assert b.platform.threads[f"{key}#4"] == ("r1", "r2", "r3")
    assert [(await row(b.store, one)).remote_id for one in ids] == ["r1", "r2", "r3", "r4"]


async def test_an_unknown_part_stops_the_rest_until_a_person_has_looked(bench: Benches) -> None:
    b = bench()
    ids = await _thread(b, 3)
    b.platform.on_publish = _unknown_from_the_second_on(b)
    await b.run()
    assert [(await row(b.store, one)).state for one in ids] == ["sent", "unknown", "ready"]


def _unknown_from_the_second_on(b: Bench) -> Callable[[OutgoingPost], Any]:
    async def refuse(post: OutgoingPost) -> None:
        if post.thread:
            raise OutcomeUnknown("x", "a", "The connection died.")

    return refuse
