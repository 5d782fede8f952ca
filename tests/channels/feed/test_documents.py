import json
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from channels.feed.documents import FeedHead, atom_feed, json_feed, new_item, published_at, read_items
from tests.channels.posts import picture, png, post, text

ATOM = "{http://www.w3.org/2005/Atom}"
HEAD = FeedHead("https://example.org/news/", "White balloons")
NOON = datetime(2026, 12, 10, 12, 0, tzinfo=UTC)


def test_an_entry_id_is_a_tag_uri_of_the_key() -> None:
    assert HEAD.entry_id("balloons/launch/ar 1") == "tag:example.org,2026:balloons%2Flaunch%2Far%201"


def test_the_title_is_the_first_line_cut_between_words() -> None:
    item = new_item(HEAD, post(text("We " + "release " * 12 + "balloons", "Second paragraph")), NOON)
    assert item["title"] == "We " + " ".join(["release"] * 9) + "…"


def test_what_was_written_is_read_again() -> None:
    item = new_item(HEAD, post(), NOON)
    assert read_items(json_feed(HEAD, [item])) == [item]
    assert published_at(item) == NOON


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{}]}',
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "date_published": "x"}]}',
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [1]}',
    ],
)
def test_any_other_document_is_a_value_error(document: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_items(document)


def test_markup_in_a_text_stays_text_in_both_documents() -> None:
    item = new_item(HEAD, post(text("<script>alert(1)</script> & more")), NOON)
    assert "<script>" not in json.loads(json_feed(HEAD, [item]))["items"][0]["content_html"]
    assert b"<script" not in atom_feed(HEAD, [item], NOON)


def test_an_atom_entry_encloses_its_pictures_and_has_no_other_page() -> None:
    pictures = (picture("One"), picture("Two", data=png("red")))
    feed = ET.fromstring(atom_feed(HEAD, [new_item(HEAD, post(media=pictures), NOON)], NOON))  # noqa: S314 - we wrote it
    links = [link.attrib for link in feed.findall(f"{ATOM}entry/{ATOM}link")]
    assert links == [
        {
            "rel": "enclosure",
            "href": f"https://example.org/news/media/{each.sha256}.png",
            "type": "image/png",
            "length": str(len(each.data)),
        }
        for each in pictures
    ]


def test_the_same_entries_make_the_same_bytes() -> None:
    items = [new_item(HEAD, post(), NOON)]
    assert atom_feed(HEAD, items, NOON) == atom_feed(HEAD, items, NOON)
