"""The last step: planning, holding and dropping."""

from datetime import timedelta

import pytest

from schedules.commands import door_messages
from schedules.commands.actor import Actor
from schedules.commands.posts import Filter, list_posts
from schedules.lifecycle import State
from schedules.planning.doors import DoorMessage
from tests.support.bot_stage import BotStage
from tests.support.queue_play import connect, plan, press_on, queue, showing, write
from tests.support.telegram.people import Person

TEXT = "One light for every family: https://example.org/light\n\n#WhiteBalloons"


@pytest.fixture
async def sara(stage: BotStage) -> Person:
    await connect(stage, "en")
    return await queue(stage, TEXT)


async def _states(stage: BotStage) -> list[State]:
    return [post.state for post in await list_posts(stage.store, Filter())]


async def _door(stage: BotStage) -> DoorMessage:
    return await door_messages.show(stage.store, Actor("test"), 1)


async def test_what_will_happen_is_shown_before_anything_is_planned(stage: BotStage, sara: Person) -> None:
    await press_on(stage, sara, "missing:", "Send it")
    told = showing(sara, "would be planned:").text
    assert told.startswith("2 posts would be planned:")
    assert "as soon as it is approved\ntelegram-en, x-en" in told
    assert "Nothing goes out before somebody has approved it." in told
    assert await _states(stage) == []
    await press_on(stage, sara, "would be planned:", "Back to the grid")
    assert await _states(stage) == []


async def test_local_times_are_told(stage: BotStage, sara: Person) -> None:
    await press_on(stage, sara, "missing:", "When")
    await press_on(stage, sara, "When does it go out?", "In an hour")
    await press_on(stage, sara, "missing:", "Send it")
    assert "(Europe/Berlin)\ntelegram-en, x-en" in showing(sara, "would be planned:").text


async def test_only_those_who_may_approve_are_told(stage: BotStage, sara: Person) -> None:
    sami = await stage.comes("sami", "approver")
    gila = await stage.comes("gila", "approver", scope="language:de")
    await plan(stage, sara)
    assert "sara has queued 2 posts that wait for your approval." in sami.phone
    assert "has queued" not in gila.phone
    assert "2 posts wait for approval now.\nTold: sami" in sara.phone


async def test_holding_takes_back_what_waits(stage: BotStage, sara: Person) -> None:
    await plan(stage, sara)
    await press_on(stage, sara, "missing:", "Hold all")
    await press_on(stage, sara, "Hold everything until when?", "Until I send it myself")
    assert await _states(stage) == [State.CANCELLED] * 2
    await plan(stage, sara)
    assert await _states(stage) == [State.PLANNED] * 2


async def test_it_is_held_until_a_typed_time(stage: BotStage, sara: Person) -> None:
    await press_on(stage, sara, "missing:", "Hold all")
    await press_on(stage, sara, "Hold everything until when?", "Type a time")
    await write(stage, sara, "when I wake up")
    await write(stage, sara, "09:00")
    until = (await _door(stage)).held_until
    assert until is not None
    assert timedelta() < until - stage.means.clock.now() <= timedelta(days=1)
    assert "Held until" in showing(sara, "missing:").text


async def test_it_is_dropped_after_a_second_look(stage: BotStage, sara: Person) -> None:
    await plan(stage, sara)
    await press_on(stage, sara, "missing:", "Drop it")
    assert await _states(stage) == [State.PLANNED] * 2
    await press_on(stage, sara, "Drop number 1?", "Yes, drop it")
    assert await _states(stage) == [State.CANCELLED] * 2
    assert "It was dropped." in showing(sara, "missing:").text


async def test_pressing_twice_plans_nothing_twice(stage: BotStage, sara: Person) -> None:
    await press_on(stage, sara, "missing:", "Send it")
    told = showing(sara, "would be planned:")
    sara.press(told, "Plan it now")
    sara.press(told, "Plan it now")
    await stage.settle()
    assert await _states(stage) == [State.PLANNED] * 2
    assert "Nothing is ready that is not planned already." in sara.phone
