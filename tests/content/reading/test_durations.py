from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.reading.durations import LONGEST, parse_duration


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("-24h", timedelta(hours=-24)),
        ("90m", timedelta(minutes=90)),
        ("2h30m", timedelta(hours=2, minutes=30)),
        ("2h 30m", timedelta(hours=2, minutes=30)),
        ("3d", timedelta(days=3)),
        ("1w", timedelta(weeks=1)),
        ("+1d12h", timedelta(days=1, hours=12)),
        ("0m", timedelta()),
    ],
)
def test_lengths_are_read_as_people_write_them(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text", ["", "-", "24", "h", "1.5h", "30m2h", "P1D", "1 day", "400d", "٣d", "2h-30m"]
)
def test_anything_else_is_no_length(text: str) -> None:
    assert parse_duration(text) is None


@given(st.text(alphabet="0123456789+-wdhm ", max_size=30))
def test_no_length_is_longer_than_a_year(text: str) -> None:
    length = parse_duration(text)
    assert length is None or abs(length) <= LONGEST
