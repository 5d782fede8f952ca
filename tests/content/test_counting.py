import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.counting import code_points, graphemes, mastodon_length, utf8_bytes, utf16_units, x_weight

FAMILY = "👨‍👩‍👧‍👦"
WORKED = "سلام! حق با ماست. #زن_زندگی_آزادی 🕊️ https://example.com/a"


def test_the_worked_example_of_the_platform_facts() -> None:
    counts = [count(WORKED) for count in (code_points, graphemes, utf16_units, utf8_bytes, x_weight)]
    assert counts == [58, 57, 59, 87, 60]


@pytest.mark.parametrize(
    ("text", "weight"), [("a" * 280, 280), ("ا" * 280, 280), ("漢", 2), (FAMILY, 2), ("e\u0301", 1)]
)
def test_x_weighs_characters(text: str, weight: int) -> None:
    assert x_weight(text) == weight


def test_mastodon_counts_an_address_as_23_and_a_handle_without_its_server() -> None:
    assert mastodon_length("https://example.org/" + "a" * 600) == 23
    assert mastodon_length("@amal@example.org") == mastodon_length("@amal")


@given(st.text())
def test_the_units_are_ordered(text: str) -> None:
    assert graphemes(text) <= code_points(text) <= utf16_units(text)
    assert code_points(text) <= utf8_bytes(text)
