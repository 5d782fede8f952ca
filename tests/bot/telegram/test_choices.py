"""Choices in the data of buttons."""

import pytest

from bot.telegram.choices import CODE_DIGITS, Way, code, coded, marked, way_of


def test_a_code_is_short_whatever_the_name() -> None:
    assert len(code("x" * 64)) == CODE_DIGITS
    assert code("berlin") != code("hamburg")


def test_a_code_is_read_back_among_the_names_that_there_are() -> None:
    assert coded(code("hamburg"), ["berlin", "hamburg"]) == "hamburg"
    assert coded(code("hamburg"), ["berlin"]) is None
    assert coded("", ["berlin"]) is None


@pytest.mark.parametrize(
    ("argument", "expected"),
    [("", (Way.SETTING, "")), ("j", (Way.JOINING, "")), ("s18", (Way.SETTING, "18"))],
)
def test_the_way_comes_first(argument: str, expected: tuple[Way, str]) -> None:
    assert way_of(argument) == expected


def test_the_present_choice_is_marked() -> None:
    assert marked("Berlin", chosen=True) == "✓ Berlin"
    assert marked("Berlin", chosen=False) == "Berlin"
