"""A plan is checked as a whole before anything of it is recorded."""

import hashlib
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from channels.errors import OutcomeUnknown
from channels.registry import CHANNELS
from content.errors import CampaignInvalid
from schedules.commands.exceptions import allow, withdraw
from schedules.commands.plans import preview_plan, record_plan
from schedules.commands.post_changes import Verdict, cancel, reschedule, resolve_unknown
from schedules.lifecycle import State
from schedules.planning.changes import PERMISSION_WITHDRAWN, Change
from schedules.planning.destinations import AccountView
from tests.schedules.planning.factories import wall
from tests.support.folders import picture
from tests.support.guided_channel import GUIDED
from tests.support.office import AMAL, BERLIN, ENGLISH, INES, NOON_SLOT, SAMI, Office

SECOND = AccountView("chat-2", "telegram", "en")
MINOR = '\n[[media]]\nfile = "child.png"\nalt = {en = "A child"}\nidentifiable_minors = true\n'

SKY = '\n[[media]]\nfile = "sky.png"\nalt = {en = "The sky"}\n'


async def _codes(office: Office) -> set[str]:
    return {problem.code for problem in (await office.check()).errors}


async def test_a_good_folder_has_no_errors_and_counts_its_posts(office: Office) -> None:
    checked = await office.check()
    assert (checked.errors, checked.posts) == ((), 1)
    assert await office.posts() == {}


async def test_everything_wrong_is_found_at_once_and_nothing_is_recorded(office: Office) -> None:
    office.say("x" * 5000)
    office.write(NOON_SLOT, {**NOON_SLOT, "id": "twice"}, {**NOON_SLOT, "id": "lost", "message": "launch"})
    office.accounts = (*office.accounts, SECOND)
    assert await _codes(office) == {"over-limit", "message-repeated", "text-too-similar"}
    with pytest.raises(CampaignInvalid) as refused:
        await office.plan()
    assert {problem.code for problem in refused.value.problems} >= {"over-limit", "text-too-similar"}
    assert await office.posts() == {}


async def test_claims_are_judged_by_the_local_date_of_the_campaign(office: Office) -> None:
    claim = '[[claims]]\nid = "n"\ntext = {en = "Many"}\nsource = "A report"\nreview_by = 2026-09-05\n'
    office.edit("claims.toml", claim + 'url = "https://example.org/report"\n')
    office.say("{{ claims.n }} are missing.")
    office.clock.set(datetime.fromisoformat("2026-09-05T23:59:59+02:00"))
    assert await _codes(office) == set()
    office.clock.set(datetime.fromisoformat("2026-09-06T00:00:00+02:00"))
    assert await _codes(office) == {"claim-expired"}


async def test_two_people_s_exception_permits_a_picture_and_ends(office: Office) -> None:
    office.edit("media/child.png", picture())
    text = (office.folder / "messages/launch/message.toml").read_text(encoding="utf-8")
    office.edit("messages/launch/message.toml", text + MINOR)
    assert await _codes(office) == {"minor-identifiable"}
    digest = hashlib.sha256(picture()).hexdigest()
    until = datetime.fromisoformat("2026-09-10T00:00:00+00:00")
    for actor in (SAMI, INES):
        await allow(office.store, office.clock, actor, digest, reason="Both parents signed", until=until)
    assert await _codes(office) == set()
    office.clock.set(until)
    assert await _codes(office) == {"minor-identifiable"}


async def test_a_preview_says_what_recording_will_do(office: Office) -> None:
    checked = await office.check()
    shown = await preview_plan(office.store, office.clock, checked)
    assert shown == await record_plan(office.store, office.clock, AMAL, checked)


async def test_a_post_cancelled_by_a_person_stays_cancelled_whatever_the_folder_does(
    office: Office,
) -> None:
    other = {**NOON_SLOT, "id": "other", "at": "2026-09-06T12:00:00"}
    office.write(NOON_SLOT, other)
    await office.plan()
    await cancel(office.store, office.clock, SAMI, (await office.post()).id)
    for slots in ([NOON_SLOT, other], [other], [NOON_SLOT, other]):
        office.write(*slots)
        await office.plan()
        await office.approve()
        assert (await office.post()).state is State.CANCELLED
    office.say("Another sentence.")
    assert (await office.plan()).counts == {Change.OVERRIDDEN: 1, Change.CHANGED: 1}
    await office.run_at("12:00")
    assert office.platform.published == []


@pytest.mark.parametrize("pin", [False, True])
async def test_a_rescheduled_post_keeps_its_time_and_is_unchanged_when_planned_again(
    office: Office, pin: bool
) -> None:
    office.write({**NOON_SLOT, "pin": pin})
    await office.plan()
    await office.approve()
    post = await office.post()
    moved_to = wall("2026-09-06 09:30")
    await reschedule(office.store, office.clock, SAMI, post.id, moved_to, "Africa/Cairo")
    await office.approve()
    moved = await office.post()
    assert (await office.plan()).counts == {Change.UNCHANGED: 1}
    assert await office.post() == moved
    assert (moved.state, moved.local_at, moved.zone) == (State.READY, moved_to, "Africa/Cairo")


async def test_a_rescheduled_post_takes_a_new_text_and_keeps_its_time(office: Office) -> None:
    await office.plan()
    post = await office.post()
    moved_to = wall("2026-09-06 09:30")
    await reschedule(office.store, office.clock, SAMI, post.id, moved_to, "Africa/Cairo")
    office.say("Another sentence.")
    office.write({**NOON_SLOT, "at": "2026-09-05T18:00:00"})
    assert (await office.plan()).counts == {Change.CHANGED: 1}
    assert (await office.post()).local_at == moved_to


async def test_a_post_whose_pin_was_taken_off_is_unchanged_after_rescheduling(office: Office) -> None:
    for pin in (True, False):
        office.write({**NOON_SLOT, "pin": pin})
        await office.plan()
    post = await office.post()
    await reschedule(office.store, office.clock, SAMI, post.id, wall("2026-09-06 09:00"), "Europe/Berlin")
    await office.approve()
    assert (await office.plan()).counts == {Change.UNCHANGED: 1}
    await office.run_at("09:00", "2026-09-06")
    assert (len(office.platform.published), office.platform.pinned) == (1, [])


async def test_a_dropped_unknown_is_not_sent_when_its_text_is_edited(office: Office) -> None:
    office.platform.script["chat-en"].append(OutcomeUnknown("telegram", "chat-en", "The line died."))
    await office.plan()
    await office.approve()
    await office.run_at("12:00")
    await resolve_unknown(office.store, office.clock, SAMI, (await office.post()).id, Verdict.DROP)
    office.say("Another sentence.")
    assert (await office.plan()).counts == {Change.OVERRIDDEN: 1}
    await office.approve()
    await office.run_at("12:30")
    assert office.platform.published == []


async def test_the_same_text_on_a_thousand_days_is_kept_once_while_it_is_compared(office: Office) -> None:
    office.replace("campaign.toml", "ends_on = 2026-09-30", "ends_on = 2030-09-30")
    daily = {**NOON_SLOT, "daily_at": "09:00:00", "first_on": "2026-09-06", "last_on": "2029-06-01"}
    del daily["at"]
    office.write(daily)
    checked = await office.check()
    assert checked.posts == 1000
    assert [problem.code for problem in checked.problems].count("text-repeated") <= 1


async def test_a_slot_whose_time_is_over_but_not_too_late_is_pointed_out(office: Office) -> None:
    office.clock.set(datetime.fromisoformat("2026-09-05T13:00:00+02:00"))
    overdue = [problem for problem in (await office.check()).problems if problem.code == "overdue"]
    assert [problem.where for problem in overdue] == ["slot noon"]
    assert "as soon as it is approved" in overdue[0].remedy


async def test_a_withdrawn_permission_stops_what_is_already_approved(office: Office) -> None:
    office.edit("media/child.png", picture())
    text = (office.folder / "messages/launch/message.toml").read_text(encoding="utf-8")
    office.edit("messages/launch/message.toml", text + MINOR)
    digest = hashlib.sha256(picture()).hexdigest()
    until = datetime.fromisoformat("2026-09-10T00:00:00+00:00")
    for actor in (SAMI, INES):
        await allow(office.store, office.clock, actor, digest, reason="Both parents signed", until=until)
    await office.plan()
    await office.approve()
    assert await withdraw(office.store, office.clock, AMAL, digest) == 1
    await office.run_at("12:00")
    stopped = await office.post()
    assert (stopped.state, stopped.reason) == (State.CANCELLED, PERMISSION_WITHDRAWN)
    assert office.platform.published == []


@pytest.fixture
def paid(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office whose account is published on by a channel that costs and takes three posts a day."""
    monkeypatch.setitem(CHANNELS, "x", GUIDED)
    office.accounts = (replace(ENGLISH, adapter="x"),)
    return office


def hourly(*hours: int) -> list[dict[str, object]]:
    """A slot for each hour of the campaign's second day."""
    return [{**NOON_SLOT, "id": f"at-{hour}", "at": f"2026-09-06T{hour:02}:00:00"} for hour in hours]


async def test_a_plan_says_what_it_costs_and_how_many_posts_fall_together(paid: Office) -> None:
    paid.write(*hourly(10, 11))
    (found,) = (await paid.check()).forecast
    assert (found.account, found.posts, found.cost) == ("chat-en", 2, Decimal("0.030"))
    assert (found.busiest.posts, found.allowed) == (2, 3)


async def test_a_plan_with_more_posts_than_the_platform_takes_is_not_recorded(paid: Office) -> None:
    paid.write(*hourly(10, 11, 12, 13))
    assert "quota-exceeded" in await _codes(paid)
    with pytest.raises(CampaignInvalid, match="the platform takes 3"):
        await paid.plan()


async def test_a_plan_over_its_budget_is_not_recorded(paid: Office) -> None:
    paid.accounts = (replace(ENGLISH, adapter="x", budget=Decimal("0.01")),)
    assert await _codes(paid) == {"over-budget"}


async def test_a_picture_costs_what_the_channel_says(paid: Office) -> None:
    paid.edit("media/sky.png", picture())
    text = (paid.folder / "messages/launch/message.toml").read_text(encoding="utf-8")
    paid.edit("messages/launch/message.toml", text + SKY)
    (found,) = (await paid.check()).forecast
    assert found.cost == Decimal("0.020")


async def test_each_part_of_a_thread_is_paid_for_and_the_first_alone_carries_pictures(paid: Office) -> None:
    paid.accounts = (AccountView("chat-en", "x", "en", adapter="x"),)
    paid.write({**NOON_SLOT, "channels": ["x"]})
    paid.edit("media/sky.png", picture())
    text = (paid.folder / "messages/launch/message.toml").read_text(encoding="utf-8")
    paid.edit("messages/launch/message.toml", text + SKY)
    paid.say("One.\n\n---\n\nRead https://example.org/")
    (found,) = (await paid.check()).forecast
    assert (found.posts, found.cost) == (2, Decimal("0.220"))


async def test_what_is_out_cancelled_or_too_late_costs_nothing_more(paid: Office) -> None:
    days = ("2026-09-06", "2026-09-07")
    paid.write(NOON_SLOT, *({**NOON_SLOT, "id": day, "at": f"{day}T12:00:00"} for day in days))
    await paid.plan()
    await cancel(paid.store, paid.clock, SAMI, (await paid.post(days[0])).id)
    assert [found.posts for found in (await paid.check()).forecast] == [2]
    await paid.approve()
    await paid.run_at("12:00")
    assert [found.posts for found in (await paid.check()).forecast] == [1]
    await paid.run_at("12:00", "2026-09-20")
    assert (await paid.check()).forecast == ()


RISE = """\
title = {en = "The balloons rise"}
at = 2026-09-06T15:00:00
embargo = ["LetThemRise"]

[[cities]]
id = "berlin"
permit = "applied"

[[steps]]
id = "place"
kind = "reveal"
offset = "-3h"
message = "launch"
channels = ["telegram"]
cities = "all"
"""
COUNCIL = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:vote-1
SUMMARY:Vote
DTSTART;TZID=Europe/Berlin:20260906T140000
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
async def rising(office: Office) -> Office:
    """An action day in Berlin that tells the place at noon of the next day, in the group of the city."""
    office.accounts = (AccountView("chat-en", "telegram", "en", "berlin"),)
    office.write()
    office.edit("cities.toml", BERLIN)
    office.edit("action_days/rise.toml", RISE)
    return office


async def test_a_place_is_not_even_recorded_before_its_permit(rising: Office) -> None:
    checked = await rising.check()
    assert (checked.errors, checked.posts) == ((), 0)
    assert "permit-missing" in {problem.code for problem in checked.problems}
    rising.replace("action_days/rise.toml", "applied", "notified")
    assert (await rising.plan()).counts == {Change.ADDED: 1}
    rising.replace("action_days/rise.toml", "notified", "applied")
    assert (await rising.plan()).counts == {Change.WITHDRAWN: 1}


async def test_a_post_of_an_action_day_is_approved_moved_and_sent_as_any_other(rising: Office) -> None:
    rising.replace("action_days/rise.toml", "applied", "granted")
    await rising.plan()
    await rising.approve()
    assert (await rising.post("rise:place")).state is State.READY
    rising.replace("action_days/rise.toml", "T15:00:00", "T16:00:00")
    assert (await rising.plan()).counts == {Change.CHANGED: 1}
    assert (await rising.post("rise:place")).state is State.PLANNED
    await rising.approve()
    await rising.run_at("12:59", "2026-09-06")
    assert (await rising.post("rise:place")).state is State.READY
    await rising.run_at("13:00", "2026-09-06")
    assert (await rising.post("rise:place")).state is State.SENT


async def test_when_an_event_moves_what_hangs_on_it_is_shown_as_moved_and_waits_for_approval_again(
    rising: Office,
) -> None:
    rising.edit("calendars/council.ics", COUNCIL)
    rising.replace("action_days/rise.toml", "applied", "granted")
    rising.replace(
        "action_days/rise.toml", "at = 2026-09-06T15:00:00", 'relative_to = "event:vote"\noffset = "1h"'
    )
    await rising.plan()
    await rising.approve()
    rising.edit("calendars/council.ics", COUNCIL.replace("T140000", "T150000"))
    checked = await rising.check()
    assert (await preview_plan(rising.store, rising.clock, checked)).counts == {Change.CHANGED: 1}
    assert (await rising.post("rise:place")).state is State.READY
    await rising.plan()
    moved = await rising.post("rise:place")
    assert (moved.state, moved.local_at) == (State.PLANNED, wall("2026-09-06 13:00"))


async def test_what_is_under_embargo_may_not_be_planned_before_the_reveal(rising: Office) -> None:
    rising.accounts = (*rising.accounts, SECOND)
    rising.edit(
        "messages/early/message.toml", (rising.folder / "messages/launch/message.toml").read_bytes()
    )
    rising.say("We let them rise.", message="early")
    rising.write({**NOON_SLOT, "message": "early"})
    assert await _codes(rising) == {"embargo-broken"}
    rising.write({**NOON_SLOT, "message": "early", "at": "2026-09-06T12:00:00"})
    assert await _codes(rising) == set()


async def test_what_people_will_be_written_is_reviewed_as_posts_are(rising: Office) -> None:
    step = '[[steps]]\nid = "soon"\nkind = "reminder"\noffset = "-2h"\nmessage = "soon"\n'
    rising.edit("action_days/rise.toml", f"{RISE}\n{step}")
    rising.edit("messages/soon/message.toml", (rising.folder / "messages/launch/message.toml").read_bytes())
    rising.say("Come soon.", message="soon")
    assert await _codes(rising) == set()
    rising.edit("messages/soon/en.md", "Come soon, without the tag.\n")
    assert await _codes(rising) == {"tag-missing"}
