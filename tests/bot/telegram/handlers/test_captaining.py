"""The captain's card in her hand: four keys, numbers that she writes, and what nobody is to send."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.telegram.handlers import captaining
from schedules.action_days import calls
from schedules.commands.pauses import paused
from schedules.people import people, roles, traces
from schedules.people.roles import Grant, Role
from schedules.planning.cities import Status, city_state
from schedules.store.tables import audit, check_in
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.captain_stage import DAY, T0, captain_of, fill_in, got, plain, played, said, until
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, press

TELLING: dict[str, dict[str, Any]] = {
    "voice": {"file_id": "v", "file_unique_id": "v", "duration": 3},
    "location": {"latitude": 52.5, "longitude": 13.4},
}
NOTED = "Noted for Berlin: about {} people."


@pytest.fixture
async def stage(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BotStage]:
    monkeypatch.setattr(captaining, "TOLD", captaining.Told())
    cities = ("berlin", "paris", "aleppo")
    async with bot_stage(sqlite_url, at=T0 - timedelta(hours=1), campaign=played(*cities)) as stage:
        yield stage


@pytest.fixture
async def lena(stage: BotStage) -> Person:
    """The captain of Berlin with her card."""
    await fill_in(stage)
    lena = await captain_of(stage, "lena")
    await until(stage, 0, -30)
    return lena


async def _status(stage: BotStage) -> Status:
    return (await city_state(stage.store, stage.campaign.id, DAY, "berlin")).status


def _card(person: Person) -> str:
    [shown] = person.chat.pinned
    return plain(shown.text)


async def test_the_card_says_what_to_do_without_a_signal(stage: BotStage, lena: Person) -> None:
    assert _card(lena) == (
        "The moment of the white balloons · Berlin\n\n"
        "It begins at 1:00\u202fPM by your clock.\n"
        "Where: Under the plane tree\n\n"
        "Without a signal:\n"
        "• 1:00\u202fPM: begin.\n"
        "• 1:20\u202fPM: count the people and write the number here.\n"
        "• 4:00\u202fPM: say that you are home safe.\n"
        "What you write goes out by itself as soon as there is a signal.\n\n"
        "Legal help: +49 30 111\n"
        "First aid: +49 30 222"
    )


async def test_begun_counted_and_corrected(stage: BotStage, lena: Person) -> None:
    await until(stage, 0, 2)
    await press(stage, lena, "We have begun")
    begun = (await said(stage)).begun_at
    assert begun is not None
    assert await _status(stage) is Status.BEGUN
    await until(stage, 0, 5)
    await press(stage, lena, "✓ We have begun")
    assert (await said(stage)).begun_at == begun, "a second press says nothing new"
    await press(stage, lena, "How many")
    await press(stage, lena, "~100")
    assert "You counted about 100 people" in _card(lena)
    await until(stage, 0, 10)
    await ask(stage, lena, "\u200f١٢٠")
    assert (await said(stage)).people == 120
    assert NOTED.format(120) in got(lena)[-1]
    assert "You counted about 120 people" in _card(lena)
    async with stage.store.read() as connection:
        found = await connection.execute(
            select(audit.c.actor, audit.c.act, audit.c.object).order_by("number")
        )
        assert [tuple(row) for row in found][-3:] == [
            ("lena", "begun", "city:berlin"),
            ("lena", "counted", "city:berlin"),
            ("lena", "counted", "city:berlin"),
        ]


async def test_a_number_that_arrives_late_counts_at_its_own_time(stage: BotStage, lena: Person) -> None:
    await press(stage, lena, "We have begun")
    await until(stage, 0, 10)
    written = stage.means.clock.now()
    lena.send("80")
    await stage.advance(timedelta(minutes=20))
    lena.send("110")
    await stage.advance(timedelta(minutes=30))
    first, second = await stage.updates()
    for update in (second, first):
        await stage.router.handle(update)
    now = await said(stage)
    assert now.people == 110, "the later one counts, whichever arrives first"
    async with stage.store.read() as connection:
        found = await connection.execute(select(check_in).where(check_in.c.people == 80))
        row = found.one()
    assert abs(row.happened_at - written) < timedelta(seconds=2)
    assert row.told_at - row.happened_at > timedelta(minutes=49)


@pytest.mark.parametrize("text", ["12 people", "123456", "minus 3", "-3"])
async def test_what_is_no_bare_number_does_not_count(stage: BotStage, lena: Person, text: str) -> None:
    await press(stage, lena, "We have begun")
    await ask(stage, lena, text)
    assert (await said(stage)).people is None
    assert lena.last.text == "That is not understood here. Write /help."


async def test_a_number_before_the_hour_does_not_begin_it_and_one_after_it_does(
    stage: BotStage, lena: Person
) -> None:
    await ask(stage, lena, "20")
    assert ((await said(stage)).people, await _status(stage)) == (20, Status.PLANNED)
    await until(stage, 0, 20)
    assert "How many people are there?" in lena.last.text
    await ask(stage, lena, "60")
    assert ((await said(stage)).people, await _status(stage)) == (60, Status.BEGUN)


async def test_a_number_long_before_means_nothing(stage: BotStage) -> None:
    lena = await captain_of(stage, "lena")
    await ask(stage, lena, "20")
    assert (await said(stage)).people is None


async def test_danger_stops_the_city_and_is_told_at_once(stage: BotStage, lena: Person) -> None:
    noor, omar = await captain_of(stage, "noor"), await stage.comes("omar", "approver")
    paul = await captain_of(stage, "paul", "paris")
    await press(stage, lena, "Danger")
    assert [pause.scope for pause in await paused(stage.store)] == []
    await press(stage, lena, "Police")
    assert [(pause.scope, pause.actor) for pause in await paused(stage.store)] == [("city:berlin", "lena")]
    assert (await said(stage)).danger_at is not None
    for person in (noor, omar):
        assert "⚠ Danger: Police\nlena says so" in got(person)[-1]
    assert "Danger" not in "".join(got(paul))
    shown = _card(lena)
    assert "The organisers and deputies have been told." in shown
    assert "Legal help: +49 30 111\nFirst aid: +49 30 222" in shown
    await until(stage, 0, -20)
    assert _card(lena) == shown, "it stays until she goes back"
    await press(stage, lena, "Back to the card")
    assert "Stopped: nothing of your city goes out." in _card(lena)


async def test_danger_that_is_pressed_twice_is_told_once(stage: BotStage, lena: Person) -> None:
    omar = await stage.comes("omar", "approver")
    await press(stage, lena, "Danger")
    data = lena.chat.pinned[0].button("Attack")["callback_data"]
    for _ in range(3):
        lena.type_forged_callback(data, lena.chat.pinned[0])
    await stage.settle()
    assert sum("⚠ Danger: Attack" in text for text in got(omar)) == 1


async def test_a_second_danger_of_the_same_kind_is_told_as_well(stage: BotStage, lena: Person) -> None:
    omar = await stage.comes("omar", "approver")
    for _ in range(2):
        await press(stage, lena, "Danger")
        await press(stage, lena, "Attack")
        await stage.advance(timedelta(minutes=1))
        await press(stage, lena, "Back to the card")
    assert sum("⚠ Danger: Attack" in text for text in got(omar)) == 2


async def test_danger_that_nobody_hears_says_so(stage: BotStage, lena: Person) -> None:
    await press(stage, lena, "Danger")
    await press(stage, lena, "Somebody is hurt")
    assert "Nobody could be reached. Call somebody." in _card(lena)
    assert [pause.scope for pause in await paused(stage.store)] == ["city:berlin"]


async def test_two_taps_delay_and_the_card_shows_it_on_every_phone(stage: BotStage, lena: Person) -> None:
    noor = await captain_of(stage, "noor")
    await ask(stage, noor, "/card")
    await press(stage, lena, "Change")
    await press(stage, lena, "Delay by 30 minutes")
    for person in (lena, noor):
        assert "It begins at 1:30\u202fPM by your clock.\nThat is 30 minutes later" in _card(person)


async def test_two_taps_move(stage: BotStage, lena: Person) -> None:
    await press(stage, lena, "Change")
    await press(stage, lena, "Move to the other place")
    assert "Where: Behind the north gate" in _card(lena)


async def test_cancelling_is_asked_once_more(stage: BotStage, lena: Person) -> None:
    await press(stage, lena, "Change")
    await press(stage, lena, "Cancel")
    assert await _status(stage) is Status.PLANNED
    await press(stage, lena, "Yes, cancel it")
    assert await _status(stage) is Status.ABORTED
    assert "It does not take place." in _card(lena)


@pytest.mark.parametrize("sent", TELLING)
async def test_voices_and_places_are_declined_and_not_kept(stage: BotStage, sent: str) -> None:
    person = await stage.volunteer()
    shown = person._put({sent: TELLING[sent]}, None, "messages")
    await stage.settle()
    assert shown.deleted
    assert "Nothing of it was kept." in person.last.text


async def test_whose_role_was_taken_back_does_nothing_with_an_old_card(
    stage: BotStage, lena: Person
) -> None:
    name = (await people.called(stage.store, "lena")).id
    async with stage.store.write() as connection:
        await roles.withdraw(connection, name, Grant(Role.CAPTAIN, "city:berlin"))
        await roles.grant(connection, stage.means.clock, name, Grant(Role.CAPTAIN, "city:paris"), by="root")
    for label in ("How many", "We have begun", "Danger"):
        await press(stage, lena, label)
        assert "That was not done." in lena.last.text
    assert await _status(stage) is Status.PLANNED


async def test_in_a_guarded_city_everything_is_behind_a_tap_and_nothing_is_pinned(stage: BotStage) -> None:
    amal = await captain_of(stage, "amal", "aleppo")
    await until(stage, 0, -30)
    text = amal.last.text
    assert text.startswith("Ready.\n\n")
    assert amal.chat.pinned == []
    await press(stage, amal, "Danger")
    assert amal.last.text.startswith("Ready.\n\n")
    await press(stage, amal, "Weather")
    assert amal.last.text.startswith("Ready.\n\n")
    await ask(stage, amal, "/card")
    person = (await people.called(stage.store, "amal")).id
    known = await traces.of(stage.store, person)
    assert {message.id for message in amal.chat.messages[-2:]} <= set(known)


async def test_whoever_asks_for_the_card_again_has_one(stage: BotStage, lena: Person) -> None:
    await ask(stage, lena, "/card")
    [shown] = lena.chat.pinned
    assert sum("Without a signal:" in text for text in got(lena)) == 1
    found = await calls.of_day(stage.store, stage.campaign.id, DAY)
    assert [one.message for one in found["berlin"] if one.step == calls.CARD] == [shown.id]


async def test_without_an_action_day_there_is_no_card(sqlite_url: str) -> None:
    async with bot_stage(sqlite_url, at=datetime(2027, 1, 5, tzinfo=UTC)) as stage:
        lena = await captain_of(stage, "lena")
        await ask(stage, lena, "/card")
        assert lena.last.text == "No action day of yours is less than a day away."
