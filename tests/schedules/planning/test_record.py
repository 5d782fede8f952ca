"""Recording as a difference: what each edit of the folder does to what is already in the ledger."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from channels.errors import OutcomeUnknown, Refused
from content.errors import CampaignInvalid
from schedules.clock import SetClock
from schedules.commands.plans import record_plan
from schedules.commands.post_changes import reschedule
from schedules.lifecycle import State
from schedules.planning.changes import GONE_FROM_FOLDER, PAST_WHEN_PLANNED, Change
from schedules.planning.record import preview, record
from schedules.store.tables import approval, campaign, delivery, media, post
from tests.support.folders import picture
from tests.support.office import AMAL, INES, NOON_SLOT, Office

DAILY = {
    "id": "daily",
    "message": "launch",
    "channels": ["telegram"],
    "daily_at": "09:00:00",
    "first_on": "2026-09-06",
    "last_on": "2026-09-09",
}


async def test_a_new_post_is_planned_and_waits_for_approval(office: Office) -> None:
    outcome = await office.plan()
    assert outcome.counts == {Change.ADDED: 1}
    planned = await office.post()
    assert (planned.state, planned.revision, planned.author) == (State.PLANNED, 1, "amal")
    await office.run_at("12:00")
    assert office.platform.published == []


async def test_planning_again_changes_nothing(office: Office) -> None:
    await office.plan()
    await office.approve()
    before = await office.post()
    assert (await office.plan(INES)).counts == {Change.UNCHANGED: 1}
    assert await office.post() == before
    assert before.state is State.READY


async def test_a_preview_changes_nothing_and_says_what_recording_will_do(office: Office) -> None:
    await office.plan()
    office.write({**NOON_SLOT, "at": "2026-09-05T13:00:00"}, DAILY)
    checked = await office.check()
    drafts = list(checked.drafts())
    before = await office.posts()
    shown = await preview(office.store, office.clock, checked.campaign, drafts, kept=frozenset())
    assert await office.posts() == before
    assert await office.plan() == shown
    assert shown.counts == {Change.CHANGED: 1, Change.ADDED: 4}


@pytest.mark.parametrize("edit", ["text", "time", "pin"])
async def test_a_changed_post_is_a_new_revision_and_must_be_approved_again(
    office: Office, edit: str
) -> None:
    await office.plan()
    await office.approve()
    if edit == "text":
        office.say("Another sentence.")
    edits: dict[str, dict[str, Any]] = {"time": {"at": "2026-09-05T12:30:00"}, "pin": {"pin": True}}
    office.write({**NOON_SLOT, **edits.get(edit, {})})
    assert (await office.plan(INES)).counts == {Change.CHANGED: 1}
    changed = await office.post()
    assert (changed.state, changed.revision, changed.author) == (State.PLANNED, 2, "ines")
    await office.run_at("12:30")
    assert office.platform.published == []


async def test_a_new_late_policy_keeps_the_approval_and_takes_effect(office: Office) -> None:
    await office.plan()
    await office.approve()
    office.write({**NOON_SLOT, "late_by": "10m"})
    assert (await office.plan()).counts == {Change.NEW_DEADLINE: 1}
    kept = await office.post()
    assert (kept.state, kept.expires_at - kept.planned_at) == (State.READY, timedelta(minutes=10))
    await office.run_at("12:11")
    assert (await office.post()).state is State.EXPIRED


async def test_a_vanished_post_is_withdrawn_and_never_sent(office: Office) -> None:
    office.write(NOON_SLOT, DAILY)
    await office.plan()
    await office.approve()
    office.write(DAILY)
    assert (await office.plan()).counts == {Change.UNCHANGED: 4, Change.WITHDRAWN: 1}
    gone = await office.post()
    assert (gone.state, gone.reason) == (State.CANCELLED, GONE_FROM_FOLDER)
    await office.run_at("12:00")
    assert office.platform.published == []


async def test_a_post_that_comes_back_waits_for_approval_under_its_old_key(office: Office) -> None:
    office.write(NOON_SLOT, DAILY)
    await office.plan()
    await office.approve()
    office.write(DAILY)
    await office.plan()
    office.write(NOON_SLOT, DAILY)
    assert (await office.plan()).counts == {Change.UNCHANGED: 4, Change.REVIVED: 1}
    back = await office.post()
    assert (back.state, back.reason, back.revision) == (State.PLANNED, None, 2)


async def test_a_post_whose_time_was_over_when_it_was_planned_is_never_sent(office: Office) -> None:
    office.write({**NOON_SLOT, "at": "2026-09-05T01:00:00", "late_by": "1h"})
    assert (await office.plan()).counts == {Change.PAST: 1}
    past = await office.post()
    assert (past.state, past.reason) == (State.EXPIRED, PAST_WHEN_PLANNED)


@pytest.mark.parametrize("edit", ["move", "text", "delete", "nothing"])
async def test_what_was_sent_stays_as_it_was_and_is_never_sent_again(office: Office, edit: str) -> None:
    office.write(NOON_SLOT, DAILY)
    await office.plan()
    await office.approve()
    await office.run_at("12:00")
    sent = await office.post()
    office.write(*([] if edit == "delete" else [NOON_SLOT]), DAILY)
    if edit == "move":
        office.write({**NOON_SLOT, "at": "2026-09-05T18:00:00"}, DAILY)
    if edit == "text":
        office.edit("messages/launch/en.telegram.md", "Another sentence.\n\n#WhiteBalloons\n")
    outcome = await office.plan()
    await office.approve()
    await office.run_at("18:00")
    assert await office.post() == sent
    assert office.platform.published == [sent.key]
    named = [f"post {sent.id}"] if edit in {"move", "text"} else []
    assert [conflict.where for conflict in outcome.conflicts] == named


async def test_moving_a_recurring_slot_after_its_first_posts_sends_each_day_once(office: Office) -> None:
    office.write(DAILY)
    await office.plan()
    await office.approve()
    await office.run_at("09:00", "2026-09-06")
    await office.run_at("09:00", "2026-09-07")
    office.write({**DAILY, "daily_at": "18:00:00"})
    outcome = await office.plan()
    assert outcome.counts == {Change.CONFLICT: 2, Change.CHANGED: 2}
    await office.approve()
    for day in range(7, 11):
        await office.run_at("18:00", f"2026-09-{day:02}")
    assert len(office.platform.published) == len(set(office.platform.published)) == 4


async def test_a_slot_that_is_renamed_is_another_post_and_the_old_one_is_withdrawn(office: Office) -> None:
    await office.plan()
    await office.approve()
    office.write({**NOON_SLOT, "id": "midday"})
    assert (await office.plan()).counts == {Change.ADDED: 1, Change.WITHDRAWN: 1}
    await office.approve()
    await office.run_at("12:00")
    assert office.platform.published == [(await office.post("midday")).key]


@pytest.mark.parametrize("vanish", [False, True])
async def test_what_may_be_public_is_left_alone_and_shown(office: Office, vanish: bool) -> None:
    office.platform.script["chat-en"].append(OutcomeUnknown("telegram", "chat-en", "The line died."))
    office.write(NOON_SLOT, DAILY)
    await office.plan()
    await office.approve()
    await office.run_at("12:00")
    unknown = await office.post()
    assert unknown.state is State.UNKNOWN
    office.write(DAILY) if vanish else office.say("Another sentence.")
    outcome = await office.plan()
    assert outcome.counts[Change.CONFLICT] == 1
    assert [conflict.where for conflict in outcome.conflicts] == [f"post {unknown.id}"]
    await office.approve()
    await office.run_at("12:30")
    assert await office.post() == unknown
    assert office.platform.published == []


async def test_a_refused_post_goes_out_once_its_text_is_changed_and_approved(office: Office) -> None:
    office.platform.script["chat-en"].append(Refused("telegram", "chat-en", "Too many links."))
    await office.plan()
    await office.approve()
    await office.run_at("12:00")
    assert (await office.plan()).counts == {Change.UNCHANGED: 1}
    office.say("Another sentence.")
    assert (await office.plan()).counts == {Change.REVIVED: 1}
    assert (await office.post()).state is State.PLANNED
    await office.approve()
    await office.run_at("12:01")
    assert (await office.post()).state is State.SENT
    assert len(office.platform.published) == 1


async def test_an_expired_post_gets_another_chance_when_its_time_is_moved(office: Office) -> None:
    await office.plan()
    await office.run_at("12:00", "2026-09-06")
    assert (await office.post()).state is State.EXPIRED
    office.write({**NOON_SLOT, "at": "2026-09-07T12:00:00"})
    assert (await office.plan()).counts == {Change.REVIVED: 1}
    await office.approve()
    await office.run_at("12:00", "2026-09-07")
    assert (await office.post()).state is State.SENT


async def test_a_pin_comes_goes_and_comes_back_with_the_folder(office: Office) -> None:
    for asked in (True, False, True):
        office.write({**NOON_SLOT, "pin": asked})
        await office.plan()
    await office.approve()
    await office.run_at("12:00")
    assert office.platform.pinned == ["r1"]


async def test_a_pin_that_is_no_longer_asked_for_is_not_made(office: Office) -> None:
    for asked in (True, False):
        office.write({**NOON_SLOT, "pin": asked})
        await office.plan()
    await office.approve()
    await office.run_at("12:00")
    assert (len(office.platform.published), office.platform.pinned) == (1, [])


async def test_pictures_are_frozen_with_the_post(office: Office) -> None:
    office.edit("media/balloon.png", picture())
    text = (office.folder / "messages/launch/message.toml").read_text(encoding="utf-8")
    alt = '\n[[media]]\nfile = "balloon.png"\nalt = {en = "A white balloon"}\n'
    office.edit("messages/launch/message.toml", text + alt)
    await office.plan()
    await office.approve()
    office.edit("media/balloon.png", picture(size=(9, 9)))
    await office.run_at("12:00")
    async with office.store.read() as connection:
        frozen = (await connection.execute(select(media.c.sha256))).scalars().all()
    assert [item["sha256"] for item in (await office.post()).body["media"]] == frozen
    assert len(office.platform.published) == 1


async def test_a_picture_that_vanishes_between_check_and_recording_withdraws_nothing(
    office: Office,
) -> None:
    await office.plan()
    await office.approve()
    office.edit("media/balloon.png", picture())
    text = (office.folder / "messages/launch/message.toml").read_text(encoding="utf-8")
    alt = '\n[[media]]\nfile = "balloon.png"\nalt = {en = "A white balloon"}\n'
    office.edit("messages/launch/message.toml", text + alt)
    checked = await office.check()
    (office.folder / "media/balloon.png").unlink()
    with pytest.raises(CampaignInvalid, match=r"balloon\.png"):
        await record_plan(office.store, office.clock, AMAL, checked)
    assert (await office.post()).state is State.READY


async def test_a_plan_with_errors_records_nothing(office: Office) -> None:
    office.edit("messages/launch/en.md", "No tag at all.\n")
    checked = await office.check()
    assert checked.errors
    with pytest.raises(CampaignInvalid):
        await record_plan(office.store, office.clock, AMAL, checked)
    assert await office.posts() == {}


async def test_two_people_who_plan_at_once_record_each_post_once(office: Office) -> None:
    office.write(NOON_SLOT, DAILY)
    checked = await office.check()
    outcomes = await asyncio.gather(
        *(record_plan(office.store, office.clock, actor, checked) for actor in (AMAL, INES, AMAL))
    )
    assert sum(outcome.counts.get(Change.ADDED, 0) for outcome in outcomes) == 5
    assert len(await office.posts()) == 5


async def test_a_large_plan_is_recorded_in_chunks_that_are_told_one_by_one(office: Office) -> None:
    office.edit(
        "campaign.toml",
        (office.folder / "campaign.toml")
        .read_text()
        .replace("ends_on = 2026-09-30", "ends_on = 2028-09-30"),
    )
    office.write({**DAILY, "last_on": "2028-06-01"})
    told: list[int] = []
    checked = await office.check()
    await record_plan(office.store, office.clock, AMAL, checked, progress=told.append)
    assert told == [500, 635]
    assert checked.posts == 635


async def test_planning_tells_the_zones_only_when_every_post_is_recorded(office: Office) -> None:
    await office.plan()
    async with office.store.write() as connection:
        await connection.execute(campaign.update().values(tzdata="2020a"))
    checked = await office.check()

    def cut_short(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await record_plan(office.store, office.clock, AMAL, checked, progress=cut_short)
    assert await _zones(office) == "2020a"
    await office.plan()
    assert await _zones(office) != "2020a"


async def test_a_person_s_cancellation_survives_a_folder_that_still_has_the_post(office: Office) -> None:
    checked = await office.check()
    key = next(iter(checked.drafts())).occurrence.key
    await record(
        office.store, office.clock, checked.campaign, checked.drafts(), author="amal", kept=frozenset()
    )
    outcome = await record(
        office.store,
        SetClock(office.clock.now()),
        checked.campaign,
        checked.drafts(),
        author="amal",
        kept=frozenset({key}),
    )
    assert outcome.counts == {Change.OVERRIDDEN: 1}


async def test_recording_leaves_other_campaigns_alone(office: Office) -> None:
    await office.plan()
    office.replace("campaign.toml", 'id = "balloons"', 'id = "kites"')
    assert (await office.plan()).counts == {Change.ADDED: 1}
    assert (await office.post()).state is State.PLANNED


async def test_recording_writes_no_approval_and_one_row_per_key(office: Office) -> None:
    office.write(NOON_SLOT, DAILY)
    await office.plan()
    await office.plan()
    async with office.store.read() as connection:
        counts = [
            (await connection.execute(select(func.count()).select_from(table))).scalar()
            for table in (post, delivery, approval)
        ]
    assert counts == [5, 5, 0]


async def _zones(office: Office) -> str:
    async with office.store.read() as connection:
        found = await connection.execute(select(campaign.c.tzdata).where(campaign.c.id == "balloons"))
        return str(found.scalar_one())


async def test_a_renamed_slot_is_pointed_out_before_it_says_the_same_again(office: Office) -> None:
    await office.plan()
    await office.approve()
    await office.run_at("12:00")
    office.write({**NOON_SLOT, "id": "renamed", "at": "2026-09-05T14:00:00"})
    checked = await office.check()
    shown = await preview(office.store, office.clock, checked.campaign, checked.drafts(), kept=frozenset())
    assert [problem.code for problem in shown.conflicts] == ["said-before"]
    assert [problem.code for problem in (await office.plan()).conflicts] == ["said-before"]


async def test_a_plan_that_was_made_before_somebody_moved_a_post_leaves_it_where_it_is(
    office: Office,
) -> None:
    await office.plan()
    planned = await office.post()
    before = await office.check()
    moved = datetime(2026, 9, 5, 18, 0)
    await reschedule(office.store, office.clock, INES, planned.id, moved, "Europe/Berlin")
    office.say("Another text.")
    stale = replace(before, campaign=(await office.check()).campaign)
    outcome = await record_plan(office.store, office.clock, AMAL, stale)
    assert outcome.counts == {Change.OVERRIDDEN: 1}
    assert (await office.post()).local_at == moved
    assert (await office.plan()).counts == {Change.CHANGED: 1}
    assert (await office.post()).local_at == moved
