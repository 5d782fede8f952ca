import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from channels.base import Receipt
from channels.bluesky.places import created_at, place_of, receipt, record_key, uri_of
from tests.channels.posts import PLANNED_AT, post, text

URI = "at://did:plc:abc/app.bsky.feed.post/3n4ctceskmhqg"
LETTERS = "234567abcdefghijklmnopqrstuvwxyz"


def instant(key: str) -> datetime:
    number = 0
    for letter in key:
        number = number * 32 + LETTERS.index(letter)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number >> 10)


def test_a_place_is_a_tid_of_the_planned_second() -> None:
    key = record_key(post())
    assert re.fullmatch(r"[2-7a-j][2-7a-z]{12}", key)
    assert instant(key).replace(microsecond=0) == PLANNED_AT


def test_a_place_does_not_change_between_attempts_and_versions() -> None:
    assert record_key(post()) == record_key(post(text("Another text")))
    assert record_key(post(key="first")) == "3n4ctcekctdgj"


def test_many_posts_of_one_second_have_places_of_their_own() -> None:
    assert len({record_key(post(key=f"post {number}")) for number in range(2000)}) == 2000


def test_a_place_is_the_same_whatever_zone_names_the_instant() -> None:
    elsewhere = replace(post(), planned_at=PLANNED_AT.astimezone(timezone(timedelta(hours=5))))
    assert record_key(elsewhere) == record_key(post())
    assert created_at(elsewhere).isoformat() == PLANNED_AT.isoformat()


def test_each_part_of_a_thread_is_a_millisecond_after_the_one_before() -> None:
    parts = (receipt(URI, "cid", post()),) * 2
    assert created_at(post(thread=parts)) - PLANNED_AT == timedelta(milliseconds=2)


def test_a_receipt_leads_back_to_its_place() -> None:
    published = receipt(URI, "cid", post())
    assert published == Receipt(
        f"{URI} cid", "https://bsky.app/profile/did:plc:abc/post/3n4ctceskmhqg", PLANNED_AT
    )
    assert uri_of(published) == URI
    assert place_of(published) == {
        "repo": "did:plc:abc",
        "collection": "app.bsky.feed.post",
        "rkey": "3n4ctceskmhqg",
    }


@pytest.mark.parametrize("uri", ["", "at://did:plc:abc", "https://example.org/a/b/c"])
def test_an_address_of_another_kind_is_no_receipt(uri: str) -> None:
    with pytest.raises(ValueError, match="unpack"):
        receipt(uri, "cid", post())
