"""A worker that was away across due times obeys each late policy when it comes back."""

from datetime import timedelta

from channels.errors import Unreachable
from schedules.ledger.values import Mark
from schedules.lifecycle import State
from tests.support.office import NOON_SLOT, Office

LATE_BY = ("5m", "1h", "5h59m", "6h", "6h01m", "24h")
"""Post number N is due at noon of its own message, and the worker comes back at 18:00."""

MESSAGE = """[ask]
kind = "{kind}"
text = {{en = "Sign the petition"}}
effort = "low"
next_step = {{en = "Tell a friend"}}
link = "https://example.org/sign"
place = {{en = "Harbour Square"}}
number = "+49 30 0000"
"""


async def _approved(office: Office, *slots: dict[str, str]) -> None:
    for slot in slots:
        office.edit(f"messages/{slot['id']}/message.toml", MESSAGE.format(kind=slot.get("kind", "sign")))
        office.say(f"White balloons, {slot['id']}.", slot["id"])
    wanted = [{k: v for k, v in slot.items() if k != "kind"} for slot in slots]
    office.write(*({**NOON_SLOT, "message": slot["id"], **slot} for slot in wanted))
    await office.plan()
    await office.approve()


async def _states(office: Office) -> dict[str, State]:
    return {post.slot: post.state for post in (await office.posts()).values()}


async def test_six_hours_away_each_post_obeys_its_own_late_policy(office: Office) -> None:
    await _approved(office, *({"id": f"late-{late}", "late_by": late} for late in LATE_BY))
    await office.run_at("11:59")
    await office.run_at("18:00")
    sent = {
        slot.removeprefix("late-") for slot, state in (await _states(office)).items() if state is State.SENT
    }
    assert sent == {"6h01m", "24h"}
    assert set((await _states(office)).values()) == {State.SENT, State.EXPIRED}
    assert len(office.platform.published) == 2


async def test_without_a_late_policy_the_kind_of_ask_decides(office: Office) -> None:
    kinds = ("attend", "call", "sign")
    await _approved(office, *({"id": kind, "kind": kind} for kind in kinds))
    await office.run_at("14:00")
    assert await _states(office) == {
        "attend": State.EXPIRED,
        "call": State.EXPIRED,
        "sign": State.SENT,
    }


async def test_an_expired_post_says_why_and_what_to_do(office: Office) -> None:
    await _approved(office, {"id": "late", "late_by": "5m"})
    await office.run_at("18:00")
    post = await office.post("late")
    assert post.reason == "Its time ran out before it could be sent."
    assert "munasara posts reschedule" in (post.remedy or "")


async def test_what_was_claimed_before_the_stop_is_sent_or_expires_by_its_policy(office: Office) -> None:
    await _approved(office, {"id": "short", "late_by": "1h"}, {"id": "long", "late_by": "12h"})
    await office.run_at("11:59")
    office.clock.set(office.clock.now() + timedelta(minutes=1))
    assert len(await office.ledger.claim(10, "stopped")) == 2
    await office.run_at("18:00")
    assert await _states(office) == {"short": State.EXPIRED, "long": State.SENT}


async def test_what_was_being_sent_at_the_stop_is_left_to_a_person_whatever_its_policy(
    office: Office,
) -> None:
    await _approved(office, {"id": "short", "late_by": "1h"}, {"id": "long", "late_by": "12h"})
    await office.run_at("11:59")
    office.clock.set(office.clock.now() + timedelta(minutes=1))
    held = await office.ledger.claim(10, "stopped")
    assert await office.ledger.mark([Mark(one.id, one.claim, {}) for one in held]) == [True, True]
    await office.run_at("18:00")
    assert await _states(office) == {"short": State.UNKNOWN, "long": State.UNKNOWN}
    assert office.platform.published == []


async def test_a_post_in_retries_expires_with_the_last_reason(office: Office) -> None:
    office.platform.script["chat-en"].append(Unreachable("telegram", "chat-en", "Connection refused."))
    await _approved(office, {"id": "late", "late_by": "1h"})
    await office.run_at("12:00")
    await office.run_at("18:00")
    post = await office.post("late")
    assert (post.state, post.reason) == (
        State.EXPIRED,
        "Its time ran out before it could be sent. Connection refused.",
    )


async def test_days_that_were_missed_are_not_made_up_in_a_burst(office: Office) -> None:
    slot = {
        "id": "daily",
        "message": "launch",
        "channels": ["telegram"],
        "daily_at": "09:00:00",
        "first_on": "2026-09-06",
        "last_on": "2026-09-10",
    }
    office.write(slot)
    await office.plan()
    await office.approve()
    await office.run_at("10:00", "2026-09-09")
    assert len(office.platform.published) == 1
    await office.run_at("09:00", "2026-09-10")
    assert len(office.platform.published) == 2
