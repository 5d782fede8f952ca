"""Prompts are planned like posts: one for each language, due when their date begins anywhere."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from channels.base import Feature
from channels.registry import BOT_CHANNEL
from content.models import Ask, AskKind, Campaign, Effort, Level, Prompt, Risk
from schedules.commands.post_changes import cancel, reschedule
from schedules.errors import IllegalMove
from schedules.lifecycle import State
from schedules.people.days import group_day, prompt_of
from schedules.planning.changes import Change
from schedules.planning.destinations import AccountView
from schedules.planning.occurrences import occurrences
from schedules.planning.prompts import daily_prompts, group_prompts, planned_prompts
from schedules.store.engine import Store
from schedules.store.tables import account
from tests.schedules.planning.factories import campaign, city
from tests.support.office import NOON_SLOT, SAMI, Office
from tests.support.volunteers import add_volunteers, choose, letters

BOT = AccountView("chat-bot", BOT_CHANNEL, "en", adapter=BOT_CHANNEL)
PROMPT = """\
day = 6
seen_by = "{level}"
why = {{en = "It takes a minute"}}

[ask]
kind = "share"
text = {{en = "Tell one friend"}}
effort = "low"
next_step = {{en = "Tell a second one"}}
"""


def prompt(name: str, day: int, kind: AskKind, seen_by: Level | None = None) -> Prompt:
    words = {"en": "Words"}
    ask = Ask(kind=kind, text=words, effort=Effort.LOW, next_step=words)
    return Prompt(id=name, day=day, ask=ask, why=words, seen_by=seen_by)


def test_the_kind_of_an_ask_says_who_sees_it_unless_the_folder_does() -> None:
    levels = {kind.value: prompt("p", 1, kind).level.value for kind in AskKind}
    assert levels == {
        "sign": "nobody",
        "call": "one",
        "write": "one",
        "post": "public",
        "attend": "public",
        "donate": "one",
        "share": "public",
        "report": "nobody",
    }
    assert prompt("p", 1, AskKind.POST, seen_by=Level.NOBODY).level is Level.NOBODY


def test_the_prompts_of_one_day_share_the_volunteers() -> None:
    prompts = (
        prompt("loud", 2, AskKind.POST),
        prompt("first", 1, AskKind.WRITE),
        prompt("quiet", 2, AskKind.SIGN),
    )
    found = daily_prompts(campaign(prompts=prompts))
    assert [(each.id, each.on, [level.value for level in each.serves]) for each in found] == [
        ("first", date(2026, 1, 1), ["one", "public"]),
        ("loud", date(2026, 1, 2), ["public"]),
        ("quiet", date(2026, 1, 2), ["nobody", "one"]),
    ]


def test_each_language_is_planned_on_the_bot_and_none_without_one() -> None:
    whole = campaign(prompts=(prompt("first", 1, AskKind.SIGN),), languages=("en", "ar"))
    assert [each.slot for each in planned_prompts(whole, [BOT])] == ["prompt:first:en", "prompt:first:ar"]
    assert list(planned_prompts(whole, [AccountView("main", "telegram", "en")])) == []


def test_a_date_begins_when_it_begins_in_the_first_zone_of_the_world() -> None:
    whole = campaign(prompts=(prompt("first", 1, AskKind.SIGN),))
    (planned,) = planned_prompts(whole, [BOT])
    zones = (files("tzdata") / "zones").read_text(encoding="utf-8").split()
    begins = {datetime(2026, 1, 1, tzinfo=ZoneInfo(name)).astimezone(UTC) for name in zones}
    assert planned.due_at == min(begins) == datetime(2025, 12, 31, 10, tzinfo=UTC)


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    """The office with a bot, and one prompt for the sixth of September."""
    office = Office(store, tmp_path, Feature.LETTERS)
    office.accounts = (*office.accounts, BOT)
    office.edit("prompts/friend/prompt.toml", PROMPT.format(level="nobody"))
    office.edit("prompts/friend/en.md", "Tell one friend why.\n")
    office.write({**NOON_SLOT, "at": "2026-09-20T12:00:00"})
    await office.open()
    async with store.write() as connection:
        await connection.execute(
            account.update().where(account.c.id == BOT.name).values(channel=BOT_CHANNEL)
        )
    return office


SLOT = "prompt:friend:en"


async def test_a_prompt_is_recorded_approved_spread_and_sent(office: Office) -> None:
    assert (await office.plan()).counts == {Change.ADDED: 2}
    post = await office.post(SLOT)
    assert (post.planned_at, post.expires_at - post.planned_at) == (
        datetime(2026, 9, 5, 10, tzinfo=UTC),
        timedelta(hours=50),
    )
    assert post.body["options"]["prompt"] == {
        "id": "friend",
        "on": "2026-09-06",
        "level": "nobody",
        "serves": ["nobody", "one", "public"],
    }
    await add_volunteers(office.store, ["amal"], campaign="balloons")
    await office.run_at("13:00")
    assert await letters(office.store) == []
    await office.approve()
    await office.run()
    assert len(await letters(office.store)) == 1
    await office.run_at("08:59", "2026-09-06")
    assert office.platform.published == []
    await office.run_at("09:00", "2026-09-06")
    assert len(office.platform.published) == 1


async def test_a_second_prompt_of_the_day_voids_the_approval_of_the_first(office: Office) -> None:
    await office.plan()
    await office.approve()
    office.edit("prompts/loud/prompt.toml", PROMPT.format(level="public"))
    office.edit("prompts/loud/en.md", "Tell everybody.\n")
    assert (await office.plan()).counts == {Change.ADDED: 1, Change.CHANGED: 1, Change.UNCHANGED: 1}
    post = await office.post(SLOT)
    assert (post.state, post.revision) == (State.PLANNED, 2)
    assert post.body["options"]["prompt"]["serves"] == ["nobody", "one"]


async def test_what_changes_after_the_letters_are_written_is_told_to_a_person(office: Office) -> None:
    await office.plan()
    await office.approve()
    await add_volunteers(office.store, ["amal"], campaign="balloons")
    await office.run_at("13:00")
    office.edit("prompts/friend/en.md", "Tell two friends why.\n")
    outcome = await office.plan()
    assert outcome.counts[Change.CONFLICT] == 1
    assert [problem.code for problem in outcome.conflicts] == ["already-out"]
    assert [letter.state for letter in await letters(office.store)] == ["ready"]


async def test_a_prompt_of_another_day_after_it_went_out_is_no_second_one(office: Office) -> None:
    await office.plan()
    await office.approve()
    await office.run_at("13:00")
    office.replace("prompts/friend/prompt.toml", "day = 6", "day = 7")
    assert (await office.plan()).counts[Change.CONFLICT] == 1
    assert [slot for slot in await office.posts() if slot.startswith("prompt:")] == [f"{SLOT}/1"]


async def test_a_prompt_that_vanishes_is_withdrawn(office: Office) -> None:
    await office.plan()
    for name in ("prompt.toml", "en.md"):
        (office.folder / "prompts/friend" / name).unlink()
    (office.folder / "prompts/friend").rmdir()
    assert (await office.plan()).counts == {Change.UNCHANGED: 1, Change.WITHDRAWN: 1}
    assert (await office.post(SLOT)).state is State.CANCELLED


async def test_a_text_that_is_too_long_for_the_bot_is_an_error(office: Office) -> None:
    office.edit("prompts/friend/en.md", "x" * 5_000)
    (problem,) = (await office.check()).errors
    assert (problem.code, problem.where) == ("over-limit", "prompts/friend/en.md")


async def test_the_prompt_of_today_is_not_called_overdue(office: Office) -> None:
    await office.run_at("18:00")
    assert "overdue" not in {problem.code for problem in (await office.check()).problems}


async def test_whoever_is_above_a_prompt_gets_it_and_whoever_is_below_does_not(office: Office) -> None:
    office.edit("prompts/friend/prompt.toml", PROMPT.format(level="one"))
    await office.plan()
    await office.approve()
    await add_volunteers(office.store, ["amal", "sami"], campaign="balloons")
    await choose(office.store, "sami", level="public")
    await office.run_at("13:00")
    assert [letter.kind for letter in await letters(office.store)] == ["letter-sami"]


async def test_a_prompt_is_not_moved_at_a_door_but_in_its_folder(office: Office) -> None:
    await office.plan()
    number = (await office.post(SLOT)).id
    with pytest.raises(IllegalMove, match=r"`day` in its prompt\.toml"):
        await reschedule(
            office.store, office.clock, SAMI, number, datetime(2026, 9, 8, 12), "Europe/Berlin"
        )
    await cancel(office.store, office.clock, SAMI, number)
    await office.plan()
    assert (await office.post(SLOT)).state is State.CANCELLED


GROUP = AccountView("group-berlin-en", "telegram", "en", city="berlin", adapter="telegram", prompt_hour=9)


def with_groups(*prompts: Prompt, **keys: Any) -> Campaign:
    cities = (city("berlin", "Europe/Berlin"), city("aleppo", "Asia/Damascus", Risk.GUARDED))
    return campaign(cities=cities, prompts=prompts, **keys)


def test_a_group_is_asked_what_is_safe_for_everybody_else_what_is_public_and_never_a_letter() -> None:
    asked = with_groups(
        prompt("quiet", 1, AskKind.SHARE, Level.NOBODY),
        prompt("loud", 1, AskKind.POST),
        prompt("letter", 2, AskKind.WRITE),
        prompt("march", 3, AskKind.ATTEND),
        prompt("letter-too", 3, AskKind.WRITE),
    )
    assert [each.prompt.id for each in group_prompts(asked, [GROUP])] == ["quiet", "march"]


def test_a_group_is_asked_at_its_hour_by_the_clocks_of_its_city() -> None:
    [planned] = group_prompts(with_groups(prompt("quiet", 200, AskKind.SIGN)), [GROUP])
    assert planned.local_at == datetime(2026, 7, 19, 9)
    assert planned.times.due_at == datetime(2026, 7, 19, 7, tzinfo=UTC)
    assert planned.times.ends_at == datetime(2026, 7, 19, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "other",
    [{"city": "aleppo"}, {"city": None}, {"city": "atlantis"}, {"prompt_hour": None}, {"language": "fr"}],
)
def test_nobody_else_is_asked_as_a_group(other: dict[str, Any]) -> None:
    asked = with_groups(prompt("quiet", 1, AskKind.SIGN))
    assert list(group_prompts(asked, [replace(GROUP, **other)])) == []


def test_a_prompt_of_a_group_is_a_pinned_post_and_no_letter() -> None:
    asked = with_groups(prompt("quiet", 1, AskKind.SIGN))
    [occurrence] = occurrences(asked, [GROUP])
    assert (occurrence.slot_id, occurrence.pin, occurrence.for_group) == ("group:quiet", True, True)
    assert occurrence.prompt is not None
    options = occurrence.prompt.as_group_options()
    assert group_day(options) == date(2026, 1, 1)
    assert options["topic"] == "today"
    assert prompt_of({"options": options}) is None
