"""Which call is open in a city at what time, and what is kept of whom was asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from content.models import StepKind
from schedules.action_days import calls
from schedules.action_days.calls import Gathering, due, gatherings
from schedules.planning.cities import CityState, Status
from schedules.store.engine import Store
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import city
from tests.support.crowd import MORNING, arrive, clock
from tests.support.deliveries import add_accounts

T0 = datetime(2027, 3, 20, 12, tzinfo=UTC)
HALF = timedelta(minutes=30)


def gathering(**changed: Any) -> Gathering:
    campaign = with_day(day_at(T0), city("berlin", "Europe/Berlin"), id="demo")
    [found] = gatherings(campaign, {(campaign.action_days[0].id, "berlin"): CityState(**changed)})
    return found


def opened(hours: float, **changed: Any) -> str | None:
    found = due(gathering(**changed), T0 + timedelta(hours=hours))
    return None if found is None else found.step.id


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (-48.01, None),
        (-48, "roll-call-2d"),
        (-24.01, "roll-call-2d"),
        (-24, "roll-call-1d"),
        (-3, "roll-call-3h"),
        (-0.01, "roll-call-3h"),
        (0, None),
        (0.5, "how-many"),
        (2.99, "how-many"),
        (3, "home"),
        (8.99, "home"),
        (9, None),
    ],
)
def test_a_call_is_open_until_the_next_one(hours: float, expected: str | None) -> None:
    assert opened(hours) == expected


def test_every_delay_moves_what_is_asked() -> None:
    assert opened(-3, delay=HALF) == "roll-call-1d"
    assert opened(-2.5, delay=HALF) == "roll-call-3h"
    assert opened(0.25, delay=HALF) == "roll-call-3h"
    assert opened(1, delay=HALF) == "how-many"


@pytest.mark.parametrize("status", [Status.ENDED, Status.ABORTED])
def test_when_it_is_over_only_home_is_asked(status: Status) -> None:
    assert [opened(hours, status=status) for hours in (-24, 1, 3)] == [None, None, "home"]


@pytest.mark.parametrize(("hours", "minutes"), [(-48, 120), (-24, 120), (-3, 30), (0.5, 15), (3, 30)])
def test_patience_is_shorter_the_nearer_the_hour(hours: float, minutes: int) -> None:
    found = due(gathering(), T0 + timedelta(hours=hours))
    assert found is not None
    assert found.patience == timedelta(minutes=minutes)


def test_steps_of_other_cities_and_of_the_wrong_side_of_the_hour_are_no_calls() -> None:
    steps = (
        step("late-roll", 1, StepKind.ROLL_CALL),
        step("early-count", -1, StepKind.CHECK_IN),
        step("paris", 1, StepKind.CHECK_IN, cities=("paris",)),
    )
    campaign = with_day(day_at(T0, *steps), city("berlin", "Europe/Berlin"))
    [found] = gatherings(campaign, {})
    assert [due(found, T0 + timedelta(hours=hours)) for hours in (-0.5, 1.5)] == [None, None]


async def test_who_was_asked_is_kept_and_passed_on_once_unless_they_answer(store: Store) -> None:
    await add_accounts(store, "a")
    lena, noor = await arrive(store, 1, "lena"), await arrive(store, 2, "noor")
    at, here = clock(), gathering()
    for person in (lena, noor, lena):
        await calls.ask(store, at, here, "how-many", person)
    await calls.ask(store, at, here, "home", noor)
    at.set(MORNING + HALF)
    assert await calls.arrived(store, at, here, "how-many", lena, 6) is None
    assert await calls.arrived(store, at, here, "how-many", lena, 7) == 6
    found = (await calls.of_day(store, "demo", here.day.id))["berlin"]
    assert sorted((one.step, one.person) for one in found) == sorted(
        [("how-many", lena), ("how-many", noor), ("home", noor)]
    )
    [silent] = [one for one in found if one.message == 7]
    assert silent.asked_at == MORNING + HALF
    assert await calls.pass_on(store, at, here, silent)
    assert not await calls.pass_on(store, at, here, silent)
    async with store.write() as connection:
        await calls.answer(connection, at, "demo", here.day, "berlin", noor, home=False)
    found = (await calls.of_day(store, "demo", here.day.id))["berlin"]
    assert {(one.step, one.answered_at) for one in found if one.person == noor} == {
        ("how-many", MORNING + HALF),
        ("home", None),
    }
    [answered] = [one for one in found if one.person == noor and one.step == "how-many"]
    assert not await calls.pass_on(store, at, here, answered)
