"""Taking back what was published, with a real ledger and worker on both databases."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

import pytest

from channels.errors import FeatureMissing, Refused, Unreachable
from schedules.commands.actor import Actor
from schedules.commands.retractions import report, retract_campaign, retract_post
from schedules.errors import IllegalMove, PostNotFound, ScheduleError
from schedules.lifecycle import State
from schedules.store.engine import Store
from schedules.store.tables import delivery, pause
from tests.schedules.ledger.conftest import Bench, bench
from tests.support.deliveries import NOON, add_accounts, add_deliveries, row

__all__ = ["bench"]

Benches: TypeAlias = Callable[..., Bench]
AMAL = Actor("amal")


async def published(b: Bench, each: int = 1) -> list[int]:
    """Posts that are out, by the ids of their deliveries; the ids of posts are the same here."""
    await add_accounts(b.store, "a")
    ids = await add_deliveries(b.store, ["a"], each)
    await b.run()
    return ids


async def post_of(store: Store, delivery_id: int) -> int:
    return int((await row(store, delivery_id)).post)


async def test_a_retracted_post_is_gone_and_the_report_says_so(bench: Benches) -> None:
    b = bench()
    (one,) = await published(b)
    number = await post_of(b.store, one)
    (before,) = await report(b.store, post_id=number)
    assert before.state is None
    assert await retract_post(b.store, b.clock, AMAL, number) == 1
    await b.run()
    assert b.platform.retracted == [(await row(b.store, one)).remote_id]
    (after,) = await report(b.store, post_id=number)
    assert after.is_gone
    assert (await row(b.store, one)).state == "sent"


async def test_a_whole_campaign_is_taken_back_and_what_waits_stays(bench: Benches) -> None:
    b = bench()
    await published(b, 3)
    (waiting,) = await add_deliveries(b.store, ["a"], 1, due_at=NOON + timedelta(hours=1))
    assert await retract_campaign(b.store, b.clock, AMAL, "demo") == 3
    await b.run()
    assert len(b.platform.retracted) == 3
    assert [one.is_gone for one in await report(b.store, campaign="demo")] == [True] * 3
    assert (await row(b.store, waiting)).state == "ready"


@pytest.mark.parametrize("scope", ["everything", "account:a", "campaign:demo"])
async def test_no_pause_stops_a_retraction_and_it_wakes_nothing_else(bench: Benches, scope: str) -> None:
    b = bench()
    (one,) = await published(b)
    (waiting,) = await add_deliveries(b.store, ["a"], 1)
    async with b.store.write() as connection:
        await connection.execute(pause.insert().values(scope=scope, actor="amal", paused_at=NOON))
    await retract_post(b.store, b.clock, AMAL, await post_of(b.store, one))
    await b.run()
    assert len(b.platform.retracted) == 1
    assert (await row(b.store, waiting)).state == "ready"
    assert len(b.platform.published) == 1


async def test_what_a_platform_cannot_delete_is_left_to_a_person(bench: Benches) -> None:
    b = bench()
    (one,) = await published(b)
    b.platform.script["a"].append(FeatureMissing("x", "a", "x cannot delete a post", "Delete it by hand."))
    number = await post_of(b.store, one)
    await retract_post(b.store, b.clock, AMAL, number)
    await b.run()
    (left,) = await report(b.store, post_id=number)
    assert (left.state, left.reason, left.remedy) == (
        State.REFUSED,
        "X cannot delete a post.",
        "Delete it by hand.",
    )


async def test_a_retraction_that_failed_can_be_asked_for_again(bench: Benches) -> None:
    b = bench()
    (one,) = await published(b)
    b.platform.script["a"].append(Refused("x", "a", "Too old."))
    number = await post_of(b.store, one)
    for _ in range(2):
        await retract_post(b.store, b.clock, AMAL, number)
        await b.run()
    (after,) = await report(b.store, post_id=number)
    assert after.is_gone


async def test_a_platform_that_is_down_is_asked_until_it_answers(bench: Benches) -> None:
    b = bench()
    (one,) = await published(b)
    b.platform.script["a"].extend(Unreachable("x", "a", "Connection refused.") for _ in range(3))
    await retract_post(b.store, b.clock, AMAL, await post_of(b.store, one))
    for _ in range(20):
        await b.later(timedelta(minutes=1))
    assert len(b.platform.retracted) == 1


async def test_a_post_that_a_person_found_is_deleted_by_hand(bench: Benches) -> None:
    b = bench()
    (one,) = await published(b)
    async with b.store.write() as connection:
        await connection.execute(delivery.update().values(remote_id=None))
    number = await post_of(b.store, one)
    await retract_post(b.store, b.clock, AMAL, number)
    await b.run()
    (left,) = await report(b.store, post_id=number)
    assert left.state is State.REFUSED
    assert "by hand" in (left.reason or "")


async def test_what_is_not_out_is_not_taken_back(bench: Benches) -> None:
    b = bench()
    await add_accounts(b.store, "a")
    (ready,) = await add_deliveries(b.store, ["a"], 1, due_at=NOON + timedelta(hours=1))
    (unknown,) = await add_deliveries(b.store, ["a"], 1, state="unknown")
    with pytest.raises(IllegalMove, match="munasara posts cancel"):
        await retract_post(b.store, b.clock, AMAL, await post_of(b.store, ready))
    with pytest.raises(IllegalMove, match="munasara posts resolve"):
        await retract_post(b.store, b.clock, AMAL, await post_of(b.store, unknown))
    with pytest.raises(PostNotFound):
        await retract_post(b.store, b.clock, AMAL, 999_999)
    with pytest.raises(ScheduleError, match="Nothing of 'demo' is out"):
        await retract_campaign(b.store, b.clock, AMAL, "demo")


async def test_a_thread_is_taken_back_from_its_end_and_its_rest_is_not_sent(bench: Benches) -> None:
    b = bench()
    (one,) = await published(b)
    first = await row(b.store, one)
    times = {
        "due_at": NOON,
        "planned_at": NOON,
        "expires_at": NOON + timedelta(hours=6),
        "changed_at": NOON,
    }
    base = {"post": first.post, "account": "a", "campaign": "demo"} | times
    async with b.store.write() as connection:
        made = await connection.execute(
            delivery.insert().values(
                kind="part-2", after=one, state="sent", remote_id="second", accepted_at=NOON, **base
            )
        )
        assert made.inserted_primary_key is not None
        second = made.inserted_primary_key[0]
        await connection.execute(
            delivery.insert().values(kind="part-3", after=second, state="planned", **base)
        )
    assert await retract_post(b.store, b.clock, AMAL, first.post) == 2
    await b.run()
    assert b.platform.retracted == ["second", first.remote_id]
    assert [one.part for one in await report(b.store, post_id=first.post)] == [2, 1]
    assert len(b.platform.published) == 1
