"""An approver decides, is too late, or takes it back."""

import pytest

from schedules.commands import door_messages
from schedules.commands.actor import Actor
from schedules.commands.posts import Filter, list_posts
from schedules.lifecycle import State
from tests.support.bot_stage import BotStage
from tests.support.queue_play import (
    connect,
    open_pending,
    plan,
    press,
    press_on,
    prove,
    queue,
    showing,
    write,
    writes,
)
from tests.support.telegram.people import Person

TEXT = "One light for every family: https://example.org/light\n\n#WhiteBalloons"


@pytest.fixture
async def sara(stage: BotStage) -> Person:
    await connect(stage, "en")
    return await queue(stage, TEXT)


@pytest.fixture
async def sami(stage: BotStage, sara: Person) -> Person:
    person = await stage.comes("sami", "approver")
    await plan(stage, sara)
    await prove(stage, person)
    return person


async def _states(stage: BotStage) -> list[State]:
    return sorted(post.state for post in await list_posts(stage.store, Filter()))


async def test_what_changed_since_it_was_seen_is_not_approved(
    stage: BotStage, sara: Person, sami: Person
) -> None:
    await open_pending(stage, sami)
    await writes(stage, sara, "en", TEXT.replace("One", "A"))
    await press(stage, sami, "Approve")
    assert "has changed since you saw it. Look at it again." in sami.phone
    assert showing(sami, "A light for every family")
    assert await _states(stage) == [State.PLANNED] * 2


async def test_a_walk_that_is_out_of_date_approves_nothing(
    stage: BotStage, sara: Person, sami: Person
) -> None:
    await open_pending(stage, sami)
    await press(stage, sami, "›")
    await writes(stage, sara, "en", TEXT.replace("One", "A"))
    await press_on(stage, sami, "One light", "Approve all 2 of this message")
    assert "Walk through it again." in sami.phone
    assert await _states(stage) == [State.PLANNED] * 2


async def test_a_group_is_taken_back_together(stage: BotStage, sara: Person, sami: Person) -> None:
    await open_pending(stage, sami)
    await press(stage, sami, "›")
    await press(stage, sami, "Approve all 2 of this message")
    assert await _states(stage) == [State.READY] * 2
    await press(stage, sami, "Take it back")
    assert await _states(stage) == [State.PLANNED] * 2
    assert "sami has taken the approval back: 1, 2" in sara.phone


async def test_pressing_approve_twice_does_no_harm(stage: BotStage, sami: Person) -> None:
    await open_pending(stage, sami)
    post = sami.last
    sami.press(post, "Approve")
    sami.press(post, "Approve")
    await stage.settle()
    assert (await _states(stage)).count(State.READY) == 1
    assert "is decided already" in sami.phone


async def test_a_rejected_post_is_not_brought_back_by_its_author(
    stage: BotStage, sara: Person, sami: Person
) -> None:
    await open_pending(stage, sami)
    await press(stage, sami, "Reject")
    await write(stage, sami, "Not tonight <please>")
    assert "sami has rejected" in sara.phone
    assert "Not tonight <please>" in sara.phone
    await door_messages.set_text(
        stage.store, Actor("sara"), stage.campaign, 1, "en", TEXT.replace("One", "A")
    )
    assert await _states(stage) == [State.CANCELLED, State.PLANNED]


async def test_without_a_reason_nothing_is_rejected(stage: BotStage, sami: Person) -> None:
    await open_pending(stage, sami)
    await press(stage, sami, "Reject")
    await write(stage, sami, "x" * 501)
    assert "Write one to 500 characters." in sami.phone
    assert await _states(stage) == [State.PLANNED] * 2


async def test_a_wish_reaches_the_author_and_the_post_goes_on_waiting(
    stage: BotStage, sara: Person, sami: Person
) -> None:
    await open_pending(stage, sami)
    await press(stage, sami, "Ask for a change")
    await write(stage, sami, "Name the street")
    assert "sami asks for a change in" in showing(sara, "Name the street").text
    assert await _states(stage) == [State.PLANNED] * 2
    await writes(stage, sara, "en", "Light Street: https://example.org/light\n\n#WhiteBalloons")
    assert "sara has made the change that you asked for: 1. To look: /pending" in sami.phone
