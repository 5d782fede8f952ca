"""The two documents of a feed. The JSON Feed is the memory; the Atom file is made from it."""

import json
import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from html import escape
from typing import Any, Final
from urllib.parse import quote, urlsplit

from feedgen.feed import FeedGenerator

from channels.base import OutgoingMedia, OutgoingPost
from content.richtext import html, plain

JSON_FEED_VERSION: Final = "https://jsonfeed.org/version/1.1"
KEEP: Final = 500
"""Entries in a feed; older ones leave it."""
LONGEST_TITLE: Final = 80
SCHEME_BORN: Final = "2026"
"""The year of the tag URIs (RFC 4151): never changes, so ids never change."""

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Not allowed in XML 1.0, not even escaped."""

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a feed says about itself. ``base_url`` is the folder's public address, with a final slash."""

    base_url: str
    title: str

    def entry_id(self, key: str) -> str:
        """The permanent id of the entry for a post's key."""
        return f"tag:{urlsplit(self.base_url).hostname},{SCHEME_BORN}:{quote(key, safe='')}"


@dataclass(frozen=True, slots=True)
class Enclosures:
    """An extension of feedgen that links an entry to its files; feedgen itself writes the address of a link alone."""

    attachments: Sequence[Mapping[str, Any]]

    def extend_atom(self, entry: Any) -> None:
        """Called with the element of the entry."""
        for each in self.attachments:
            size = str(each["size_in_bytes"])
            enclosure = {"rel": "enclosure", "href": each["url"], "type": each["mime_type"], "length": size}
            entry.append(entry.makeelement("link", enclosure))


def media_name(media: OutgoingMedia) -> str:
    """The file name of a picture beside the feed: its digest, so it never changes."""
    return f"media/{media.sha256}{mimetypes.guess_extension(media.mime) or ''}"


def new_item(head: FeedHead, post: OutgoingPost, published_at: datetime) -> Item:
    """The entry of a post, as JSON Feed has it."""
    text = plain(post.text)
    return {
        "id": head.entry_id(post.key),
        "title": _title(text),
        "content_html": _content(head, post),
        "content_text": f"{post.content_warning}\n\n{text}" if post.content_warning else text,
        "date_published": published_at.isoformat(),
        "language": post.language,
        "attachments": [_attachment(head, media) for media in post.media],
    }


def has_forbidden(item: Item) -> bool:
    """Whether an entry holds a character that XML cannot hold."""
    return any(_FORBIDDEN.search(item[name]) for name in ("title", "content_html", "content_text"))


def json_feed(head: FeedHead, items: list[Item]) -> bytes:
    """A JSON Feed, newest entry first (jsonfeed.org/version/1.1)."""
    feed = {
        "version": JSON_FEED_VERSION,
        "title": head.title,
        "home_page_url": head.base_url,
        "feed_url": f"{head.base_url}feed.json",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode() + b"\n"


def read_items(document: bytes) -> list[Item]:
    """The entries of a JSON Feed that this module wrote.

    Raises:
        ValueError: It is no such document.
    """
    feed = json.loads(document)
    if not isinstance(feed, dict) or feed.get("version") != JSON_FEED_VERSION:
        raise ValueError("This is not a JSON Feed.")
    items: list[Item] = feed["items"] if isinstance(feed.get("items"), list) else []
    if not all(isinstance(item, dict) and "id" in item and _published(item) for item in items):
        raise ValueError("An entry has no id or no date.")
    return items


def atom_feed(head: FeedHead, items: list[Item], updated_at: datetime) -> bytes:
    """An Atom feed (RFC 4287), newest entry first."""
    feed = FeedGenerator()
    feed.id(f"{head.base_url}feed.atom")
    feed.title(head.title)
    feed.link(href=f"{head.base_url}feed.atom", rel="self")
    feed.link(href=head.base_url, rel="alternate")
    feed.author({"name": head.title})
    feed.updated(updated_at)
    for item in items:
        _add_entry(feed, item)
    document: bytes = feed.atom_str(pretty=True)
    return document


def published_at(item: Item) -> datetime:
    """When an entry was published, in UTC."""
    return datetime.fromisoformat(item["date_published"]).astimezone(UTC)


def _published(item: Item) -> bool:
    try:
        return published_at(item) is not None
    except (KeyError, TypeError, ValueError):
        return False


def _add_entry(feed: Any, item: Item) -> None:
    entry = feed.add_entry(order="append")
    entry.id(item["id"])
    entry.title(item["title"])
    entry.content(item["content_html"], type="html")
    entry.published(item["date_published"])
    entry.updated(item["date_published"])
    entry.register_extension("enclosures", partial(Enclosures, item["attachments"]), rss=False)


def _title(text: str) -> str:
    first = text.split("\n", 1)[0]
    return first if len(first) <= LONGEST_TITLE else first[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"


def _content(head: FeedHead, post: OutgoingPost) -> str:
    pictures = "".join(_picture(head, media) for media in post.media)
    return _behind(post.content_warning, html(post.text, post.language) + pictures)


def _behind(warning: str | None, content: str) -> str:
    if not warning:
        return content
    return f"<details><summary>{escape(warning)}</summary>{content}</details>"


def _picture(head: FeedHead, media: OutgoingMedia) -> str:
    return f'<figure><img src="{escape(head.base_url + media_name(media))}" alt="{escape(media.alt)}"></figure>'


def _attachment(head: FeedHead, media: OutgoingMedia) -> Mapping[str, Any]:
    return {
        "url": head.base_url + media_name(media),
        "mime_type": media.mime,
        "title": media.alt,
        "size_in_bytes": len(media.data),
    }
