"""An approver learns whom a prompt reaches, and nobody is singled out."""

from dataclasses import replace
from datetime import date, timedelta

from bot.telegram.reaching import people_told, reach_told
from content.words import words
from schedules.planning.reach import Peak, Reach
from tests.schedules.planning.factories import utc

ENGLISH = words("en")
NINE, EIGHTEEN = utc("2027-02-04 09:00"), utc("2027-02-04 18:00")
WIDE = Reach(
    date(2027, 2, 4), 4_100, NINE, EIGHTEEN, Peak(4_100, NINE, timedelta(minutes=2, seconds=32)), 0
)


def test_a_wide_prompt_is_told_with_its_times_and_how_long_it_takes() -> None:
    told = reach_told(WIDE, 27, ENGLISH)
    assert "People who get it: 4,100" in told
    assert "9:00" in told
    assert "At the busiest moment: 4,100, at 27 a second: 3 minutes" in told
    assert "quiet hours" not in told


def test_fewer_than_five_are_not_counted_out() -> None:
    assert reach_told(replace(WIDE, people=3), 27, ENGLISH) == "Fewer than five people get it."
    few_late = reach_told(replace(WIDE, late=2), 27, ENGLISH)
    assert few_late.endswith("Not reached before their quiet hours: &lt;5")
    quiet = replace(WIDE, busiest=replace(WIDE.busiest, people=2))
    assert "busiest" not in reach_told(quiet, 27, ENGLISH)


def test_letters_tell_only_how_many_get_them() -> None:
    told = [people_told(people, ENGLISH) for people in (0, 4, 5)]
    assert told == [
        "Nobody gets it as things are now.",
        "Fewer than five people get it.",
        "People who get it as things are now: 5",
    ]


def test_nobody_is_said_too() -> None:
    assert reach_told(None, 27, ENGLISH) == "Nobody gets it as things are now."
