"""What a volunteer gets of a prompt: the whole card, only "ready", or nothing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from schedules.people import people, volunteers
from schedules.people.volunteers import LEVELS, Level, Rhythm
from schedules.store.tables import campaign, delivery, person, trace
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.telegram.people import Person

SIGNING = datetime(2027, 2, 2, 5, 0, tzinfo=UTC)
"""The morning of the day on which everybody is asked to sign."""
WRITING = datetime(2027, 2, 3, 5, 0, tzinfo=UTC)
"""The morning of the day on which those who act in public are asked for a post."""
HOURS = timedelta(hours=5)


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=SIGNING) as stage:
        await stage.plan_prompts()
        yield stage


async def _morning(stage: BotStage) -> None:
    """The prompt is spread before nine and sent after it."""
    await stage.send_due()
    await stage.advance(HOURS)
    await stage.send_due()


async def _states(stage: BotStage) -> list[str]:
    async with stage.store.read() as connection:
        letters = select(delivery.c.state).where(delivery.c.kind.startswith("letter-"))
        return list((await connection.execute(letters)).scalars())


async def test_the_card_has_the_ask_why_effort_and_next_step(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await _morning(stage)
    text = ada.last.text
    assert text.startswith("Sign the petition\n\nOne signature, two minutes.")
    assert "Numbers open office doors" in text
    assert "Effort: small, a few minutes" in text
    assert "Next step: Tomorrow: one sentence of your own" in text
    assert text.count("#WhiteBalloons") == 1


async def test_a_card_waits_while_its_campaign_must_be_planned_again(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await stage.send_due()
    async with stage.store.write() as connection:
        kit = (await connection.execute(select(campaign.c.kit))).scalar_one()
        await connection.execute(campaign.update().values(kit="{}", planned_at=stage.means.clock.now()))
    await stage.advance(HOURS)
    await stage.send_due()
    assert "sent" not in await _states(stage)
    async with stage.store.write() as connection:
        await connection.execute(campaign.update().values(kit=kit, planned_at=stage.means.clock.now()))
    await stage.advance(timedelta(hours=1))
    await stage.send_due()
    assert ada.last.text.startswith("Sign the petition")


async def test_its_buttons_are_the_action_done_and_not_today(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await _morning(stage)
    assert ada.last.buttons == [["Sign the petition"], ["Done", "Not today"]]
    assert ada.last.button("Sign the petition")["url"] == "https://example.org/white-balloons/sign"


@pytest.mark.parametrize("city", ["aleppo", None])
async def test_where_it_is_guarded_the_phone_shows_only_that_something_is_ready(
    stage: BotStage, city: str | None
) -> None:
    ada = await stage.volunteer(city=city)
    await _morning(stage)
    assert ada.last.text == "Ready."
    assert ada.last.buttons == [["Open"], ["Hide"]]


async def test_what_arrived_on_a_guarded_phone_is_to_vanish(stage: BotStage) -> None:
    ada = await stage.volunteer(city="aleppo")
    await _morning(stage)
    async with stage.store.read() as connection:
        assert ada.last.id in (await connection.execute(select(trace.c.message))).scalars().all()


async def test_on_an_open_phone_nothing_is_remembered(stage: BotStage) -> None:
    await stage.volunteer()
    await _morning(stage)
    async with stage.store.read() as connection:
        assert (await connection.execute(select(trace))).all() == []


async def test_a_post_is_written_in_her_own_words(sqlite_url: str) -> None:
    async with bot_stage(sqlite_url, at=WRITING) as stage:
        await stage.plan_prompts()
        ada = await stage.volunteer(level=Level.PUBLIC)
        await _morning(stage)
        assert ada.last.buttons[0] == ["In my own words"]


@pytest.mark.parametrize(
    "chosen",
    [
        {"rhythm": Rhythm.PAUSED},
        {"paused_until": SIGNING + timedelta(days=1)},
    ],
)
async def test_who_paused_meanwhile_gets_nothing(stage: BotStage, chosen: dict[str, object]) -> None:
    ada = await stage.volunteer()
    await stage.send_due()
    await volunteers.change(stage.store, await _name(stage), **chosen)
    await stage.advance(HOURS)
    await stage.send_due()
    assert "petition" not in ada.phone
    assert "sent" not in await _states(stage)


async def test_what_is_beyond_her_level_meanwhile_does_not_come(sqlite_url: str) -> None:
    async with bot_stage(sqlite_url, at=WRITING) as stage:
        await stage.plan_prompts()
        ada = await stage.volunteer(level=Level.PUBLIC)
        await stage.send_due()
        for level in LEVELS[:2]:
            await volunteers.change(stage.store, await _name(stage), level=level)
        await stage.advance(HOURS)
        await stage.send_due()
        assert "own" not in ada.phone


async def test_who_blocks_the_bot_is_noticed_when_it_writes(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await stage.send_due()
    ada.block_bot()
    await stage.updates()
    await stage.advance(HOURS)
    await stage.send_due()
    known = await people.get(stage.store, await _name(stage))
    assert known is not None
    assert known.left_at is not None


async def test_seven_silent_days_bring_a_question(stage: BotStage) -> None:
    ada = await _silent(stage)
    assert ada.last.buttons[2:] == [["Go on every day", "Once a week"], ["Forget me"]]


async def test_the_answer_takes_the_question_away(stage: BotStage) -> None:
    ada = await _silent(stage)
    ada.press(ada.last, "Once a week")
    await stage.settle()
    assert ada.presses[-1].text == "Your task comes once a week."
    assert ada.last.buttons == [["Sign the petition"], ["Done", "Not today"]]
    known = await volunteers.get(stage.store, await _name(stage))
    assert known is not None
    assert known.rhythm is Rhythm.WEEKLY


async def test_going_on_makes_it_daily_again(stage: BotStage) -> None:
    ada = await _silent(stage)
    ada.press(ada.last, "Go on every day")
    await stage.settle()
    known = await volunteers.get(stage.store, await _name(stage))
    assert known is not None
    assert known.rhythm is Rhythm.DAILY
    assert known.active_on == known.today(stage.means.clock.now())


async def _silent(stage: BotStage) -> Person:
    ada = await stage.volunteer()
    await volunteers.change(stage.store, await _name(stage), active_on=SIGNING.date() - timedelta(days=7))
    await _morning(stage)
    return ada


async def _name(stage: BotStage) -> str:
    async with stage.store.read() as connection:
        return str((await connection.execute(select(person.c.id))).scalar_one())
