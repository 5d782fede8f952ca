"""The board in words, in every language of ours."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.telegram.boardtold import city_told, few_told, offset_told, step_told, totals_told
from content.languages import OURS
from content.words import words
from schedules.action_days.board import StepView
from tests.support.boards import example, example_board

ENGLISH = words("en")
SEEN_AT = example_board(example()).seen_at


def test_numbers_say_whose_they_are() -> None:
    told = list(totals_told(example_board(example()), ENGLISH))
    assert told == [
        "about 3,200 people (captains’ estimates), cities with a number: 14 of 18",
        "Cities that have begun: 12 of 18",
        "coming: 4,100",
    ]


def test_a_city_says_first_what_matters_most_and_few_people_are_not_counted_out() -> None:
    berlin, hamburg, paris, lyon, london, *_ = example_board(example()).cities
    assert list(city_told(berlin, ENGLISH, SEEN_AT)) == [
        "began at 1:02\N{NARROW NO-BREAK SPACE}PM",
        "about 50 people",
    ]
    assert list(city_told(hamburg, ENGLISH, SEEN_AT))[1:] == [
        "30 minutes later than planned",
        "coming: fewer than 5",
    ]
    ahead = next(city_told(hamburg, ENGLISH, SEEN_AT - timedelta(days=14)))
    assert ahead == "begins: 3/20/27, 1:00\N{NARROW NO-BREAK SPACE}PM"
    assert list(city_told(paris, ENGLISH, SEEN_AT)) == ["does not take place"]
    assert next(city_told(lyon, ENGLISH, SEEN_AT)).startswith("ended at")
    assert next(city_told(london, ENGLISH, SEEN_AT)).startswith("DANGER since")


def test_letters_to_few_people_are_not_counted_out() -> None:
    post, reminder, round_up = example_board(example()).steps
    assert list(step_told(post, ENGLISH)) == ["sent: 10", "of these late: 1"]
    assert list(step_told(reminder, ENGLISH)) == ["sent: fewer than 5"]
    assert list(step_told(round_up, ENGLISH)) == ["failed: 2", "to be sent: 10"]
    assert few_told(0, ENGLISH) == "0"


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (0, "T-0"),
        (-48, "T-48:00"),
        (-168, "T-7 days"),
        (-84, "T-84:00"),
        (2.5, "T+2:30"),
        (-0.25, "T-0:15"),
    ],
)
def test_offsets_are_written_as_organisers_do(hours: float, told: str) -> None:
    step: StepView = replace(example_board(example()).steps[0], offset=timedelta(hours=hours))
    assert offset_told(step, ENGLISH) == told


@pytest.mark.parametrize("language", OURS)
def test_every_language_says_it_in_its_own_words(language: str) -> None:
    board, reader_words = example_board(example()), words(language)
    told = [
        *totals_told(board, reader_words),
        *(line for city in board.cities for line in city_told(city, reader_words, board.seen_at)),
    ]
    assert all(line.strip() for line in told)
    if language != "en":
        assert not any("about" in line or "began" in line for line in told)
