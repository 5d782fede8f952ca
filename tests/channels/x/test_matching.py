from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.x.matching import receipt, same_text
from tests.channels.posts import PLANNED_AT
from tests.support.x_api import XApi

WORDS = st.lists(
    st.sampled_from(
        [
            "سلام",
            "می‌خواهم",
            "🕊️",
            "e\u0301",
            "&",
            "<b>",
            "&amp;",
            "\n\n",
            "https://example.org/a?b=1&c=2",
            "example.com/",
            "x.y",
        ]
    ),
    min_size=1,
).map(" ".join)


def link(short: str, **more: str) -> dict[str, str]:
    return {"url": short, **more}


def test_an_id_holds_the_instant() -> None:
    assert receipt("1541815603606036480").accepted_at == datetime(2022, 6, 28, 16, 7, 40, 105_000, UTC)


@given(WORDS, st.integers(0, 4))
def test_what_was_sent_is_recognised_as_x_shows_it(sent: str, media: int) -> None:
    assert same_text(sent, XApi(PLANNED_AT).post(sent, PLANNED_AT, media))


@given(WORDS)
def test_another_text_is_not_recognised(sent: str) -> None:
    assert not same_text(sent + " more", XApi(PLANNED_AT).post(sent, PLANNED_AT))


@pytest.mark.parametrize(
    ("sent", "expanded"),
    [
        ("https://example.org", "https://example.org/"),
        ("https://Example.ORG/Path", "https://example.org/Path"),
        ("example.org/b", "http://example.org/b"),
        ("https://example.org/a%20b", "https://example.org/a b"),
        ("https://münchen.de/a", "https://xn--mnchen-3ya.de/a"),
    ],
)
def test_an_address_may_come_back_in_another_spelling(sent: str, expanded: str) -> None:
    short = "https://t.co/0123456789"
    tweet = {
        "text": f"Read {short}",
        "entities": {"urls": [link(short, expanded_url=expanded, display_url="example")]},
    }
    assert same_text(f"Read {sent}", tweet)


def test_another_address_is_another_text() -> None:
    short = "https://t.co/0123456789"
    tweet = {"text": f"Read {short}", "entities": {"urls": [link(short, expanded_url="https://a.org/1")]}}
    assert not same_text("Read https://a.org/2", tweet)


def test_a_long_post_is_read_from_its_note() -> None:
    tweet = {"text": "The beginning…", "note_tweet": {"text": "The beginning &amp; the end"}}
    assert same_text("The beginning & the end", tweet)


@pytest.mark.parametrize("told", [{"media_key": "3_1"}, {"display_url": "pic.twitter.com/abc"}])
def test_the_address_of_a_picture_is_no_part_of_the_text(told: dict[str, str]) -> None:
    short = "https://t.co/0123456789"
    tweet = {"text": f"Balloons {short}", "entities": {"urls": [link(short, **told)]}}
    assert same_text("Balloons", tweet)


@pytest.mark.parametrize("tweet", [{}, {"text": "other"}, {"text": "t", "entities": None}])
def test_an_incomplete_answer_is_no_match(tweet: dict[str, str]) -> None:
    assert not same_text("Balloons", tweet)
