"""What keeps a city from being ready, item by item."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from content.models import ActionDay, DayCity, Permit, Preparation, Risk, StepKind
from schedules.action_days.readiness import AccountLook, Item, Look, Readiness, by_hand, readiness
from schedules.planning.cities import CityState, Status
from tests.schedules.action_days.days import day_at, step
from tests.schedules.planning.factories import city, utc

T0 = utc("2026-09-05 12:00")
BERLIN, ALEPPO = city("berlin", "Europe/Berlin"), city("aleppo", "Asia/Damascus", Risk.GUARDED)
DONE = CityState(permit=Permit.GRANTED, ticked=frozenset({Item.MATERIAL, "loudspeaker"}))
READY = Look(
    state=DONE,
    accounts=(AccountLook("group", is_held=False), AccountLook("bot", is_held=False)),
    planned=3,
    has_group=True,
    captains=2,
    answered=True,
    has_place=True,
)


def day(**keys: Any) -> ActionDay:
    loudspeaker = Preparation(id="loudspeaker", title={"en": "A loudspeaker"})
    entries = (DayCity(id="berlin", permit=Permit.APPLIED), DayCity(id="aleppo", captains=1))
    steps = (step("come", -2), step("place", -1, StepKind.REVEAL))
    return day_at(T0, *steps, **{"cities": entries, "checklist": (loudspeaker,)} | keys)


def of_berlin(**changed: Any) -> Readiness:
    return readiness(day(), BERLIN, replace(READY, **changed))


def said(found: Readiness) -> list[tuple[str, str]]:
    return [(check.item, str(check.said)) for check in found.missing]


def test_a_city_with_everything_is_ready_and_its_permit_stands_over_the_folder() -> None:
    found = of_berlin()
    assert (found.is_ready, found.permit) == (True, Permit.GRANTED)
    assert {check.item for check in found.checks} == {*Item, "loudspeaker"}
    assert [check.item for check in found.checks if check.is_ticked_by_hand] == list(by_hand(day()))


@pytest.mark.parametrize(
    ("changed", "item", "words"),
    [
        ({"accounts": (AccountLook("group", is_held=True),)}, Item.ACCOUNTS, "nothing goes out on group"),
        (
            {"accounts": (AccountLook("group", is_held=False, ends_at=T0),)},
            Item.ACCOUNTS,
            "the token expires before T-0: group",
        ),
        ({"is_held": True}, Item.ACCOUNTS, "sending is stopped there"),
        ({"planned": 0}, Item.TEXTS, "nothing is planned there"),
        ({"unapproved": 2}, Item.TEXTS, "2 of 3 wait for approval"),
        ({"has_group": False}, Item.GROUP, "no group is bound"),
        ({"has_place": False}, Item.PLACE, "nobody has filled it in"),
        ({"captains": 1}, Item.CREW, "1 of 2 are there"),
        ({"answered": False}, Item.ROLL_CALL, "nobody has answered the latest one"),
        ({"crowded": ("group",)}, Item.LANES, "too much in one minute for group"),
        ({"state": replace(DONE, permit=None)}, Item.PERMIT, "applied for"),
        (
            {"state": replace(DONE, ticked=frozenset({"loudspeaker"}))},
            Item.MATERIAL,
            "nobody has ticked it",
        ),
        (
            {"state": replace(DONE, ticked=frozenset({Item.MATERIAL}))},
            "loudspeaker",
            "nobody has ticked it",
        ),
    ],
)
def test_one_thing_is_missing(changed: dict[str, Any], item: str, words: str) -> None:
    assert said(of_berlin(**changed)) == [(item, words)]


def test_a_token_that_lives_until_after_a_delay_is_needed() -> None:
    late = replace(DONE, delay=timedelta(hours=1), status=Status.BEGUN)
    accounts = (AccountLook("group", is_held=False, ends_at=T0 + timedelta(minutes=30)),)
    found = of_berlin(state=late, accounts=accounts)
    assert found.starts_at == T0 + timedelta(hours=1)
    assert [check.item for check in found.missing] == [Item.ACCOUNTS]


def test_a_roll_call_that_is_still_to_come_keeps_nobody_from_being_ready() -> None:
    found = of_berlin(answered=None)
    assert found.is_ready
    assert [check.item for check in found.checks if check.is_ready is None] == [Item.ROLL_CALL]


def test_a_guarded_city_needs_neither_a_group_nor_a_place_and_as_many_people_as_the_day_says() -> None:
    found = readiness(day(), ALEPPO, replace(READY, has_group=False, has_place=False, captains=1))
    assert found.is_ready
    assert not {Item.GROUP, Item.PLACE} & {check.item for check in found.checks}


def test_where_nothing_is_said_or_revealed_nothing_of_it_is_missing() -> None:
    steps = (step("come", -2, cities=("aleppo",)), step("place", -1, StepKind.REVEAL, cities=("aleppo",)))
    silent = day(steps=steps)
    found = readiness(silent, BERLIN, replace(READY, planned=0, has_place=False))
    assert found.is_ready
