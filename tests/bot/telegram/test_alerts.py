from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.telegram.alerts import tell_alerts, tell_the_day_ahead
from schedules.action_days.changes import APPROVE_AGAIN
from schedules.commands.actor import Actor
from schedules.commands.captains import be_away
from schedules.people import people, volunteers
from schedules.people.roles import Role
from schedules.people.volunteers import Volunteer
from schedules.store.tables import day_city, day_count
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.deliveries import add_deliveries, add_stale_campaign
from tests.support.group_stage import captain


async def test_many_troubles_are_one_message(stage: BotStage) -> None:
    await stage.add_account("x-en", "rehearsal", {})
    edda = await stage.comes("edda", Role.EDITOR)
    now = stage.means.clock.now()
    await add_deliveries(
        stage.store,
        ["x-en"],
        20,
        due_at=now,
        state="refused",
        reason="Too <long>.",
        campaign=stage.campaign.id,
        changed_at=now,
    )
    before = len(edda.chat.messages)
    await stage.do_chores()
    (told,) = edda.chat.messages[before:]
    assert told.text.count("was refused") == 15
    assert "Too <long>." in told.text
    assert "and 5 more: /status" in told.text


async def test_whoever_left_is_not_told_and_stops_nobody_else(stage: BotStage) -> None:
    await stage.add_account("x-en", "rehearsal", {})
    edda, emil = await stage.comes("edda", Role.EDITOR), await stage.comes("emil", Role.EDITOR)
    edda.block_bot()
    now = stage.means.clock.now()
    await add_deliveries(
        stage.store, ["x-en"], 1, due_at=now, state="refused", campaign=stage.campaign.id, changed_at=now
    )
    await stage.do_chores()
    assert "was refused" in emil.phone
    assert "was refused" not in edda.phone


async def test_whoever_takes_part_in_a_campaign_that_nobody_can_read_is_told_of_the_others(
    stage: BotStage,
) -> None:
    await stage.add_account("x-en", "rehearsal", {})
    edda, emil = await stage.comes("edda", Role.EDITOR), await stage.comes("emil", Role.EDITOR)
    await add_stale_campaign(stage.store)
    now, known = stage.means.clock.now(), await people.called(stage.store, "edda")
    async with stage.store.write() as connection:
        await volunteers.join(connection, Volunteer(known.id, "stale", "en", "Europe/Berlin", 9), now)
    await add_deliveries(
        stage.store, ["x-en"], 1, due_at=now, state="refused", campaign=stage.campaign.id, changed_at=now
    )
    await stage.do_chores()
    for person in (edda, emil):
        assert person.phone.count("was refused") == 1


async def test_a_captain_hears_of_their_city_alone_and_while_away_the_deputy_does(stage: BotStage) -> None:
    await stage.add_account("group-berlin", "rehearsal", {}, city="berlin")
    await stage.add_account("x-en", "rehearsal", {})
    lena, noor = await captain(stage), await captain(stage, "noor")
    await be_away(stage.store, stage.means.clock, Actor("lena"), 2)
    now = stage.means.clock.now()
    values: dict[str, Any] = {
        "due_at": now,
        "state": "refused",
        "campaign": stage.campaign.id,
        "changed_at": now,
    }
    await add_deliveries(stage.store, ["group-berlin"], 1, city="berlin", reason="Hers.", **values)
    await add_deliveries(stage.store, ["x-en"], 1, reason="Not hers.", **values)
    await stage.do_chores()
    await stage.do_chores()
    assert noor.phone.count("Hers.") == 1
    assert "Not hers." not in noor.phone
    assert "refused" not in lena.phone


async def test_approvers_hear_at_once_that_a_change_was_not_told_or_waits_for_them(stage: BotStage) -> None:
    await stage.add_account("x-en", "rehearsal", {})
    orla, edda = await stage.comes("orla", Role.APPROVER), await stage.comes("edda", Role.EDITOR)
    now, campaign = stage.means.clock.now(), stage.campaign.id
    row = {"campaign": campaign, "day": "release", "city": "berlin", "status": "aborted", "ticked": []}
    async with stage.store.write() as connection:
        await connection.execute(
            day_city.insert().values(row | {"untold": "aborted", "untold_at": now, "changed_at": now})
        )
    await add_deliveries(
        stage.store, ["x-en"], 1, due_at=now, state="planned", reason=APPROVE_AGAIN, campaign=campaign
    )
    await stage.do_chores()
    await stage.do_chores()
    assert orla.phone.count("people there were not told") == 1
    assert orla.phone.count("waits for approval, now: /pending") == 1
    assert "not told" not in edda.phone


async def test_what_telegram_did_not_take_is_told_in_the_next_round(stage: BotStage) -> None:
    await stage.add_account("x-en", "rehearsal", {})
    edda = await stage.comes("edda", Role.EDITOR)
    now = stage.means.clock.now()
    await add_deliveries(
        stage.store, ["x-en"], 1, due_at=now, state="refused", campaign=stage.campaign.id, changed_at=now
    )
    stage.world.fail("sendMessage", "status")
    await tell_alerts(stage.means)
    assert "was refused" not in edda.phone
    await tell_alerts(stage.means)
    await tell_alerts(stage.means)
    assert edda.phone.count("was refused") == 1


@pytest.fixture
async def evening(sqlite_url: str) -> AsyncIterator[BotStage]:
    """Ten in the evening in Berlin, during the campaign, with two posts in English tomorrow."""
    async with bot_stage(sqlite_url, at=datetime(2027, 3, 10, 21, 0, tzinfo=UTC)) as stage:
        await stage.add_account("x-en", "rehearsal", {})
        due_at = stage.means.clock.now() + timedelta(hours=12)
        await add_deliveries(stage.store, ["x-en"], 2, due_at=due_at, campaign=stage.campaign.id)
        yield stage


async def test_each_is_told_of_the_day_ahead_within_their_scope_once(evening: BotStage) -> None:
    amal = await evening.comes("amal", Role.ADMIN)
    tuna = await evening.comes("tuna", Role.EDITOR, scope="language:tr")
    vera = await evening.comes("vera", Role.VIEWER, scope="language:en")
    lena = await captain(evening)
    await add_stale_campaign(evening.store)
    await tell_the_day_ahead(evening.means)
    evening.world.clock.advance(timedelta(minutes=30))
    await tell_the_day_ahead(evening.means)
    for person in (amal, vera):
        assert person.phone.count("2 posts are planned for tomorrow.") == 1
    assert tuna.phone.count("0 posts are planned for tomorrow.") == 1
    assert "Nothing in: Turkish." in tuna.phone
    assert "Nothing in: Arabic, French, German, and Turkish." in amal.phone
    assert "Nothing in" not in vera.phone
    assert "planned for tomorrow" not in lena.phone


async def test_ten_in_the_evening_is_by_the_clock_where_somebody_lives(evening: BotStage) -> None:
    paul = await evening.comes("paul", Role.VIEWER)
    wanda = await evening.comes("wanda", Role.VIEWER)
    means = evening.means
    known = await people.called(evening.store, "wanda")
    async with evening.store.write() as connection:
        new = Volunteer(known.id, evening.campaign.id, "en", "America/New_York", 9)
        await volunteers.join(connection, new, means.clock.now())
    await tell_the_day_ahead(means)
    assert "planned for tomorrow" in paul.phone
    assert "planned for tomorrow" not in wanda.phone
    evening.world.clock.advance(timedelta(hours=6))
    await tell_the_day_ahead(means)
    assert wanda.phone.count("planned for tomorrow") == 1
    assert paul.phone.count("planned for tomorrow") == 1


async def test_no_digest_before_the_evening_or_outside_the_campaign(stage: BotStage) -> None:
    edda = await stage.comes("edda", Role.EDITOR)
    stage.world.clock.advance(timedelta(hours=1))
    await stage.do_chores()
    assert "planned for tomorrow" not in edda.phone


async def test_who_approves_hears_that_the_count_is_closed_and_its_round_up_waits(stage: BotStage) -> None:
    await stage.add_account("x-en", "rehearsal", {})
    edda, omar = await stage.comes("edda", Role.EDITOR), await stage.comes("omar", Role.APPROVER)
    now = stage.means.clock.now()
    numbers = {"people": 3_184, "cities": 14, "of": 15, "by_city": {}}
    row = {"campaign": stage.campaign.id, "day": "release", "frozen_at": now, "numbers": numbers}
    async with stage.store.write() as connection:
        await connection.execute(day_count.insert(), [row])
    waiting: dict[str, Any] = {"state": "planned", "campaign": stage.campaign.id, "changed_at": now}
    await add_deliveries(stage.store, ["x-en"], 2, due_at=now, slot="release:first-count", **waiting)
    await stage.do_chores()
    await stage.do_chores()
    assert omar.phone.count("The count of release is closed. Approve the round-up: /pending") == 1
    assert "Approve the round-up" not in edda.phone
