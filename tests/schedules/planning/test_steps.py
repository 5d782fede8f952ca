"""What an action day writes to people is planned: for each city and language, at the instant there, for those who may have it."""

from datetime import datetime, timedelta

import pytest

from channels.registry import BOT_CHANNEL
from content.models import ActionDay, Campaign, Changes, DayCity, Permit, Risk, StepKind
from schedules.people.steps import To, step_of
from schedules.planning.cities import CityState
from schedules.planning.destinations import AccountView
from schedules.planning.drafts import Drafter
from schedules.planning.occurrences import Occurrence, occurrences
from schedules.planning.steps import audience_of, planned_letters, told_of_changes
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.action_days.test_letters import said
from tests.schedules.planning.factories import city, utc

BOT = AccountView("chat-bot", BOT_CHANNEL, "en", adapter=BOT_CHANNEL)
BERLIN = city("berlin", "Europe/Berlin").model_copy(update={"languages": ("de", "en")})
ALEPPO = city("aleppo", "Asia/Damascus", Risk.GUARDED)
COME = step("come", -120)
PLACE = step("place", -24, StepKind.REVEAL)
SOON = step("soon", -2, StepKind.REMINDER)


def _day(permit: Permit = Permit.GRANTED, at: str = "2026-09-05 18:00", **keys: str) -> ActionDay:
    cities = (DayCity(id="berlin", permit=permit), DayCity(id="aleppo", permit=Permit.NOT_NEEDED))
    return day_at(datetime.fromisoformat(at), COME, PLACE, SOON, cities=cities, **keys)


def _campaign(day: ActionDay) -> Campaign:
    words = said("Words #WhiteBalloons")
    german = words.variants[0].model_copy(update={"language": "de"})
    both = words.model_copy(update={"variants": (*words.variants, german)})
    return with_day(day, BERLIN, ALEPPO, languages=("en", "de"), messages=(both,))


def _planned(day: ActionDay, *accounts: AccountView) -> list[Occurrence]:
    return list(occurrences(_campaign(day), accounts))


def test_one_for_each_step_city_and_language_at_the_hour_there() -> None:
    found = _planned(_day(), BOT)
    assert [(one.slot_id, one.city, one.due_at) for one in found if one.city == "aleppo"] == [
        ("the-day:come:en", "aleppo", utc("2026-08-31 15:00")),
        ("the-day:place:en", "aleppo", utc("2026-09-04 15:00")),
        ("the-day:soon:en", "aleppo", utc("2026-09-05 13:00")),
    ]
    berlin = {one.slot_id: one.due_at for one in found if one.city == "berlin"}
    assert set(berlin) == {
        f"the-day:{name}:{language}" for name in ("come", "place", "soon") for language in ("de", "en")
    }
    assert berlin["the-day:soon:de"] == utc("2026-09-05 14:00")
    assert len({one.key for one in found}) == len(found)


def test_without_a_bot_none_is_planned() -> None:
    assert _planned(_day()) == []


@pytest.mark.parametrize(
    ("folder", "said_since", "is_planned"),
    [
        (Permit.APPLIED, None, False),
        (Permit.APPLIED, Permit.GRANTED, True),
        (Permit.GRANTED, Permit.APPLIED, False),
    ],
)
def test_a_permit_that_is_missing_keeps_the_place_out_of_the_plan(
    folder: Permit, said_since: Permit | None, is_planned: bool
) -> None:
    states = {("the-day", "berlin"): CityState(permit=said_since)}
    found = planned_letters(_campaign(_day(folder)), [BOT], states)
    assert ("place" in {one.step.step for one in found if one.step.city == "berlin"}) is is_planned


def test_open_cities_write_to_those_who_come_and_guarded_ones_to_all() -> None:
    day, to_all = _day(), _day(reveal_to="all")
    assert [audience_of(day, one, BERLIN) for one in day.steps] == [To.ALL, To.SIGNED_UP, To.SIGNED_UP]
    assert [audience_of(to_all, one, BERLIN) for one in day.steps] == [To.ALL, To.ALL, To.SIGNED_UP]
    assert {audience_of(day, one, ALEPPO) for one in day.steps} == {To.ALL}
    unasked = day.model_copy(update={"steps": (PLACE, SOON)})
    assert {audience_of(unasked, one, BERLIN) for one in unasked.steps} == {To.ALL}


def test_its_body_says_which_step_it_is_and_the_place_is_told_until_people_may_still_come() -> None:
    drafter = Drafter(_campaign(_day()))
    drafts = {draft.occurrence.slot_id: draft for draft in drafter.drafts(_planned(_day(), BOT))}
    assert drafter.problems == ()
    draft = drafts["the-day:place:de"]
    found = step_of(draft.body)
    assert found is not None
    assert (found.kind, found.city, found.to, found.tells_place) == (
        StepKind.REVEAL, "berlin", To.SIGNED_UP, True,
    )  # fmt: skip
    assert draft.expires_at == utc("2026-09-05 17:00")
    assert drafts["the-day:soon:de"].expires_at - utc("2026-09-05 14:00") <= timedelta(hours=2)


def test_what_tells_of_changes_waits_in_each_city_and_language_and_in_the_groups_of_open_cities() -> None:
    told = Changes(moved="launch", aborted="launch")
    day = _day().model_copy(update={"changes": told})
    groups = [
        AccountView(f"group-{name}", "telegram", "en", city=name, prompt_hour=9)
        for name in ("berlin", "aleppo")
    ]
    found = [one for one in _planned(day, BOT, *groups) if one.waits]
    assert sorted((one.slot_id, str(one.city), one.account) for one in found) == [
        ("the-day:!aborted", "berlin", "group-berlin"),
        ("the-day:!aborted:de", "berlin", "chat-bot"),
        ("the-day:!aborted:en", "aleppo", "chat-bot"),
        ("the-day:!aborted:en", "berlin", "chat-bot"),
        ("the-day:!moved", "berlin", "group-berlin"),
        ("the-day:!moved:de", "berlin", "chat-bot"),
        ("the-day:!moved:en", "berlin", "chat-bot"),
    ]
    moved = next(one.step for one in found if one.slot_id == "the-day:!moved:de")
    assert moved is not None
    assert (moved.kind, moved.to, moved.tells_place) == (StepKind.REVEAL, To.SIGNED_UP, True)
    aborted = [one.step.to for one in found if one.step is not None and "aborted" in one.step.step]
    assert sorted(aborted) == ["all", "signed-up", "signed-up"]
    to_all = told_of_changes(day.model_copy(update={"reveal_to": "all"}), moved)
    assert to_all is To.ALL
