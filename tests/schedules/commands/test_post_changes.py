"""What one person may do to one post at a door, in every state."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from channels.base import Urging
from channels.errors import OutcomeUnknown
from schedules.commands.post_changes import (
    PART_BY_HAND,
    PIN_BY_HAND,
    Verdict,
    cancel,
    reschedule,
    resolve_unknown,
)
from schedules.commands.posts import Filter, PostView, list_posts, show_post
from schedules.errors import IllegalMove, LocalTimeInvalid, PostNotFound, ScheduleError
from schedules.ledger.ledger import ANSWERED
from schedules.lifecycle import State
from schedules.planning.changes import NOT_CONTINUED
from schedules.planning.destinations import AccountView
from schedules.store.tables import delivery
from tests.schedules.planning.factories import wall
from tests.support.office import AMAL, NOON_SLOT, SAMI, Office

EVENING = wall("2026-09-05 18:00")
BERLIN = "Europe/Berlin"


async def _ready(office: Office, **slot: Any) -> PostView:
    office.write({**NOON_SLOT, **slot})
    await office.plan()
    await office.approve()
    return await office.post()


async def _unknown(office: Office, **slot: Any) -> PostView:
    office.platform.script["chat-en"].append(OutcomeUnknown("telegram", "chat-en", "The line died."))
    await _ready(office, **slot)
    await office.run_at("12:00")
    post = await office.post()
    assert post.state is State.UNKNOWN
    return post


async def _in(office: Office, state: State) -> PostView:
    post = await _ready(office)
    async with office.store.write() as connection:
        await connection.execute(delivery.update().values(state=state.value))
    return post


async def _pin(office: Office) -> Any:
    async with office.store.read() as connection:
        return (await connection.execute(select(delivery).where(delivery.c.kind == "pin"))).one()


async def _move(office: Office, post: PostView) -> None:
    await reschedule(office.store, office.clock, SAMI, post.id, EVENING, BERLIN)


async def test_a_cancelled_post_is_not_sent_and_says_who_cancelled_it(office: Office) -> None:
    post = await _ready(office, pin=True)
    await cancel(office.store, office.clock, SAMI, post.id)
    await office.run_at("12:00")
    cancelled, events = await show_post(office.store, post.id)
    assert (cancelled.state, cancelled.reason) == (State.CANCELLED, "sami cancelled it.")
    assert events[-1].detail == "sami cancelled it."
    assert ((await _pin(office)).state, office.platform.published) == ("cancelled", [])


@pytest.mark.parametrize("state", sorted(set(State) - {State.PLANNED, State.READY, State.HANDED_OFF}))
async def test_what_has_begun_or_ended_is_not_cancelled(office: Office, state: State) -> None:
    post = await _in(office, state)
    with pytest.raises(IllegalMove):
        await cancel(office.store, office.clock, SAMI, post.id)
    assert (await office.post()).state is state


async def test_a_post_that_may_be_public_is_resolved_and_not_cancelled(office: Office) -> None:
    post = await _unknown(office)
    with pytest.raises(IllegalMove, match=f"may be public.*munasara posts resolve {post.id}"):
        await cancel(office.store, office.clock, SAMI, post.id)


async def test_a_moved_post_goes_out_at_its_new_time_once_approved(office: Office) -> None:
    post = await _ready(office, late_by="1h")
    due_at = await reschedule(office.store, office.clock, SAMI, post.id, EVENING, BERLIN)
    assert due_at.isoformat() == "2026-09-05T16:00:00+00:00"
    await office.run_at("12:00")
    await office.approve()
    moved = await office.post()
    assert moved.expires_at - moved.due_at == timedelta(hours=1)
    await office.run_at("17:59")
    assert office.platform.published == []
    await office.run_at("18:00")
    assert office.platform.published == [post.key]


@pytest.mark.parametrize("state", [State.PLANNED, State.READY, State.REFUSED, State.EXPIRED])
async def test_what_is_not_out_can_be_moved_and_starts_afresh(office: Office, state: State) -> None:
    post = await _in(office, state)
    async with office.store.write() as connection:
        await connection.execute(delivery.update().values(attempt=9, crashes=3, reason="Why."))
    await _move(office, post)
    async with office.store.read() as connection:
        row = (await connection.execute(select(delivery))).one()
    assert (row.state, row.attempt, row.crashes, row.reason) == ("planned", 0, 0, None)


@pytest.mark.parametrize(
    "state", [State.CLAIMED, State.SENDING, State.SENT, State.UNKNOWN, State.HANDED_OFF]
)
async def test_what_is_out_or_may_be_is_not_moved(office: Office, state: State) -> None:
    post = await _in(office, state)
    with pytest.raises(IllegalMove):
        await _move(office, post)
    assert (await office.post()).planned_at == post.planned_at


async def test_a_cancelled_post_that_is_moved_is_planned_again_and_stays_so(office: Office) -> None:
    post = await _ready(office, pin=True)
    await cancel(office.store, office.clock, SAMI, post.id)
    await _move(office, post)
    await office.plan()
    await office.approve()
    await office.run_at("18:00")
    assert (await office.post()).state is State.SENT
    assert office.platform.pinned == ["r1"]


async def test_a_post_whose_slot_is_gone_is_not_moved(office: Office) -> None:
    other = {**NOON_SLOT, "id": "other", "at": "2026-09-06T12:00:00"}
    office.write(NOON_SLOT, other)
    await office.plan()
    office.write(other)
    await office.plan()
    with pytest.raises(IllegalMove, match="no longer in the campaign folder"):
        await _move(office, await office.post())


async def test_a_wall_time_that_is_over_is_refused(office: Office) -> None:
    post = await _ready(office)
    with pytest.raises(ScheduleError, match="2026-09-05 08:00 in Europe/Berlin is over"):
        await reschedule(office.store, office.clock, SAMI, post.id, wall("2026-09-05 08:00"), BERLIN)


@pytest.mark.parametrize(
    ("time", "zone", "told"),
    [
        ("2027-03-28 02:30", BERLIN, "does not exist"),
        ("2026-09-06 12:00", "Europe/Berlim", "not a time zone"),
    ],
)
async def test_a_wall_time_that_does_not_exist_is_refused(
    office: Office, time: str, zone: str, told: str
) -> None:
    post = await _ready(office)
    with pytest.raises(LocalTimeInvalid, match=told):
        await reschedule(office.store, office.clock, SAMI, post.id, wall(time), zone)
    assert await office.post() == post


async def test_fractions_of_a_second_do_not_make_another_post_of_it(office: Office) -> None:
    post = await _ready(office)
    await reschedule(
        office.store, office.clock, SAMI, post.id, EVENING.replace(microsecond=7, fold=1), BERLIN
    )
    before = await office.post()
    await office.plan()
    assert await office.post() == before


async def test_a_post_that_landed_is_sent_with_its_link(office: Office) -> None:
    post = await _unknown(office)
    await resolve_unknown(
        office.store, office.clock, SAMI, post.id, Verdict.SENT, "https://t.me/balloons/5"
    )
    sent, events = await show_post(office.store, post.id)
    assert (sent.state, sent.url, sent.reason) == (
        State.SENT,
        "https://t.me/balloons/5",
        "sami saw that it landed.",
    )
    assert [event.what for event in events] == ["approved", "unknown", "sent"]


async def test_a_post_that_a_person_found_is_pinned_by_a_person(office: Office) -> None:
    post = await _unknown(office, pin=True)
    await resolve_unknown(office.store, office.clock, SAMI, post.id, Verdict.SENT)
    await office.run_at("12:05")
    pin = await _pin(office)
    assert (pin.state, pin.reason, office.platform.pinned) == ("cancelled", PIN_BY_HAND, [])


async def test_a_post_that_did_not_land_is_sent_again_and_once(office: Office) -> None:
    post = await _unknown(office)
    await resolve_unknown(office.store, office.clock, SAMI, post.id, Verdict.AGAIN)
    await office.run_at("12:05")
    assert office.platform.published == [post.key]
    assert (await office.post()).state is State.SENT


async def test_a_post_whose_time_is_over_is_not_sent_again_but_can_be_moved(office: Office) -> None:
    post = await _unknown(office, late_by="5m")
    await office.run_at("12:05")
    with pytest.raises(IllegalMove, match=r"is over\. Drop it, then give it a new time"):
        await resolve_unknown(office.store, office.clock, SAMI, post.id, Verdict.AGAIN)
    await resolve_unknown(office.store, office.clock, SAMI, post.id, Verdict.DROP)
    await _move(office, post)
    await office.approve()
    await office.run_at("18:00")
    assert office.platform.published == [post.key]


async def test_a_dropped_post_is_cancelled_for_good(office: Office) -> None:
    post = await _unknown(office)
    await resolve_unknown(office.store, office.clock, SAMI, post.id, Verdict.DROP)
    await office.plan()
    await office.run_at("12:05")
    dropped = await office.post()
    assert (dropped.state, dropped.reason) == (
        State.CANCELLED,
        "sami saw that it did not land and dropped it.",
    )
    assert office.platform.published == []


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("state", sorted(set(State) - {State.UNKNOWN, State.HANDED_OFF}))
async def test_only_what_waits_for_a_person_is_resolved(
    office: Office, state: State, verdict: Verdict
) -> None:
    post = await _in(office, state)
    with pytest.raises(IllegalMove, match=f"is {state}; only an unknown or handed-off post"):
        await resolve_unknown(office.store, office.clock, SAMI, post.id, verdict)
    assert (await office.post()).state is state


async def test_what_a_person_holds_is_confirmed_or_dropped_but_not_sent_by_us(office: Office) -> None:
    post = await _in(office, State.HANDED_OFF)
    with pytest.raises(IllegalMove, match="handed_off cannot become ready"):
        await resolve_unknown(office.store, office.clock, SAMI, post.id, Verdict.AGAIN)
    await resolve_unknown(office.store, office.clock, SAMI, post.id, Verdict.SENT)
    assert (await office.post()).state is State.SENT


async def test_a_post_that_is_not_there_is_named_by_every_verb(office: Office) -> None:
    for verb in (
        cancel(office.store, office.clock, SAMI, 17),
        reschedule(office.store, office.clock, SAMI, 17, EVENING, BERLIN),
        resolve_unknown(office.store, office.clock, SAMI, 17, Verdict.DROP),
    ):
        with pytest.raises(PostNotFound, match="no post 17"):
            await verb


async def _thread(office: Office, *parts: str) -> None:
    office.accounts = (AccountView("chat-en", "x", "en"),)
    text = "\n\n---\n\n".join(("One.\n\n#WhiteBalloons", *parts))
    office.edit("messages/launch/en.md", text)
    office.write({**NOON_SLOT, "channels": ["x"]})
    await office.plan()


async def _kinds(office: Office) -> dict[str, tuple[str, str | None]]:
    async with office.store.read() as connection:
        found = await connection.execute(select(delivery))
        return {row.kind: (row.state, row.reason) for row in found}


async def test_a_moved_thread_stays_as_short_as_the_folder_has_it(office: Office) -> None:
    await _thread(office, "Two.", "Three.")
    await _thread(office, "Two.")
    await _move(office, await office.post())
    assert await _kinds(office) == {
        "publish": ("planned", None),
        "part-2": ("planned", None),
        "part-3": ("cancelled", NOT_CONTINUED),
    }


async def test_a_thread_that_a_person_found_is_to_be_continued_by_hand(office: Office) -> None:
    office.platform.script["chat-en"].append(OutcomeUnknown("x", "chat-en", "The line died."))
    await _thread(office, "Two.", "Three.")
    await office.approve()
    await office.run_at("12:00")
    await resolve_unknown(office.store, office.clock, SAMI, (await office.post()).id, Verdict.SENT)
    found = await _kinds(office)
    assert found["part-2"] == found["part-3"] == ("cancelled", PART_BY_HAND)


async def _handed_off(office: Office, **slot: Any) -> PostView:
    office.platform.by_hand = True
    await _ready(office, **slot)
    await office.run_at("12:00")
    post = await office.post()
    assert (post.state, post.reason) == (State.HANDED_OFF, "Handed to mina.")
    return post


async def test_what_was_published_by_hand_keeps_its_link_and_when_that_was_said(office: Office) -> None:
    post = await _handed_off(office, pin=True)
    await office.run_at("12:20")
    await resolve_unknown(
        office.store, office.clock, AMAL, post.id, Verdict.SENT, "https://www.tiktok.com/@balloons/1"
    )
    sent, events = await show_post(office.store, post.id)
    assert (sent.state, sent.url) == (State.SENT, "https://www.tiktok.com/@balloons/1")
    assert sent.accepted_at == office.clock.now()
    assert [event.what for event in events][-3:] == ["handed_off", "remind: sent", "sent"]
    assert events[-1].detail == "amal says that it is published."
    await office.run_at("18:00")
    assert [urging for _, urging in office.platform.urged] == [Urging.REMINDER]
    assert await _kinds(office) == {
        "publish": ("sent", "amal says that it is published."),
        "remind": ("sent", None),
        "escalate": ("cancelled", ANSWERED),
        "pin": ("cancelled", PIN_BY_HAND),
    }


@pytest.mark.parametrize(("why", "told"), [("", "."), ("My phone is broken.", ": My phone is broken.")])
async def test_what_cannot_be_published_by_hand_is_withdrawn_with_her_reason(
    office: Office, why: str, told: str
) -> None:
    post = await _handed_off(office)
    await resolve_unknown(office.store, office.clock, AMAL, post.id, Verdict.DROP, why=why)
    await office.plan()
    await office.run_at("18:00")
    dropped = await office.post()
    assert (dropped.state, dropped.reason) == (State.CANCELLED, f"amal cannot publish it{told}")
    assert office.platform.urged == []


async def test_a_late_confirmation_counts_where_somebody_was_handed_the_post(office: Office) -> None:
    post = await _handed_off(office, late_by="1h")
    await office.run_at("13:00")
    assert (await office.post()).state is State.EXPIRED
    for verdict in (Verdict.AGAIN, Verdict.DROP):
        with pytest.raises(IllegalMove, match="is expired; only an unknown or handed-off post"):
            await resolve_unknown(office.store, office.clock, AMAL, post.id, verdict)
    await resolve_unknown(office.store, office.clock, AMAL, post.id, Verdict.SENT, "https://wa.me/1")
    late = await office.post()
    assert (late.state, late.url) == (State.SENT, "https://wa.me/1")


async def test_a_thread_that_is_published_by_hand_goes_on_by_hand(office: Office) -> None:
    await _thread(office, "Two.")
    await office.approve()
    office.platform.by_hand = True
    await office.run_at("12:00")
    post = await office.post()
    for part in (1, 2):
        await resolve_unknown(office.store, office.clock, AMAL, post.id, Verdict.SENT, part=part)
        await office.run_at("12:01")
    found = await _kinds(office)
    assert {kind: state for kind, (state, _) in found.items() if "escalate" not in kind} == {
        "publish": "sent",
        "part-2": "sent",
        "remind": "cancelled",
        "remind-2": "cancelled",
    }


async def test_a_part_that_somebody_was_handed_is_listed(office: Office) -> None:
    await _thread(office, "Two.")
    await office.approve()
    office.platform.by_hand = True
    await office.run_at("12:00")
    await resolve_unknown(
        office.store, office.clock, AMAL, (await office.post()).id, Verdict.SENT, "https://x.com/1"
    )
    await office.run_at("12:01")
    waiting = await list_posts(office.store, Filter(states=(State.HANDED_OFF,)))
    assert [(post.kind, post.reason) for post in waiting] == [("part-2", "Handed to mina.")]


async def test_a_post_that_is_withdrawn_while_somebody_holds_it_urges_nobody(office: Office) -> None:
    post = await _handed_off(office)
    await cancel(office.store, office.clock, SAMI, post.id)
    await office.run_at("18:00")
    assert office.platform.urged == []
