"""A queued message becomes posts, and they follow it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from schedules.commands import door_messages, door_pictures
from schedules.commands.actor import Actor
from schedules.commands.approvals import Seen, approve
from schedules.commands.post_changes import cancel, reschedule
from schedules.errors import Forbidden, ScheduleError
from schedules.lifecycle import State
from schedules.people.roles import Grant, Role
from schedules.planning.doors import When
from schedules.store.tables import media
from tests.support.folders import picture
from tests.support.queues import (
    ENGLISH_TEXT,
    GERMAN,
    GERMAN_TEXT,
    SARA,
    SECOND_TURK,
    TURK,
    TURKISH_TEXT,
    VIEWER,
    Counter,
)

APPROVER = Actor("sami")


async def _approve(counter: Counter, number: int) -> None:
    posts = (await counter.posts(number)).values()
    seen = [Seen(post.id, post.digest) for post in posts if post.state is State.PLANNED]
    await approve(counter.store, counter.clock, APPROVER, seen)


async def test_what_is_ready_waits_for_approval_and_the_rest_is_held(counter: Counter) -> None:
    number = await counter.queue()
    await counter.say(number, "de", GERMAN_TEXT)
    done = await counter.schedule(number)
    posts = await counter.posts(number)
    assert set(posts) == {"telegram-en", "x-en", "telegram-de", "x-de"}
    assert {post.state for post in posts.values()} == {State.PLANNED}
    assert all(post.key.startswith(f"balloons/door-{number}/") for post in posts.values())
    assert {post.author for post in posts.values()} == {"sara"}
    assert (sorted(done.posts), set(done.held)) == (
        sorted(post.id for post in posts.values()),
        {"telegram-tr", "x-tr"},
    )


async def test_scheduling_twice_plans_nothing_twice(counter: Counter) -> None:
    number = await counter.queue()
    await counter.schedule(number)
    before = await counter.posts(number)
    counter.clock.set(counter.clock.now() + timedelta(minutes=5))
    with pytest.raises(ScheduleError, match="Nothing is ready"):
        await counter.schedule(number)
    assert await counter.posts(number) == before


async def test_planning_the_folder_again_leaves_it_as_it_is(counter: Counter) -> None:
    number = await counter.queue()
    await counter.plan()
    await counter.schedule(number)
    before = await counter.posts(number)
    (counter.folder / "slots.toml").write_text("")
    await counter.plan()
    assert await counter.posts(number) == before
    await _approve(counter, number)
    await counter.plan()
    assert {post.state for post in (await counter.posts(number)).values()} == {State.READY}


async def test_what_was_held_is_planned_later_and_the_first_keep_their_time(counter: Counter) -> None:
    number = await counter.queue()
    await counter.schedule(number)
    await _approve(counter, number)
    counter.clock.set(counter.clock.now() + timedelta(hours=1))
    await counter.say(number, "tr", TURKISH_TEXT)
    await counter.schedule(number)
    posts = await counter.posts(number)
    assert posts["x-en"].state is State.READY
    assert posts["x-tr"].state is State.PLANNED
    assert posts["x-tr"].planned_at - posts["x-en"].planned_at == timedelta(hours=1)


async def test_an_edit_voids_the_approvals_of_its_language_alone(counter: Counter) -> None:
    number = await counter.queue()
    await counter.say(number, "de", GERMAN_TEXT)
    await counter.schedule(number)
    await _approve(counter, number)
    await counter.say(number, "de", GERMAN_TEXT.replace("Heute", "Diese"))
    posts = await counter.posts(number)
    assert {name: post.state for name, post in posts.items()} == {
        "telegram-en": State.READY,
        "x-en": State.READY,
        "telegram-de": State.PLANNED,
        "x-de": State.PLANNED,
    }
    assert "Diese" in str(posts["x-de"].body)


async def test_an_edit_that_breaks_a_rule_takes_the_posts_back_and_mending_it_brings_them_again(
    counter: Counter,
) -> None:
    number = await counter.queue()
    await counter.schedule(number)
    await _approve(counter, number)
    await counter.say(number, "en", "The tag is not here.")
    assert {post.state for post in (await counter.posts(number)).values()} == {State.CANCELLED}
    await counter.say(number, "en", ENGLISH_TEXT)
    assert (await counter.standings(number))["x-en"] == "ready"
    await counter.schedule(number)
    assert {post.state for post in (await counter.posts(number)).values()} == {State.PLANNED}


async def test_a_post_that_was_moved_keeps_its_new_time_through_an_edit(counter: Counter) -> None:
    number = await counter.queue()
    await counter.schedule(number)
    post = (await counter.posts(number))["x-en"]
    await reschedule(counter.store, counter.clock, SARA, post.id, datetime(2026, 9, 7, 9), "Europe/Berlin")
    await counter.say(number, "en", ENGLISH_TEXT.replace("Tonight", "At last"))
    assert (await counter.posts(number))["x-en"].local_at == datetime(2026, 9, 7, 9)


async def test_what_a_person_cancelled_is_not_brought_back(counter: Counter) -> None:
    number = await counter.queue()
    await counter.schedule(number)
    post = (await counter.posts(number))["x-en"]
    await cancel(counter.store, counter.clock, SARA, post.id)
    await counter.say(number, "de", GERMAN_TEXT)
    await counter.schedule(number)
    assert (await counter.posts(number))["x-en"].state is State.CANCELLED


async def test_holding_takes_everything_back_until_it_is_scheduled_again(counter: Counter) -> None:
    number = await counter.queue()
    await counter.schedule(number)
    await _approve(counter, number)
    until = counter.clock.now() + timedelta(hours=9)
    assert await counter.hold(number, until) == 2
    assert (await counter.look(number)).door.held_until == until
    assert {post.state for post in (await counter.posts(number)).values()} == {State.CANCELLED}
    await counter.schedule(number)
    assert {post.state for post in (await counter.posts(number)).values()} == {State.PLANNED}
    assert (await counter.look(number)).door.held_until is None


async def test_it_is_not_held_until_a_time_that_is_over_or_of_no_campaign(counter: Counter) -> None:
    number = await counter.queue()
    with pytest.raises(ScheduleError, match="over"):
        await counter.hold(number, counter.clock.now())
    with pytest.raises(ScheduleError, match="after 2100"):
        await counter.hold(number, counter.clock.now().replace(year=9998))


async def test_what_was_dropped_is_not_changed_or_scheduled_any_more(counter: Counter) -> None:
    number = await counter.queue()
    await counter.schedule(number)
    assert await counter.drop(number) == 2
    with pytest.raises(ScheduleError, match="dropped"):
        await counter.schedule(number)
    with pytest.raises(ScheduleError, match="dropped"):
        await counter.say(number, "en", ENGLISH_TEXT)


async def test_leaving_an_account_out_takes_its_post_back(counter: Counter) -> None:
    number = await counter.queue()
    await counter.schedule(number)
    account = next(one for one in counter.accounts if one.name == "x-en")
    await door_messages.leave_out(counter.store, SARA, number, account, "They are asleep")
    await counter.follow(number)
    posts = await counter.posts(number)
    assert (posts["x-en"].state, posts["telegram-en"].state) == (State.CANCELLED, State.PLANNED)
    await door_messages.take_in(counter.store, SARA, number, account)
    assert (await counter.standings(number))["x-en"] == "ready"


async def test_a_wall_time_is_one_in_a_zone_or_in_each_city(counter: Counter) -> None:
    number = await counter.queue()
    await door_messages.set_when(
        counter.store,
        counter.clock,
        SARA,
        number,
        When(local_at=datetime(2026, 9, 7, 18, 30), zone="Asia/Tokyo"),
    )
    await counter.schedule(number)
    post = (await counter.posts(number))["x-en"]
    assert (post.local_at, post.zone) == (datetime(2026, 9, 7, 18, 30), "Asia/Tokyo")
    assert post.planned_at == datetime(2026, 9, 7, 9, 30, tzinfo=UTC)


async def test_a_text_that_another_account_says_already_is_a_problem(counter: Counter) -> None:
    first = await counter.queue()
    await counter.schedule(first)
    number = await counter.queue(ENGLISH_TEXT, language="de", actor=SARA)
    cell = await counter.cell(number, "x-de")
    assert "text-too-similar" in {problem.code for problem in cell.problems}
    with pytest.raises(ScheduleError, match="Nothing is ready"):
        await counter.schedule(number)


async def test_pictures_go_out_as_they_were_frozen(counter: Counter) -> None:
    number = await counter.queue()
    await door_pictures.attach(counter.store, SARA, number, picture("JPEG", (640, 480)))
    assert (await counter.standings(number))["x-en"] == "problem"
    await door_pictures.describe(counter.store, SARA, counter.campaign, number, 0, "en", "A balloon")
    await counter.schedule(number)
    shown = (await counter.posts(number))["x-en"].body["media"]
    assert [(each["alt"], each["width"]) for each in shown] == [("A balloon", 640)]
    async with counter.store.read() as connection:
        found = await connection.execute(select(media.c.data).where(media.c.sha256 == shown[0]["sha256"]))
        assert found.scalar_one()


async def test_a_text_of_somebody_else_is_read_by_a_second_person_before_it_goes_out(
    counter: Counter,
) -> None:
    number = await counter.queue()
    await counter.say(number, "tr", TURKISH_TEXT, TURK)
    assert (await counter.standings(number))["x-tr"] == "problem"
    with pytest.raises(Forbidden, match="somebody else"):
        await counter.confirm(number, "tr", TURK)
    await counter.confirm(number, "tr", SECOND_TURK)
    assert (await counter.standings(number))["x-tr"] == "ready"
    await counter.say(number, "tr", TURKISH_TEXT.replace("gece", "akşam"), TURK)
    assert (await counter.standings(number))["x-tr"] == "problem"


async def test_whoever_edits_one_language_sees_and_changes_that_alone(counter: Counter) -> None:
    number = await counter.queue()
    await counter.say(number, "de", GERMAN_TEXT, GERMAN)
    await counter.confirm(number, "de", SARA)
    assert set(await counter.standings(number, GERMAN)) == {"telegram-de", "x-de"}
    with pytest.raises(Forbidden):
        await counter.say(number, "tr", TURKISH_TEXT, GERMAN)
    for act in (counter.schedule, counter.drop):
        with pytest.raises(Forbidden):
            await act(number, actor=GERMAN)
    with pytest.raises(Forbidden):
        await counter.hold(number, actor=GERMAN)
    own = await counter.queue(GERMAN_TEXT.replace("Ballons", "Lichter"), GERMAN, "de")
    await counter.schedule(own, GERMAN)
    assert set(await counter.posts(own)) == {"telegram-de", "x-de"}


@pytest.mark.parametrize(
    "actor", [VIEWER, Actor("cap", grants=(Grant(Role.CAPTAIN, "city:tokyo"),)), Actor("nobody", grants=())]
)
async def test_whoever_is_no_editor_sees_and_does_nothing(counter: Counter, actor: Actor) -> None:
    number = await counter.queue()
    for attempt in (counter.look, counter.schedule, counter.drop, counter.follow):
        with pytest.raises(Forbidden):
            await attempt(number, actor)
    with pytest.raises(Forbidden):
        await counter.queue(actor=actor)
    with pytest.raises(Forbidden):
        await counter.hold(number, actor=actor)
