import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sameness import one_form


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("e\u0301", "\u00e9"),
        ("One\n\nTwo ", "One Two"),
        ("One\u00a0Two", "One Two"),
        ("\u0627\u0653 \r\n#\u0633\u0644\u0627\u0645", "\u0622 #\u0633\u0644\u0627\u0645"),
    ],
)
def test_what_platforms_change_unasked_does_not_count(sent: str, shown: str) -> None:
    assert one_form(sent) == one_form(shown)


@pytest.mark.parametrize(
    ("one", "other"),
    [("One Two", "OneTwo"), ("a", "A"), ("\u0645\u06cc\u200c\u0634", "\u0645\u06cc\u0634")],
)
def test_what_a_reader_can_tell_apart_stays_apart(one: str, other: str) -> None:
    assert one_form(one) != one_form(other)


@given(st.text())
def test_a_form_is_its_own_form(text: str) -> None:
    assert one_form(one_form(text)) == one_form(text)
