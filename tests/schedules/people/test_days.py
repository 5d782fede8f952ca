"""When a date of prompts lasts where a volunteer lives, and whom its prompts serve."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.models import LEVELS, Level
from schedules.people.days import (
    BEFORE_EVERYTHING,
    FIRST_ZONE,
    LASTS,
    DailyPrompt,
    arrival,
    below_five,
    prompt_of,
    served,
    waking,
)
from schedules.people.volunteers import HOURS
from schedules.walltime import zone

ON = date(2027, 3, 8)
ZONES = sorted((files("tzdata") / "zones").read_text(encoding="utf-8").split())
PROMPT = DailyPrompt("day-1", ON, Level.ONE, (Level.ONE, Level.PUBLIC))


def test_a_prompt_survives_the_body_of_its_post() -> None:
    for prompt in (PROMPT, DailyPrompt("now", ON, Level.NOBODY, LEVELS, urgent=True)):
        assert prompt_of({"options": prompt.as_options()}) == prompt
    assert prompt_of({"options": {"silent": True}}) is None


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (["nobody"], {"nobody": ["nobody", "one", "public"]}),
        (["public", "nobody"], {"nobody": ["nobody", "one"], "public": ["public"]}),
        (["one"], {"one": ["one", "public"]}),
        (["nobody", "one", "public"], {"nobody": ["nobody"], "one": ["one"], "public": ["public"]}),
        ([], {}),
    ],
)
def test_a_volunteer_gets_the_highest_that_is_safe(
    levels: list[str], expected: dict[str, list[str]]
) -> None:
    found = served(Level(level) for level in levels)
    assert {level.value: [each.value for each in who] for level, who in found.items()} == expected


@given(st.sampled_from(ZONES), st.dates(date(2026, 1, 1), date(2036, 1, 1)), st.sampled_from(list(HOURS)))
def test_every_date_of_every_zone_lies_between_its_first_and_its_last_moment(
    where: str, on: date, hour: int
) -> None:
    begins = datetime.combine(on, datetime.min.time(), zone(FIRST_ZONE)).astimezone(UTC)
    day = waking(on, where, hour)
    assert day is not None
    assert begins <= day.begins_at <= day.due_at < day.ends_at <= day.over_at <= begins + LASTS
    assert day.due_at.astimezone(zone(where)).date() == on
    assert day.due_at.astimezone(zone(where)).hour in HOURS


@given(st.sampled_from(ZONES), st.integers(0, 23))
def test_no_hour_is_within_the_quiet_hours(where: str, hour: int) -> None:
    day = waking(ON, where, hour)
    assert day is not None
    assert day.due_at.astimezone(zone(where)).hour in HOURS


def test_a_date_that_a_country_left_out_has_no_prompt() -> None:
    assert waking(date(2011, 12, 30), "Pacific/Apia", 9) is None
    assert waking(date(2011, 12, 31), "Pacific/Apia", 9) is not None


def test_a_day_that_begins_an_hour_late_ends_at_its_own_midnight() -> None:
    day = waking(date(2027, 9, 4), "America/Santiago", 9)
    assert day is not None
    assert day.over_at == datetime(2027, 9, 5, 4, tzinfo=UTC)


def test_what_is_too_late_does_not_arrive() -> None:
    assert arrival(PROMPT, "Asia/Kathmandu", 9, datetime(2027, 3, 8, 16, 14, tzinfo=UTC)) is not None
    assert arrival(PROMPT, "Asia/Kathmandu", 9, datetime(2027, 3, 8, 16, 15, tzinfo=UTC)) is None


def test_an_urgent_one_comes_first_by_day_and_waits_at_night() -> None:
    urgent = DailyPrompt("now", ON, Level.NOBODY, LEVELS, urgent=True)
    day = datetime(2027, 3, 8, 7, tzinfo=UTC)
    ends = datetime(2027, 3, 8, 21, tzinfo=UTC)
    assert arrival(urgent, "Europe/Berlin", 20, day) == (BEFORE_EVERYTHING, ends)
    assert arrival(urgent, "Europe/Berlin", 20, day - timedelta(seconds=1)) == (day, ends)


@pytest.mark.parametrize(("people", "shown"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5"), (4100, "4,100")])
def test_fewer_than_five_people_are_not_counted_out(people: int, shown: str) -> None:
    assert below_five(people) == shown
