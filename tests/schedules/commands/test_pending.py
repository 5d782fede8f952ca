"""What waits for approval, and what an approver may do besides approving."""

from datetime import timedelta

import pytest

from schedules.commands import pending
from schedules.commands.actor import Actor
from schedules.commands.approvals import Seen, approve
from schedules.commands.posts import show_post
from schedules.errors import Forbidden, IllegalMove, ScheduleError
from schedules.lifecycle import State
from schedules.people.roles import Grant, Role
from tests.support.queues import GERMAN_TEXT, SARA, Counter

GERMANS = Actor("sami", grants=(Grant(Role.APPROVER, "language:de"),))
EVERYBODY = Actor("ines", grants=(Grant(Role.APPROVER),))


async def _queued(counter: Counter) -> int:
    number = await counter.queue()
    await counter.say(number, "de", GERMAN_TEXT)
    await counter.schedule(number)
    return number


async def test_an_approver_sees_what_is_theirs_the_first_to_be_due_first(counter: Counter) -> None:
    await _queued(counter)
    mine = await pending.waiting(counter.store, GERMANS)
    assert {post.account for post in mine} == {"telegram-de", "x-de"}
    every = await pending.waiting(counter.store, EVERYBODY)
    assert [post.planned_at for post in every] == sorted(post.planned_at for post in every)
    assert len(every) == 5
    with pytest.raises(Forbidden):
        await pending.waiting(counter.store, SARA)


async def test_what_was_rejected_is_cancelled_for_good_with_the_reason(counter: Counter) -> None:
    number = await _queued(counter)
    post = (await counter.posts(number))["x-de"]
    await pending.reject(counter.store, counter.clock, GERMANS, post.id, "Too  loud")
    found, _ = await show_post(counter.store, post.id)
    assert (found.state, found.reason) == (State.CANCELLED, "sami rejected it: Too loud")
    await counter.say(number, "de", GERMAN_TEXT.replace("Heute", "Diese"))
    with pytest.raises(IllegalMove, match="does not wait"):
        await pending.reject(counter.store, counter.clock, GERMANS, post.id, "Again")


async def test_a_wish_stands_in_the_history_and_the_post_goes_on_waiting(counter: Counter) -> None:
    number = await _queued(counter)
    post = (await counter.posts(number))["x-de"]
    await pending.ask_for_change(counter.store, counter.clock, GERMANS, post.id, "Name the place")
    found, history = await show_post(counter.store, post.id)
    assert found.state is State.PLANNED
    assert ("change asked for", "sami: Name the place") in [(event.what, event.detail) for event in history]


async def test_nothing_is_rejected_without_a_reason_or_outside_of_one_s_scope(counter: Counter) -> None:
    number = await _queued(counter)
    posts = await counter.posts(number)
    for act in (pending.reject, pending.ask_for_change):
        with pytest.raises(ScheduleError, match="Write one"):
            await act(counter.store, counter.clock, GERMANS, posts["x-de"].id, " ")
        with pytest.raises(Forbidden):
            await act(counter.store, counter.clock, GERMANS, posts["x-en"].id, "No")
        with pytest.raises(Forbidden):
            await act(counter.store, counter.clock, SARA, posts["x-en"].id, "No")


async def test_a_post_that_is_due_at_once_rests_after_its_approval_as_long_as_it_can_be_taken_back(
    counter: Counter,
) -> None:
    number = await _queued(counter)
    post = (await counter.posts(number))["x-de"]
    rest = timedelta(seconds=60)
    seen = [Seen(post.id, post.digest)]
    await approve(counter.store, counter.clock, Actor("ines"), seen, rest=rest)
    found, _ = await show_post(counter.store, post.id)
    assert found.due_at == counter.clock.now() + rest
    assert found.planned_at == post.planned_at


async def test_a_post_of_later_keeps_its_time(counter: Counter) -> None:
    (later,) = [post for post in await pending.waiting(counter.store, EVERYBODY) if post.slot == "later"]
    seen = [Seen(later.id, later.digest)]
    await approve(counter.store, counter.clock, Actor("ines"), seen, rest=timedelta(seconds=60))
    found, _ = await show_post(counter.store, later.id)
    assert found.due_at == later.due_at
