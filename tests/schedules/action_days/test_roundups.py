import asyncio
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from content.crowds import Crowd
from content.richtext import from_json, plain
from schedules.action_days import checkins
from schedules.action_days.checkins import What
from schedules.action_days.counts import frozen
from schedules.action_days.roundups import close_counts
from schedules.commands.alerts import Alert, Trouble, new_alerts
from schedules.commands.plans import record_plan
from schedules.lifecycle import State
from schedules.planning.changes import Change
from schedules.planning.cities import GENERAL
from schedules.planning.destinations import AccountView
from schedules.planning.kits import Kits
from schedules.planning.record import Outcome
from schedules.store.engine import Store
from schedules.store.tables import campaign, day_city, kit_media
from tests.support.deliveries import add_accounts, add_stale_campaign
from tests.support.folders import picture
from tests.support.office import AMAL, Office

TOLD = (
    'We were {{ count.people | plural(one="{n} person", other="about {n} people") }} '
    "in {{ count.cities }} of {{ count.of }} cities."
)
CITY = """\
[[cities]]
id = "{}"
name = {{en = "{}"}}
zone = "Europe/Berlin"
territory = "DE"
languages = ["en"]
risk = "{}"

"""
RISE = """\
title = {en = "The balloons rise"}
at = 2026-09-05T12:00:00
cities = "all"

[[steps]]
id = "count"
kind = "count_closes"
offset = "2h"

[[steps]]
id = "told"
kind = "round_up"
offset = "2h30m"
message = "told"
channels = ["telegram"]
late_by = "1h"
"""
SLOT = "rise:told/1"


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    """A day at noon in three cities, one of them guarded, and its round-up in two languages of one account each."""
    office = Office(store, tmp_path)
    office.write()
    named = (("berlin", "open"), ("lyon", "open"), ("aleppo", "guarded"))
    office.edit("cities.toml", "".join(CITY.format(name, name, risk) for name, risk in named))
    office.edit("action_days/rise.toml", RISE)
    launch = office.folder / "messages/launch/message.toml"
    office.edit("messages/told/message.toml", launch.read_bytes())
    office.say(TOLD, message="told")
    return await office.open()


async def reported(office: Office, city: str, people: int) -> None:
    async with office.store.write() as connection:
        await checkins.write(
            connection,
            office.clock,
            "balloons",
            "rise",
            city,
            What.PEOPLE,
            happened_at=office.clock.now(),
            people=people,
        )


async def look(office: Office, berlin: str) -> None:
    """What a worker does now and then."""
    office.clock.set(datetime.fromisoformat(f"2026-09-05T{berlin}+02:00"))

    async def views(_: Store) -> tuple[AccountView, ...]:
        return office.accounts

    await close_counts(office.store, office.clock, Kits(office.store), views)


async def told(office: Office) -> list[Alert]:
    """What somebody hears of the round-up."""
    alerts = await new_alerts(office.store, office.clock, Kits(office.store))
    return [alert for alert in alerts if alert.trouble in {Trouble.ROUND_UP, Trouble.UNTOLD}]


async def text_of(office: Office) -> str:
    return plain(from_json((await office.posts())[SLOT].body["text"])).splitlines()[0]


async def counted(office: Office) -> Office:
    """Planned, reported, and the count has closed."""
    assert (await office.plan()).counts == {}
    office.clock.set(datetime.fromisoformat("2026-09-05T13:00:00+02:00"))
    await reported(office, "berlin", 1_230)
    await reported(office, "aleppo", 40)
    await look(office, "13:59")
    assert await office.posts() == {}
    await look(office, "14:00")
    return office


async def test_a_campaign_that_nobody_can_read_keeps_no_count_open(office: Office) -> None:
    await office.plan()
    await add_stale_campaign(office.store)
    await look(office, "14:00")
    assert await frozen(office.store, "balloons", "rise") is not None


async def test_two_workers_freeze_the_numbers_once_and_later_reports_change_nothing(office: Office) -> None:
    await office.plan()
    office.clock.set(datetime.fromisoformat("2026-09-05T13:00:00+02:00"))
    await reported(office, "berlin", 1_230)
    await asyncio.gather(look(office, "14:00"), look(office, "14:00"))
    await reported(office, "berlin", 9_000)
    await reported(office, "lyon", 500)
    await look(office, "14:10")
    known = await frozen(office.store, "balloons", "rise")
    assert known is not None
    assert (known.at, known.crowd) == (datetime.fromisoformat("2026-09-05T12:00+00:00"), Crowd(1_230, 1, 3))
    assert known.by_city == {"berlin": 1_230}
    assert list(await office.posts()) == [SLOT]
    assert await text_of(office) == "We were about 1,200 people in 1 of 3 cities."


async def test_the_round_up_is_approved_with_the_numbers_that_appear_and_sent_at_its_time(
    office: Office,
) -> None:
    await counted(office)
    waiting = (await office.posts())[SLOT]
    assert (waiting.state, waiting.author) == (State.PLANNED, "amal")
    (alert,) = await told(office)
    assert (alert.trouble, alert.subject) == (Trouble.ROUND_UP, "rise")
    assert {"campaign:balloons", "account:chat-en"} <= alert.scopes
    assert await told(office) == []
    await office.approve()
    await reported(office, "lyon", 7_000)
    await office.run_at("14:29")
    assert office.platform.published == []
    await office.run_at("14:30")
    sent = (await office.posts())[SLOT]
    assert (sent.state, sent.digest) == (State.SENT, waiting.digest)
    assert await text_of(office) == "We were about 1,300 people in 2 of 3 cities."
    assert len(office.platform.published) == 1


async def test_planning_again_keeps_the_round_up_and_a_changed_text_says_the_same_numbers(
    office: Office,
) -> None:
    await counted(office)
    await office.approve()
    assert (await office.plan()).counts == {Change.UNCHANGED: 1}
    assert (await office.posts())[SLOT].state is State.READY
    office.say(TOLD.replace("We were", "There were"), message="told")
    assert (await office.plan()).counts == {Change.CHANGED: 1}
    assert (await office.posts())[SLOT].state is State.PLANNED
    assert await text_of(office) == "There were about 1,300 people in 2 of 3 cities."


async def test_a_plan_that_was_made_before_the_count_closed_withdraws_it_for_a_moment_only(
    office: Office,
) -> None:
    before = await office.check()
    await counted(office)
    withdrawn: Outcome = await record_plan(office.store, office.clock, AMAL, before)
    assert withdrawn.counts == {Change.WITHDRAWN: 1}
    await look(office, "14:01")
    assert (await office.posts())[SLOT].state is State.PLANNED


async def test_before_the_count_the_text_is_checked_with_samples_and_not_recorded(office: Office) -> None:
    checked = await office.check()
    assert (checked.errors, checked.posts, list(checked.drafts())) == ((), 0, [])
    office.say(TOLD.replace('one="{n} person", ', ""), message="told")
    (problem,) = (await office.check()).errors
    assert problem.code == "template-broken"
    assert "no text for “one”, which 1 needs" in problem.what


async def test_pictures_are_kept_with_the_plan_and_what_cannot_be_drawn_is_told(office: Office) -> None:
    shown = '\n[[media]]\nfile = "gone.png"\nalt = {en = "A balloon"}\n'
    office.edit("media/gone.png", picture())
    launch = office.folder / "messages/launch/message.toml"
    office.edit("messages/told/message.toml", launch.read_bytes() + shown.encode())
    await office.plan()
    (office.folder / "media" / "gone.png").unlink()
    async with office.store.write() as connection:
        kept = (await connection.execute(select(kit_media))).one()
        await connection.execute(kit_media.delete())
    await look(office, "14:00")
    assert (await office.posts(), await told(office)) == ({}, [])
    await look(office, "14:02")
    assert [alert.trouble for alert in await told(office)] == [Trouble.UNTOLD]
    async with office.store.write() as connection:
        await connection.execute(kit_media.insert(), [dict(kept._mapping)])
    await look(office, "14:03")
    (drawn,) = (await office.posts())[SLOT].body["media"]
    assert drawn["alt"] == "A balloon"


async def test_a_language_in_which_it_cannot_be_drawn_is_told_although_others_have_it(
    office: Office,
) -> None:
    await office.plan()
    await add_accounts(office.store, "telegram-de", channel="telegram", language="de")
    office.accounts += (AccountView("telegram-de", "telegram", "de"),)
    kit = await Kits(office.store).get("balloons")
    spoken = kit.model_copy(update={"languages": ("en", "de")}).model_dump_json()
    async with office.store.write() as connection:
        await connection.execute(campaign.update().values(kit=spoken))
    await look(office, "14:00")
    assert [alert.trouble for alert in await told(office)] == [Trouble.ROUND_UP]
    await look(office, "14:02")
    (alert,) = await told(office)
    assert (alert.trouble, alert.subject) == (Trouble.UNTOLD, "rise (de)")


async def test_a_delay_of_the_whole_day_moves_the_count_and_that_of_a_city_does_not(office: Office) -> None:
    await office.plan()
    changed = {"campaign": "balloons", "day": "rise", "status": "planned", "ticked": []}
    rows = [("lyon", 60), (GENERAL, 10)]
    async with office.store.write() as connection:
        for city, minutes in rows:
            delayed = {"city": city, "delay_minutes": minutes, "changed_at": office.clock.now()}
            await connection.execute(day_city.insert(), [changed | delayed])
    await look(office, "14:09")
    assert await frozen(office.store, "balloons", "rise") is None
    await look(office, "14:10")
    assert await frozen(office.store, "balloons", "rise") is not None


async def test_a_day_that_was_aborted_everywhere_tells_nothing_and_nobody_is_alarmed(
    office: Office,
) -> None:
    await office.plan()
    aborted = {"campaign": "balloons", "day": "rise", "status": "aborted", "ticked": []}
    async with office.store.write() as connection:
        for city in ("berlin", "lyon", "aleppo", GENERAL):
            row = aborted | {"city": city, "changed_at": office.clock.now()}
            await connection.execute(day_city.insert(), [row])
    await look(office, "14:00")
    await look(office, "14:05")
    assert (await office.posts(), await told(office)) == ({}, [])
