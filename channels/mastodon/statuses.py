"""A status as a server tells it: its proof, and whether it is a post of ours."""

from collections.abc import Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, Final

import regex

from channels.base import OutgoingPost, Receipt
from channels.sameness import one_form
from content.limits import Limits
from content.richtext import plain
from content.visible import visible

BREAKS: Final = frozenset({"br", "p", "li", "ul", "ol", "div", "blockquote", "pre"})
_FAR_MENTION: Final = regex.compile(r"(?<![=/\w])(@\w+(?:[.-]+\w+)*+)@\w++(?:[.-]++\w++)*+")


class NoStatus(ValueError):
    """What came back is no status."""


class _Words(HTMLParser):
    """Gathers what a reader sees, and the invisible ends of shortened addresses with it."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def _break(self, tag: str) -> None:
        if tag in BREAKS:
            self.parts.append("\n")


def status_text(post: OutgoingPost, limits: Limits) -> str:
    """What is sent as ``status``: Mastodon itself makes links, tags and mentions of it."""
    return plain(visible(post.text, limits))


def written(content: str) -> str:
    """The text behind a status's HTML, each break of any kind as a newline."""
    words = _Words()
    words.feed(content)
    words.close()
    return "".join(words.parts)


def comparable(text: str, warning: str) -> tuple[str, str]:
    """A text and its warning, equal for two that a reader cannot tell apart.

    Servers show ``@Name@server`` as ``@name``, and turn spaces and breaks into their own.
    """
    return _any_case(_FAR_MENTION.sub(r"\1", text)), _any_case(warning)


def continues_another(status: Mapping[str, Any], post: OutgoingPost) -> bool:
    """Whether a status answers something else than the part before this post."""
    parent = status.get("in_reply_to_id")
    return parent is not None and (not post.thread or parent != post.thread[-1].remote_id)


def receipt_of(status: Mapping[str, Any]) -> Receipt:
    """The proof that a status is public.

    Raises:
        NoStatus: It lacks an id or a date.
    """
    remote_id, url = status.get("id"), status.get("url")
    if not isinstance(remote_id, str) or not remote_id:
        raise NoStatus
    return Receipt(remote_id, url if isinstance(url, str) and url else None, created_at(status))


def created_at(status: Mapping[str, Any]) -> datetime:
    """When the server took a status, in UTC.

    Raises:
        NoStatus: It does not say so.
    """
    try:
        moment = datetime.fromisoformat(status["created_at"])
    except (KeyError, TypeError, ValueError):
        raise NoStatus from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _any_case(text: str) -> str:
    return one_form(text).casefold()
