import json
from dataclasses import replace

from bot.board.values import as_json, as_values
from tests.support.boards import example, example_board, guarded_names


def test_numbers_say_whose_they_are_and_few_people_are_not_counted_out() -> None:
    values = as_values(example_board(example()))
    assert values["people_are"] == "captains' estimates"
    assert [city["coming"] for city in values["cities"]][:3] == ["<5", "<5", 5]
    reminder = next(step for step in values["steps"] if step["kind"] == "reminder")
    assert (reminder["on_time"], reminder["failed"]) == ("<5", 0)


def test_a_public_board_has_no_word_of_what_is_private() -> None:
    campaign = example()
    text = as_json(as_values(example_board(campaign, public=True)))
    private = {"coming", "held", "danger_at", *guarded_names(campaign)}
    assert [word for word in private if word in text] == []


def test_the_same_board_gives_the_same_text_whenever_it_was_seen() -> None:
    board = example_board(example())
    later = replace(board, seen_at=board.seen_at.replace(hour=23))
    assert as_json(as_values(board)) == as_json(as_values(later))
    assert json.loads(as_json(as_values(board)))["totals"]["people"] == 3200
