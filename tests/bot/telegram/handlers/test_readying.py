"""The list of a city on a phone: shown within a scope, ticked, and its permit said."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from content.loader import load_campaign
from content.models import Campaign, Changes, Permit
from schedules.commands.posts import Filter, list_posts
from schedules.lifecycle import State
from schedules.people.roles import Role
from schedules.planning.cities import city_state
from tests.support.bot_stage import EXAMPLE, BotStage, bot_stage
from tests.support.group_stage import captain
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, press

T0 = datetime(2027, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=T0 - timedelta(days=2)) as stage:
        yield stage


def labels(person: Person) -> list[str]:
    return [label for row in person.last.buttons for label in row]


async def test_a_captain_sees_the_list_of_her_city_and_ticks_it_in_place(stage: BotStage) -> None:
    lena = await captain(stage)
    await ask(stage, lena, "/ready")
    assert lena.last.text.startswith("The moment of the white balloons · Berlin")
    assert "T-0: March 20, 2027, 1:00\u202fPM by the clocks there" in lena.last.text
    assert "Time until T-0: 2 days" in lena.last.text
    assert "✗ Captain and deputy: 1 of 2 are there" in lena.last.text
    assert "✓ Permit: notified" in lena.last.text
    assert "✗ The loudspeaker has been tried: nobody has ticked it" in lena.last.text
    messages = len(lena.chat.messages)
    await press(stage, lena, "The loudspeaker has been tried")
    assert "✓ The loudspeaker has been tried\n" in f"{lena.last.text}\n"
    assert "✓ The loudspeaker has been tried" in labels(lena)
    assert len(lena.chat.messages) == messages
    state = await city_state(stage.store, stage.campaign.id, "release", "berlin")
    assert state.ticked == {"loudspeaker"}
    await press(stage, lena, "Places and numbers …")
    assert "Place A" in labels(lena)


async def test_a_permit_that_opens_says_to_plan_again(stage: BotStage) -> None:
    carla = await stage.comes("carla", Role.CAPTAIN, scope="city:gaziantep")
    omar = await stage.comes("omar", Role.APPROVER)
    await ask(stage, carla, "/ready")
    assert "✗ Permit: applied for" in carla.last.text
    await press(stage, carla, "Permit …")
    assert "✓ applied for" in labels(carla)
    await press(stage, carla, "granted")
    for person in (carla, omar):
        assert person.last.text.endswith("once the campaign is planned again: munasara plan white-balloons")
    assert "✓ Permit: granted" in carla.phone
    state = await city_state(stage.store, stage.campaign.id, "release", "gaziantep")
    assert state.permit is Permit.GRANTED


async def _say_permit(stage: BotStage, carla: Person, permit: str) -> None:
    await ask(stage, carla, "/ready")
    await press(stage, carla, "Permit …")
    await press(stage, carla, permit)


async def _places_told(stage: BotStage) -> set[str]:
    """The states of the letters that tell the place in Gaziantep."""
    found = await list_posts(stage.store, Filter(city="gaziantep"))
    return {one.state for one in found if one.slot.startswith("release:where:")}


async def test_the_gate_opens_with_the_next_plan_closes_at_once_and_opens_again(sqlite_url: str) -> None:
    async with bot_stage(sqlite_url, at=T0 - timedelta(days=2), campaign=_gaziantep()) as stage:
        carla = await stage.comes("carla", Role.CAPTAIN, scope="city:gaziantep")
        await stage.plan_letters()
        assert await _places_told(stage) == set()
        for _ in range(2):
            await _say_permit(stage, carla, "granted")
            await stage.plan_letters()
            assert await _places_told(stage) == {State.READY}
            await _say_permit(stage, carla, "needed, not applied for")
            assert await _places_told(stage) == {State.CANCELLED}


def _gaziantep() -> Campaign:
    """The example with two steps in one city, where the permit is not granted yet."""
    campaign = load_campaign(EXAMPLE)
    (day,) = campaign.action_days
    assert day.cities != "all"
    cities = tuple(each for each in day.cities if each.id == "gaziantep")
    steps = tuple(step for step in day.steps if step.id in {"come", "where"})
    one = day.model_copy(update={"cities": cities, "steps": steps, "changes": Changes()})
    return campaign.model_copy(update={"action_days": (one,)})


async def test_whoever_looks_after_several_cities_chooses_and_turns(stage: BotStage) -> None:
    amal = await stage.comes("amal", Role.ADMIN)
    await ask(stage, amal, "/ready")
    assert len(labels(amal)) == 18
    await press(stage, amal, "✗ Hamburg · The moment of the white balloons")
    await press(stage, amal, "‹")
    assert "· Berlin" in amal.last.text
    assert "‹" not in labels(amal)


async def test_a_captain_of_another_city_or_long_after_it_has_nothing_to_look_at(stage: BotStage) -> None:
    paula = await stage.comes("paula", Role.CAPTAIN, scope="city:atlantis")
    await ask(stage, paula, "/ready")
    assert "No action day is ahead in a city of yours." in paula.last.text
    lena = await captain(stage)
    await stage.advance(timedelta(days=4, minutes=-1))
    await ask(stage, lena, "/ready")
    assert "· Berlin" in lena.last.text
    await stage.advance(timedelta(minutes=1))
    await press(stage, lena, "Permit …")
    assert lena.last.text == "That is over."
