from datetime import date, time, timedelta
from typing import Any

import pytest

from content.anchoring import anchored
from content.models import Campaign, Claim, Goal, Phase, Step, StepKind
from tests.schedules.planning.factories import action_day, campaign, city, slot, utc, wall

ASKED = utc("2026-11-25 13:05")
LAUNCH = utc("2026-11-25 13:07")
"""On a Wednesday; 14:07 in Berlin."""


def launched(*slots: Any, **keys: Any) -> Campaign:
    return anchored(campaign(*slots, dormant=True, **keys), LAUNCH, asked_at=ASKED)


@pytest.mark.parametrize("at", ["2026-06-10 18:00", "2026-06-10 18:00+02:00"])
def test_a_day_on_either_clock_begins_at_the_instant_of_the_launch(at: str) -> None:
    found = launched(action_days=(action_day(wall(at)),), cities=(city("cairo", "Africa/Cairo"),))
    assert found.action_days[0].at == LAUNCH
    assert (found.dormant, found.launched_at) == (False, ASKED)


def test_everything_else_moves_by_whole_days_and_keeps_its_hour() -> None:
    day = action_day(wall("2026-06-10 18:00"))
    second = day.model_copy(update={"id": "second", "at": wall("2026-06-12 17:00")})
    noon = slot("noon", at=wall("2026-06-11 12:00"))
    hangs = slot("hangs", relative_to="the-day", offset=timedelta(hours=1))
    daily = slot("daily", daily_at=time(9), first_on=date(2026, 6, 10), last_on=date(2026, 6, 12))
    phase = Phase(id="p", title={"en": "P"}, starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 9), gate="?")
    found = launched(noon, hangs, daily, action_days=(second, day), phases=(phase,))
    moved = timedelta(days=168)
    assert found.action_days[0].at == wall("2026-11-27 17:00")
    assert [each.at for each in found.slots] == [wall("2026-11-26 12:00"), None, None]
    assert (found.slots[1].relative_to, found.slots[1].offset) == ("the-day", timedelta(hours=1))
    assert (found.slots[2].first_on, found.slots[2].daily_at) == (date(2026, 11, 25), time(9))
    assert found.starts_on == date(2026, 1, 1) + moved
    assert found.ends_on == date(2026, 12, 31) + moved
    assert found.phases[0].ends_on == date(2026, 6, 9) + moved


def test_what_was_promised_or_found_out_by_a_date_stays() -> None:
    goal = Goal(text={"en": "Sign"}, number=1, unit="signatures", by=date(2026, 6, 30))
    claim = Claim(id="c", text={"en": "C"}, source="S", review_by=date(2026, 7, 1))
    found = launched(slot(), goal=goal, interim_goals=(goal,), claims=(claim,))
    assert (found.goal, found.interim_goals, found.claims) == (goal, (goal,), (claim,))


def test_without_a_day_the_first_slot_goes_out_and_without_slots_only_dates_move() -> None:
    late, early = slot("late", at=wall("2026-06-03 09:00")), slot("early", at=wall("2026-06-01 23:30"))
    found = launched(late, early)
    assert [each.at for each in found.slots] == [wall("2026-11-27 09:00"), LAUNCH]
    assert launched(slot(daily_at=time(9))).starts_on == date(2026, 11, 25)


def test_the_date_of_an_instant_is_that_of_the_clocks_of_the_campaign() -> None:
    midnight = slot("midnight", at=wall("2026-06-01 22:30+00:00"))
    assert launched(midnight).starts_on == date(2026, 1, 1) + (date(2026, 11, 25) - date(2026, 6, 2))


def test_steps_that_are_over_everywhere_are_gone_and_no_others() -> None:
    steps = tuple(
        Step(id=name, kind=StepKind.ROLL_CALL, offset=timedelta(hours=hours))
        for name, hours in {"day-before": -24, "now": 0, "after": 3}.items()
    )
    day = action_day(wall("2026-06-10 18:00"), steps=steps)
    # On the next day at 18:00: 24 hours before is over in Kiritimati and still to come in Honolulu.
    second = day.model_copy(update={"id": "second", "at": wall("2026-06-11 18:00")})
    found = launched(action_days=(day, second))
    assert [step.id for step in found.action_days[0].steps] == ["now", "after"]
    assert [step.id for step in found.action_days[1].steps] == ["day-before", "now", "after"]
