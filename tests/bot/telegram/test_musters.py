"""Captains are asked, one after the other, and silence is passed on; whoever is not home safe loses access."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.telegram import musters as chore
from bot.telegram.captaincards import facts, found
from bot.telegram.choices import code
from bot.telegram.musters import Musters
from content.models import Campaign
from schedules.action_days import calls
from schedules.people import audit, people
from schedules.planning.cities import Status, lock_city, write_city
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.captain_stage import DAY, LONG_AGO, T0, captain_of, got, played, until
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, press

ROLL_CALL = "Will you be there?"
HOW_MANY = "How many people are there?"
HOME = "Are you home safe?"


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    begins = T0 - timedelta(hours=3, minutes=10)
    async with bot_stage(sqlite_url, at=begins, campaign=played("berlin")) as stage:
        yield stage


def asked(person: Person, what: str) -> int:
    return sum(what in text for text in got(person))


async def test_silence_goes_to_the_deputy_and_then_to_the_organisers(stage: BotStage) -> None:
    lena, noor = await captain_of(stage, "lena"), await captain_of(stage, "noor")
    omar = await stage.comes("omar", "approver")
    await until(stage, -3)
    await until(stage, -3, 29)
    assert (asked(lena, ROLL_CALL), asked(noor, ROLL_CALL)) == (1, 0)
    await until(stage, -3, 31)
    await until(stage, -3, 59)
    assert (asked(lena, ROLL_CALL), asked(noor, ROLL_CALL), asked(omar, "⚠")) == (1, 1, 0)
    await until(stage, -3, 62)
    await until(stage, -1)
    assert (asked(noor, ROLL_CALL), asked(omar, "Nobody there answers the roll call")) == (1, 1)


async def test_one_tap_answers_and_whoever_took_over_gets_the_card_as_well(stage: BotStage) -> None:
    lena, noor = await captain_of(stage, "lena"), await captain_of(stage, "noor")
    omar = await stage.comes("omar", "approver")
    await until(stage, -3)
    await until(stage, -2, -29)
    await press(stage, noor, "I am here")
    await until(stage, -1)
    assert asked(omar, "⚠") == 0
    await until(stage, 0, -30)
    for person in (lena, noor):
        [shown] = person.chat.pinned
        assert "It begins at" in shown.text
        assert [row[0] for row in shown.buttons] == ["We have begun", "How many", "Change", "Danger"]


async def test_whoever_answers_late_has_answered_all_the_same(stage: BotStage) -> None:
    lena, noor = await captain_of(stage, "lena"), await captain_of(stage, "noor")
    omar = await stage.comes("omar", "approver")
    await until(stage, -3)
    await until(stage, -3, 31)
    await press(stage, lena, "I am here")
    await until(stage, -1)
    assert (asked(noor, ROLL_CALL), asked(omar, "⚠")) == (1, 0)


async def test_a_deputy_who_is_away_is_not_asked_before_the_others(stage: BotStage) -> None:
    lena, noor = await captain_of(stage, "lena"), await captain_of(stage, "noor")
    lena.send("/away 2")
    await stage.settle()
    await until(stage, -3)
    assert (asked(lena, ROLL_CALL), asked(noor, ROLL_CALL)) == (0, 1)


async def test_cities_without_a_captain_are_told_at_once_in_one_message(sqlite_url: str) -> None:
    cities = ("berlin", "paris", "london")
    async with bot_stage(sqlite_url, at=T0 - timedelta(hours=4), campaign=played(*cities)) as stage:
        await captain_of(stage, "lena")
        omar = await stage.comes("omar", "approver")
        await until(stage, -3)
        await Musters(stage.means, since=LONG_AGO).keep()
        [told] = [text for text in got(omar) if "nobody is captain" in text]
        assert ("Paris" in told, "London" in told, "Berlin" in told) == (True, True, False)


async def test_a_city_without_news_is_looked_at_again_after_a_minute(stage: BotStage) -> None:
    omar, musters = await stage.comes("omar", "approver"), Musters(stage.means, since=LONG_AGO)
    await until(stage, -3)
    await musters.keep()
    lena = await captain_of(stage, "lena")
    await musters.keep()
    assert (asked(omar, "nobody is captain"), asked(lena, ROLL_CALL)) == (1, 0)
    await stage.advance(timedelta(minutes=1))
    await musters.keep()
    assert (asked(omar, "nobody is captain"), asked(lena, ROLL_CALL)) == (1, 1)


async def test_whoever_cannot_be_reached_is_asked_again_and_soon_passed_over(stage: BotStage) -> None:
    lena, noor = await captain_of(stage, "lena"), await captain_of(stage, "noor")
    lena.deactivate()
    await until(stage, -3)
    await until(stage, -3, 4)
    assert asked(noor, ROLL_CALL) == 0
    await until(stage, -3, 6)
    assert asked(noor, ROLL_CALL) == 1


async def test_nobody_is_asked_how_many_where_it_is_called_off(stage: BotStage) -> None:
    lena = await captain_of(stage, "lena")
    await until(stage, -3)
    await press(stage, lena, "I am here")
    await _set(stage, Status.ABORTED)
    await until(stage, 0, 20)
    await until(stage, 3)
    assert (asked(lena, HOW_MANY), asked(lena, HOME)) == (0, 0)


async def test_who_is_silent_in_the_evening_loses_access_and_the_others_hear(stage: BotStage) -> None:
    lena, noor = await captain_of(stage, "lena"), await captain_of(stage, "noor")
    omar = await stage.comes("omar", "approver")
    await until(stage, -3)
    await press(stage, lena, "I am here")
    await until(stage, 0, -30)
    await _set(stage, Status.ENDED)
    await until(stage, 3)
    assert (asked(lena, HOME), asked(noor, HOME)) == (1, 0)
    await until(stage, 3, 29)
    assert (await people.called(stage.store, "lena")).locked_at is None
    await until(stage, 3, 31)
    await until(stage, 3, 40)
    assert (await people.called(stage.store, "lena")).locked_at is not None
    assert (await people.called(stage.store, "noor")).locked_at is None
    for person in (noor, omar):
        assert asked(person, "lena has been asked 30 minutes ago whether they are home safe") == 1
        assert "/unlock lena" in got(person)[-1]
    assert (asked(lena, HOME), lena.chat.pinned) == (0, []), "nothing of the day is left on her phone"
    assert [(one.actor, one.act, one.object) for one in await audit.records(stage.store, 1)] == [
        ("bot", "locked", "lena")
    ]
    assert asked(noor, HOME) == 0


async def test_in_a_guarded_city_nothing_at_all_is_left_on_the_phone(sqlite_url: str) -> None:
    begins = T0 - timedelta(hours=1)
    async with bot_stage(sqlite_url, at=begins, campaign=played("aleppo")) as stage:
        amal = await captain_of(stage, "amal", "aleppo")
        await ask(stage, amal, "/card")
        await until(stage, 3)
        await until(stage, 3, 31)
        assert got(amal) == []


async def test_after_the_day_an_answer_in_time_locks_nobody_out(stage: BotStage) -> None:
    lena = await captain_of(stage, "lena")
    await until(stage, 3)
    await press(stage, lena, "I am home safe")
    await until(stage, 4)
    assert (await people.called(stage.store, "lena")).locked_at is None
    assert asked(lena, "You are home safe. Thank you.") >= 1


async def test_who_has_said_that_they_are_home_or_was_away_before_is_not_asked_again_nor_locked(
    sqlite_url: str,
) -> None:
    begins = T0 - timedelta(hours=3, minutes=10)
    async with bot_stage(sqlite_url, at=begins, campaign=_asking_twice()) as stage:
        lena, noor = await captain_of(stage, "lena"), await captain_of(stage, "noor")
        paul = await captain_of(stage, "paul")
        await ask(stage, paul, "/card")
        await until(stage, -3)
        await until(stage, -3, 31)
        for person in (lena, noor):
            await press(stage, person, "I am here")
        await until(stage, 1)
        await ask(stage, noor, "/away 2")
        await until(stage, 2)
        assert [asked(person, HOME) for person in (lena, noor, paul)] == [1, 0, 1]
        await press(stage, lena, "I am home safe")
        await ask(stage, paul, "/away 2")
        await until(stage, 2, 31)
        await until(stage, 3)
        await until(stage, 3, 31)
        assert (asked(lena, HOME), asked(noor, HOME)) == (0, 0), "her question says that she is home"
        assert [await _is_locked(stage, name) for name in ("lena", "noor", "paul")] == [
            False,
            False,
            True,
        ], "to go away is no answer to whether one is home"


async def test_a_deputy_who_took_the_card_is_asked_whether_they_are_home(stage: BotStage) -> None:
    lena, noor = await captain_of(stage, "lena"), await captain_of(stage, "noor")
    paul = await captain_of(stage, "paul")
    await ask(stage, noor, "/card")
    await until(stage, 3)
    assert [asked(person, HOME) for person in (lena, noor, paul)] == [0, 1, 0]
    await until(stage, 3, 31)
    assert [await _is_locked(stage, name) for name in ("lena", "noor", "paul")] == [False, True, False]


async def test_nobody_is_locked_out_while_their_answer_may_wait_unheard(stage: BotStage) -> None:
    lena = await captain_of(stage, "lena")
    await until(stage, 3)
    await stage.advance(timedelta(minutes=31))
    musters = Musters(stage.means, since=stage.means.clock.now())
    await musters.keep()
    await stage.advance(timedelta(minutes=6))
    stage.world.fail("getMe", "status")
    await musters.keep()
    await stage.advance(timedelta(minutes=4))
    await musters.keep()
    assert not await _is_locked(stage, "lena"), (
        "since Telegram was away it has not been heard for long enough"
    )
    await stage.advance(timedelta(minutes=1))
    await musters.keep()
    assert (await _is_locked(stage, "lena"), asked(lena, HOME)) == (True, 0)


async def test_a_phone_that_could_not_be_wiped_is_wiped_later_and_told_of_once(stage: BotStage) -> None:
    lena, noor = await captain_of(stage, "lena"), await captain_of(stage, "noor")
    await until(stage, 3)
    await stage.advance(timedelta(minutes=31))
    stage.world.fail("deleteMessages", "status")
    await Musters(stage.means, since=LONG_AGO).keep()
    assert (await _is_locked(stage, "lena"), asked(lena, HOME)) == (True, 1)
    await until(stage, 3, 33)
    assert (asked(lena, HOME), lena.chat.pinned) == (0, [])
    assert asked(noor, "lena has been asked") == 1


async def test_an_answer_that_comes_between_noting_silence_and_locking_counts(
    stage: BotStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    lena = await captain_of(stage, "lena")
    await until(stage, 3)
    gathering = await found(stage.means, code(f"{stage.campaign.id}|{DAY}|berlin"))
    assert gathering is not None
    [one] = [
        each
        for each in (await facts(stage.means, gathering)).asked_in(gathering)
        if each.step != calls.CARD
    ]
    await stage.advance(timedelta(minutes=31))
    assert await calls.pass_on(stage.store, stage.means.clock, gathering, one)
    before = await facts(stage.means, gathering)
    await press(stage, lena, "I am home safe")

    async def stale(*_: object) -> object:
        return before

    monkeypatch.setattr(chore, "facts", stale)
    await Musters(stage.means, since=LONG_AGO).keep()
    assert not await _is_locked(stage, "lena")


def _asking_twice() -> Campaign:
    """Berlin alone, where it is asked two and three hours after T-0 whether captains are home safe."""
    campaign = played("berlin")
    [day] = campaign.action_days
    [home] = [step for step in day.steps if step.id == "home-safe"]
    early = home.model_copy(update={"id": "home-early", "offset": timedelta(hours=2)})
    twice = day.model_copy(update={"steps": (*day.steps, early)})
    return campaign.model_copy(update={"action_days": (twice,)})


async def _is_locked(stage: BotStage, handle: str) -> bool:
    return (await people.called(stage.store, handle)).locked_at is not None


async def _set(stage: BotStage, status: Status) -> None:
    clock, keys = stage.means.clock, (stage.campaign.id, "release", "berlin")
    async with stage.store.write() as connection:
        await lock_city(connection, clock, *keys)
        await write_city(connection, clock, *keys, status=status.value)
