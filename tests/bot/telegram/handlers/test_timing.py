"""When a queued message goes out, and what it asks for."""

from datetime import datetime

import pytest

from bot.telegram.handlers.timing import wall_time, zones
from schedules.commands import door_messages
from schedules.commands.actor import Actor
from schedules.planning.doors import DoorMessage
from tests.schedules.planning.factories import campaign, city, wall
from tests.support.bot_stage import BotStage
from tests.support.queue_play import connect, press_on, queue, showing, write
from tests.support.telegram.people import Person

TEXT = "One light for every family: https://example.org/light\n\n#WhiteBalloons"
NOW = wall("2026-11-25 18:00")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("18:30", "2026-11-25 18:30"),
        ("17:30", "2026-11-26 17:30"),
        (" 2026-11-26 18:30 ", "2026-11-26 18:30"),
        ("٢٠٢٦-١١-٢٦ ١٨:٣٠", "2026-11-26 18:30"),
        ("9.05", "2026-11-26 09:05"),
    ],
)
def test_a_time_is_read_as_it_is_typed(typed: str, meant: str) -> None:
    assert wall_time(typed, NOW) == wall(meant)


@pytest.mark.parametrize("typed", ["", "soon", "25:00", "2026-02-30 10:00", "18:60", "18", "2026-11-26"])
def test_what_is_no_time_is_none(typed: str) -> None:
    assert wall_time(typed, NOW) is None


def test_the_clocks_of_the_campaign_come_first_and_each_once() -> None:
    places = (city("berlin", "Europe/Berlin"), city("tokyo", "Asia/Tokyo"), city("osaka", "Asia/Tokyo"))
    assert zones(campaign(cities=places)) == ["Europe/Berlin", "Asia/Tokyo"]


@pytest.fixture
async def sara(stage: BotStage) -> Person:
    await connect(stage, "en")
    return await queue(stage, TEXT)


async def _door(stage: BotStage) -> DoorMessage:
    return await door_messages.show(stage.store, Actor("test"), 1)


async def test_in_an_hour(stage: BotStage, sara: Person) -> None:
    await press_on(stage, sara, "missing:", "When")
    await press_on(stage, sara, "When does it go out?", "In an hour")
    at = (await _door(stage)).when.exact_at
    assert at is not None
    assert 3_590 < (at - stage.means.clock.now()).total_seconds() <= 3_600
    await press_on(stage, sara, "missing:", "When")
    await press_on(stage, sara, "When does it go out?", "As soon as it is approved")
    assert (await _door(stage)).when.exact_at is None


async def test_a_typed_time_is_meant_by_some_clocks(stage: BotStage, sara: Person) -> None:
    await press_on(stage, sara, "missing:", "When")
    await press_on(stage, sara, "When does it go out?", "Type a time")
    await write(stage, sara, "tomorrow")
    await write(stage, sara, "2031-11-26 18:30")
    zone = showing(sara, "by which clocks?").buttons[0][0]
    assert zone.endswith("(Europe/Berlin)")
    await press_on(stage, sara, "by which clocks?", zone)
    when = (await _door(stage)).when
    assert (when.local_at, when.zone) == (datetime(2031, 11, 26, 18, 30), "Europe/Berlin")
    assert "(Europe/Berlin)" in showing(sara, "missing:").text


async def test_a_year_of_no_campaign_is_refused_in_words(stage: BotStage, sara: Person) -> None:
    await press_on(stage, sara, "missing:", "When")
    await press_on(stage, sara, "When does it go out?", "Type a time")
    await write(stage, sara, "9999-12-31 23:59")
    await press_on(stage, sara, "by which clocks?", showing(sara, "by which clocks?").buttons[0][0])
    assert showing(sara, "No campaign has dates after 2100. Correct the year.")
    assert (await _door(stage)).when.local_at is None


async def test_or_by_those_of_each_city(stage: BotStage, sara: Person) -> None:
    await press_on(stage, sara, "missing:", "When")
    await press_on(stage, sara, "When does it go out?", "Type a time")
    await write(stage, sara, "2031-11-26 18:30")
    await press_on(stage, sara, "by which clocks?", "The clocks of each city")
    assert (await _door(stage)).when.zone is None
    assert "by the clocks of each city" in showing(sara, "missing:").text


async def test_a_time_that_is_over_is_refused(stage: BotStage, sara: Person) -> None:
    await press_on(stage, sara, "missing:", "When")
    await press_on(stage, sara, "When does it go out?", "Type a time")
    await write(stage, sara, "2001-11-26 18:30")
    await press_on(stage, sara, "by which clocks?", showing(sara, "by which clocks?").buttons[0][0])
    assert "That time is over. Give one to come." in sara.phone


async def test_it_can_ask_for_what_a_message_of_the_campaign_asks_for(
    stage: BotStage, sara: Person
) -> None:
    await press_on(stage, sara, "missing:", "What it asks for")
    label = showing(sara, "What does it ask").buttons[1][0]
    await press_on(stage, sara, "What does it ask", label)
    assert (await _door(stage)).ask.text["en"] == label
    await press_on(stage, sara, "missing:", "What it asks for")
    await press_on(stage, sara, "What does it ask", "To share it")
    assert (await _door(stage)).ask.kind == "share"
