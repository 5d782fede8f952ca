"""The card of an action day: where people meet is told as it is now, or nothing is told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from schedules.action_days.meetings import Meeting, write_meeting
from schedules.commands.action_days import abort, move
from schedules.commands.actor import Actor
from schedules.commands.pauses import pause
from schedules.ledger.stepping import NO_PLACE
from schedules.people import volunteers
from schedules.planning.cities import lock_city, write_city
from schedules.store.tables import day_city, delivery, post
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.telegram.people import Person
from tests.support.volunteers_way import kept, press

T0 = datetime(2027, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=T0 - timedelta(days=5)) as stage:
        await stage.plan_letters()
        yield stage


async def _revealed(stage: BotStage, filled: Meeting) -> Person:
    """Somebody in Berlin who signed up and was told the place, which is B."""
    ada = await stage.volunteer()
    await stage.send_due()
    await press(stage, ada, "I’m coming")
    means = stage.means
    await write_meeting(
        stage.store, means.vault, means.clock, stage.campaign.id, "release", "berlin", filled
    )
    async with stage.store.write() as connection:
        await connection.execute(day_city.update().values(place="b"))
    await stage.advance(timedelta(days=4))
    await stage.send_due()
    return ada


async def test_the_place_that_counts_now_is_told_and_cannot_bring_markup(stage: BotStage) -> None:
    phone = (await _revealed(stage, Meeting(a="the fountain", b="the <b>gate</b> & bridge"))).phone
    assert "the <b>gate</b> & bridge" in phone
    assert "the fountain" not in phone


async def test_where_it_is_not_filled_in_the_letter_is_refused(stage: BotStage) -> None:
    phone = (await _revealed(stage, Meeting(a="the fountain"))).phone
    assert "The place is settled" not in phone
    assert await _revealing(stage) == [("refused", NO_PLACE)]


async def test_where_it_became_guarded_no_place_is_told(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await stage.send_due()
    await press(stage, ada, "I’m coming")
    means = stage.means
    await write_meeting(
        stage.store, means.vault, means.clock, stage.campaign.id, "release", "berlin", Meeting(a="the gate")
    )
    await stage.guard("berlin")
    await stage.advance(timedelta(days=4))
    await stage.send_due()
    assert "the gate" not in ada.phone
    assert await _revealing(stage) == [("refused", NO_PLACE)]


@pytest.mark.parametrize("status", ["aborted", "ended"])
async def test_a_letter_that_is_under_way_when_the_day_stops_is_not_sent(
    stage: BotStage, status: str
) -> None:
    ada = await stage.volunteer()
    await stage.control.refresh()
    await stage.dispatcher.tick()
    await stage.dispatcher.drain()
    await _stop(stage, "berlin", status)
    messages = len(ada.chat.messages)
    await stage.send_due()
    assert len(ada.chat.messages) == messages


async def test_what_arrived_in_a_guarded_city_opens_no_more_after_a_stop(stage: BotStage) -> None:
    ada = await stage.volunteer(city="aleppo")
    await stage.send_due()
    await _stop(stage, "aleppo", "aborted")
    await press(stage, ada, "Open")
    assert ada.last.text == "That is over."


async def test_the_next_ask_has_its_link_and_nothing_about_coming(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await stage.send_due()
    await press(stage, ada, "I’m coming")
    await stage.advance(timedelta(days=7))
    await stage.send_due()
    assert ada.last.buttons == [["Ask an elected office for an appointment"]]


async def test_whoever_paused_after_it_was_written_gets_nothing(stage: BotStage) -> None:
    ada = await stage.volunteer()
    row = await kept(stage)
    await volunteers.change(stage.store, row.person, paused_until=T0 + timedelta(days=9))
    messages = len(ada.chat.messages)
    await stage.send_due()
    assert len(ada.chat.messages) == messages


async def test_a_move_tells_the_other_place_and_an_abort_is_told_although_the_city_is_held(
    stage: BotStage,
) -> None:
    filled, means, campaign = Meeting(a="the fountain", b="the gate"), stage.means, stage.campaign
    ada, lena = await _revealed(stage, filled), Actor("lena")
    assert "the gate" in ada.phone
    names = (campaign, "release", "berlin")
    await move(stage.store, means.vault, means.clock, lena, *names, "a")
    await stage.send_due()
    assert "The meeting place has changed." in ada.phone
    assert "the fountain" in ada.phone
    await pause(stage.store, means.clock, lena, "city:berlin")
    await abort(stage.store, means.clock, lena, *names)
    await stage.send_due()
    assert "It does not take place here today." in ada.phone
    assert not ada.last.buttons


async def _revealing(stage: BotStage) -> list[tuple[str, str | None]]:
    """What became of the letters that tell the place."""
    async with stage.store.read() as connection:
        found = await connection.execute(
            select(delivery.c.state, delivery.c.reason)
            .join(post, post.c.id == delivery.c.post)
            .where(delivery.c.kind.startswith("letter-"), post.c.slot.startswith("release:where:"))
            .order_by(delivery.c.id)
        )
        return [(row.state, row.reason) for row in found]


async def _stop(stage: BotStage, city: str, status: str) -> None:
    """The day is over in a city, and nothing that is under way has heard of it."""
    clock, names = stage.means.clock, (stage.campaign.id, "release", city)
    async with stage.store.write() as connection:
        await lock_city(connection, clock, *names)
        await write_city(connection, clock, *names, status=status)
