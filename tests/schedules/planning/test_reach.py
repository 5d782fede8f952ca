"""Whom a prompt reaches, and whether the bot can write to so many."""

from datetime import UTC, date, datetime, timedelta

import pytest

from content.models import LEVELS, Level
from schedules.people.days import DailyPrompt
from schedules.planning.reach import Cohort, Peak, duration, reach

ON = date(2027, 3, 8)
PROMPT = DailyPrompt("first", ON, Level.NOBODY, LEVELS)
LOUD = DailyPrompt("loud", ON, Level.PUBLIC, (Level.PUBLIC,))


def cohort(people: int, *, zone: str = "Europe/Berlin", hour: int = 9, **keys: str) -> Cohort:
    level = Level(keys.get("level", "nobody"))
    return Cohort(keys.get("language", "en"), level, zone, hour, people)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, 8, hour, minute, tzinfo=UTC)


def test_four_thousand_people_take_two_and_a_half_minutes() -> None:
    found = reach([(PROMPT, "en")], [cohort(4_100)], 27)
    assert found is not None
    assert (found.people, found.first_at, found.last_at, found.late) == (4_100, at(8), at(8), 0)
    assert duration(found.busiest.lasts) == "2 min 32 s"


def test_those_are_counted_who_read_that_language_and_are_served() -> None:
    cohorts = [cohort(10), cohort(20, language="ar"), cohort(40, level="public"), cohort(80, language="tr")]
    counts = [
        None if found is None else found.people
        for prompts in ([(PROMPT, "en")], [(LOUD, "en")], [(PROMPT, "en"), (PROMPT, "ar")], [(LOUD, "ar")])
        for found in [reach(prompts, cohorts, 27)]
    ]
    assert counts == [50, 40, 70, None]


def test_the_busiest_moment_adds_up_those_whose_hours_are_one_instant() -> None:
    cohorts = [
        cohort(10),
        cohort(15, zone="Africa/Tunis"),
        cohort(20, zone="Asia/Kathmandu"),
        cohort(5, hour=8),
    ]
    found = reach([(PROMPT, "en")], cohorts, 25)
    assert found is not None
    assert found.busiest == Peak(25, at(8), timedelta(seconds=1))
    assert (found.first_at, found.last_at) == (at(3, 15), at(8))


def test_whoever_is_reached_only_in_the_quiet_hours_is_counted_as_late() -> None:
    found = reach([(PROMPT, "en")], [cohort(3_600, hour=21), cohort(100, hour=9)], 0.5)
    assert found is not None
    assert found.late == 1_800
    behind = reach([(PROMPT, "en")], [cohort(3_600, hour=20), cohort(10, hour=21)], 0.5)
    assert behind is not None
    assert behind.late == 10


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 s"), (0.2, "1 s"), (59.1, "1 min"), (151.9, "2 min 32 s"), (3_725, "1 h 2 min 5 s")],
)
def test_lengths_of_time_are_for_people(seconds: float, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words
