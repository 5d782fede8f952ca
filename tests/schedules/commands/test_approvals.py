"""An approval is bound to what the approver saw, and to enough people."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from schedules.commands.actor import Actor
from schedules.commands.approvals import UNDO, Approved, Seen, approve, unapprove
from schedules.commands.post_changes import reschedule
from schedules.lifecycle import State
from schedules.people import audit
from schedules.people.audit import Journal
from schedules.people.roles import Grant, Role
from schedules.planning.reresolve import follow_time_zones
from schedules.store.tables import approval, campaign, delivery
from tests.schedules.planning.factories import wall
from tests.support.crowd import VAULT
from tests.support.office import AMAL, INES, NOON_SLOT, SAMI, Office

TWO_PEOPLE = "[review]\napprovals = 2\n"
NOT_THE_AUTHOR = "[review]\nauthor_may_approve = false\n"


async def _rule(office: Office, rule: str) -> None:
    text_before = (office.folder / "campaign.toml").read_text(encoding="utf-8")
    office.edit("campaign.toml", text_before.partition("[review]")[0] + "\n" + rule)
    await office.plan()


async def _seen(office: Office) -> Seen:
    post = await office.post()
    return Seen(post.id, post.digest)


async def test_an_approved_post_is_ready_and_goes_out_at_its_time(office: Office) -> None:
    await office.plan()
    seen = await _seen(office)
    assert await office.approve() == Approved(ready=(seen.post,), waiting=(), left=())
    assert (await office.post()).state is State.READY
    await office.run_at("12:00")
    assert (await office.post()).state is State.SENT


async def test_a_post_that_changed_since_it_was_seen_is_left_out_and_named(office: Office) -> None:
    await office.plan()
    seen = await _seen(office)
    office.say("Another sentence.")
    await office.plan()
    done = await approve(office.store, office.clock, SAMI, [seen])
    assert (done.ready, done.waiting) == ((), ())
    assert [str(why) for why in done.left] == [
        f"Post {seen.post} has changed since you saw it. Look at it again."
    ]
    assert (await office.post()).state is State.PLANNED


@pytest.mark.parametrize("scope", ["everything", "campaign:balloons", "account:chat-en", "language:en"])
async def test_an_approver_approves_what_their_scope_covers(office: Office, scope: str) -> None:
    await office.plan()
    seen = await _seen(office)
    scoped = scope.replace("balloons", (await office.post()).campaign)
    approver = Actor("noor", (Grant(Role.APPROVER, scoped),), proven=True)
    assert (await approve(office.store, office.clock, approver, [seen])).ready == (seen.post,)


async def test_what_is_outside_of_their_scope_is_left_out_and_named(office: Office) -> None:
    await office.plan()
    seen = await _seen(office)
    for scope in ("language:tr", "city:berlin", "account:other", "campaign:other", "partner:union"):
        approver = Actor("noor", (Grant(Role.APPROVER, scope),), proven=True)
        done = await approve(office.store, office.clock, approver, [seen])
        assert (done.ready, done.waiting) == ((), ())
        assert str(done.left[0]).startswith(f"Post {seen.post}: This takes the role approver there.")
    assert (await office.post()).state is State.PLANNED


async def test_approvals_are_recorded_by_number_and_not_by_text(office: Office) -> None:
    await office.plan()
    seen = await _seen(office)
    recorded = Actor("noor", journal=Journal(VAULT, office.clock))
    await approve(office.store, office.clock, recorded, [seen, Seen(999, "d")])
    (record,) = await audit.records(office.store, 10)
    assert (record.actor, record.act, record.object) == ("noor", "approved", "posts: 1")


async def test_a_post_that_is_not_there_or_not_planned_is_named(office: Office) -> None:
    await office.plan()
    seen = await _seen(office)
    await office.approve()
    done = await approve(office.store, office.clock, SAMI, [seen, Seen(999, "d")])
    assert [str(why) for why in done.left] == [
        f"Post {seen.post} is ready; only a planned post is approved.",
        "There is no post with the number 999.",
    ]


async def test_what_is_left_out_does_not_hold_up_the_rest(office: Office) -> None:
    office.write(NOON_SLOT, {**NOON_SLOT, "id": "evening", "at": "2026-09-06T20:00:00"})
    await office.plan()
    good = await office.post("evening")
    done = await approve(office.store, office.clock, SAMI, [Seen(good.id, good.digest), Seen(999, "d")])
    assert (done.ready, len(done.left)) == ((good.id,), 1)


async def test_two_people_are_two_different_people(office: Office) -> None:
    await _rule(office, TWO_PEOPLE)
    seen = await _seen(office)
    waits = Approved(ready=(), waiting=(seen.post,), left=())
    assert await office.approve(SAMI) == waits
    assert await office.approve(SAMI) == waits
    assert (await office.post()).state is State.PLANNED
    assert await office.approve(INES) == Approved(ready=(seen.post,), waiting=(), left=())


async def test_two_people_at_once_are_enough(office: Office) -> None:
    await _rule(office, TWO_PEOPLE)
    seen = await _seen(office)
    done = await asyncio.gather(
        *(approve(office.store, office.clock, actor, [seen]) for actor in (SAMI, INES))
    )
    assert sorted(len(each.ready) for each in done) == [0, 1]
    assert (await office.post()).state is State.READY


async def test_the_same_post_twice_in_one_approval_is_one_signature(office: Office) -> None:
    await _rule(office, TWO_PEOPLE)
    seen = await _seen(office)
    await approve(office.store, office.clock, SAMI, [seen, seen])
    async with office.store.read() as connection:
        assert (await connection.execute(select(approval.c.actor))).scalars().all() == ["sami"]


async def test_the_author_may_approve_only_where_the_campaign_says_so(office: Office) -> None:
    await _rule(office, NOT_THE_AUTHOR)
    seen = await _seen(office)
    done = await office.approve(AMAL)
    assert [str(why) for why in done.left] == [
        f"Post {seen.post} was planned by you; in this campaign another person approves it."
    ]
    assert (await office.approve(SAMI)).ready == (seen.post,)


async def test_who_revises_a_post_is_its_author(office: Office) -> None:
    await _rule(office, NOT_THE_AUTHOR)
    office.say("Another sentence.")
    await office.plan(SAMI)
    assert (await office.approve(SAMI)).ready == ()
    assert len((await office.approve(AMAL)).ready) == 1


async def test_a_signature_of_the_author_stops_counting_with_the_rule(office: Office) -> None:
    await _rule(office, "[review]\napprovals = 2\nauthor_may_approve = true\n")
    await office.approve(AMAL)
    await _rule(office, "[review]\napprovals = 2\nauthor_may_approve = false\n")
    assert (await office.approve(SAMI)).ready == ()
    assert len((await office.approve(INES)).ready) == 1


async def test_signatures_of_an_earlier_version_do_not_count(office: Office) -> None:
    await _rule(office, TWO_PEOPLE)
    await office.approve(SAMI)
    office.say("Another sentence.")
    await office.plan()
    assert (await office.approve(INES)).ready == ()
    assert len((await office.approve(SAMI)).ready) == 1


async def test_a_post_that_came_back_unchanged_still_needs_somebody_to_approve_it(office: Office) -> None:
    await office.plan()
    await office.approve()
    for words in ("Another sentence.", "White balloons for the missing."):
        office.say(words)
        await office.plan()
    assert (await office.post()).state is State.PLANNED
    assert len((await office.approve(SAMI)).ready) == 1


async def test_new_time_zone_data_voids_no_approval(office: Office) -> None:
    await office.plan()
    await office.approve()
    async with office.store.write() as connection:
        await connection.execute(text("UPDATE delivery SET planned_at = planned_at - 3600000000"))
        await connection.execute(campaign.update().values(tzdata="2020a"))
    assert len(await follow_time_zones(office.store, office.clock)) == 1
    assert (await office.post()).state is State.READY


async def test_rescheduling_voids_the_approval(office: Office) -> None:
    await office.plan()
    await office.approve()
    post = await office.post()
    await reschedule(office.store, office.clock, SAMI, post.id, wall("2026-09-05 18:00"), "Europe/Berlin")
    moved = await office.post()
    assert (moved.state, moved.revision, moved.digest == post.digest) == (State.PLANNED, 2, False)


async def test_a_pin_is_approved_with_its_post(office: Office) -> None:
    office.write({**NOON_SLOT, "pin": True})
    await office.plan()
    await office.approve()
    async with office.store.read() as connection:
        states = (await connection.execute(select(delivery.c.state))).scalars().all()
    assert states == ["ready", "ready"]


@pytest.mark.parametrize("many", [1_201])
async def test_hundreds_are_approved_at_once(office: Office, many: int) -> None:
    office.replace("campaign.toml", "ends_on = 2026-09-30", "ends_on = 2030-09-30")
    daily = {**NOON_SLOT, "daily_at": "09:00:00", "first_on": "2026-09-06", "last_on": "2029-12-19"}
    del daily["at"]
    office.write(daily)
    await office.plan()
    assert len((await office.approve()).ready) == many


async def test_an_approval_is_taken_back_within_a_minute(office: Office) -> None:
    await office.plan()
    seen = await _seen(office)
    await office.approve()
    assert await unapprove(office.store, office.clock, SAMI, [seen]) == (seen.post,)
    assert (await office.post()).state is State.PLANNED
    assert await unapprove(office.store, office.clock, SAMI, [seen]) == ()
    assert (await office.approve()).ready == (seen.post,)


async def test_after_a_minute_an_approval_stands(office: Office) -> None:
    await office.plan()
    seen = await _seen(office)
    await office.approve()
    office.clock.set(office.clock.now() + UNDO + timedelta(seconds=1))
    assert await unapprove(office.store, office.clock, SAMI, [seen]) == ()
    assert (await office.post()).state is State.READY


async def test_what_is_out_is_not_taken_back_by_an_approver(office: Office) -> None:
    await office.plan()
    seen = await _seen(office)
    await office.run_at("11:59:30")
    await office.approve()
    await office.run_at("12:00")
    assert await unapprove(office.store, office.clock, SAMI, [seen]) == ()
    assert (await office.post()).state is State.SENT


async def test_nobody_takes_the_approval_of_another_back(office: Office) -> None:
    await office.plan()
    seen = await _seen(office)
    await office.approve()
    assert await unapprove(office.store, office.clock, INES, [seen]) == ()
    assert (await office.post()).state is State.READY


async def test_where_enough_others_approved_the_post_stays_ready(office: Office) -> None:
    await office.plan()
    seen = await _seen(office)
    await office.approve(SAMI)
    await _sign_beside(office, seen)
    assert await unapprove(office.store, office.clock, SAMI, [seen]) == (seen.post,)
    assert (await office.post()).state is State.READY


async def _sign_beside(office: Office, seen: Seen) -> None:
    """As if two had approved in the same instant."""
    row = {"post": seen.post, "digest": seen.digest, "actor": "ines", "approved_at": office.clock.now()}
    async with office.store.write() as connection:
        await connection.execute(approval.insert(), [row])
