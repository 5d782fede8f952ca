"""The end of a campaign: each volunteer is asked once, and silence forgets."""

from datetime import UTC, datetime, timedelta

from bot.telegram.farewells import ask_who_stays
from schedules.people.purge import forget_due
from schedules.store.tables import person, trace, volunteer
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_stale_campaign
from tests.support.volunteers_way import kept, press, rows_of

LAST_DAY = datetime(2027, 3, 31, 12, 0, tzinfo=UTC)
AFTER = LAST_DAY + timedelta(days=1)


async def _over(stage: BotStage) -> None:
    stage.world.clock.set(AFTER)
    await ask_who_stays(stage.means)


async def test_nobody_is_asked_while_the_campaign_runs(stage: BotStage) -> None:
    ada = await stage.volunteer()
    stage.world.clock.set(LAST_DAY)
    await ask_who_stays(stage.means)
    assert "over" not in ada.phone


async def test_each_is_asked_once(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await add_stale_campaign(stage.store)
    await _over(stage)
    await ask_who_stays(stage.means)
    assert ada.phone.count("The campaign is over.") == 1
    assert ada.last.buttons == [["Keep me a year"], ["Forget me"]]


async def test_who_wants_to_stay_is_kept_a_year(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await _over(stage)
    await press(stage, ada, "Keep me a year")
    assert "You are kept until March 31, 2028" in ada.last.text
    await stage.advance(timedelta(days=200))
    await forget_due(stage.store, stage.means.clock)
    assert await rows_of(stage, volunteer) == 1


async def test_silence_forgets_after_thirty_days(stage: BotStage) -> None:
    await stage.volunteer()
    await _over(stage)
    await forget_due(stage.store, stage.means.clock)
    assert await rows_of(stage, volunteer) == 1
    await stage.advance(timedelta(days=31))
    await forget_due(stage.store, stage.means.clock)
    assert await rows_of(stage, person, volunteer) == 0


async def test_who_wants_to_be_forgotten_is_at_once(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await _over(stage)
    await press(stage, ada, "Forget me")
    assert await rows_of(stage, person, volunteer) == 0


async def test_the_question_vanishes_from_a_guarded_phone(stage: BotStage) -> None:
    ada = await stage.volunteer(city="aleppo")
    await _over(stage)
    assert (ada.last.text, ada.last.buttons) == ("Ready.", [["Open"], ["Hide"]])
    assert await rows_of(stage, trace) == 1
    await press(stage, ada, "Open")
    assert "The campaign is over." in ada.last.text
    assert ada.last.buttons == [["Keep me a year"], ["Forget me"]]
    await stage.advance(timedelta(hours=25))
    assert "over" not in ada.phone


async def test_nobody_is_asked_at_night(stage: BotStage) -> None:
    ada = await stage.volunteer()
    stage.world.clock.set(AFTER.replace(hour=23))
    await ask_who_stays(stage.means)
    assert "over" not in ada.phone
    await stage.advance(timedelta(hours=9))
    await ask_who_stays(stage.means)
    assert "The campaign is over." in ada.phone


async def test_a_question_that_was_lost_is_not_asked_again(stage: BotStage) -> None:
    ada = await stage.volunteer()
    ada.block_bot()
    await stage.updates()
    await _over(stage)
    assert (await kept(stage)).keep_until is not None
