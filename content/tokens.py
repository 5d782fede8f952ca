"""Hashtags, mentions and bare addresses in a text, as people write them."""

from collections.abc import Iterator
from typing import Final

import regex

from content.richtext import Span, SpanKind

ADDRESS: Final = r"https?://[^\s<>\"“”«»‹›،؛؟\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f]+"
TAG: Final = r"(?<![\w#&/@])#(?=[\w\u200c\u200d]*\p{L})[\w\u200c\u200d]+"
MENTION: Final = r"(?<![\w#&/@.+-])@\w(?:[\w.-]*\w)?(?:@\w[\w.-]*\w)?"
_TOKENS: Final = regex.compile(rf"({ADDRESS})|({TAG})|({MENTION})")
_AFTER_ADDRESS: Final = ".,;:!?…'’‘。، "
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}


def tokens_in(text: str, *, bold: bool = False, italic: bool = False) -> tuple[Span, ...]:
    """The spans of a stretch of finished text: hashtags, mentions, bare addresses and what is between."""
    if "#" not in text and "@" not in text and "://" not in text:
        return (Span(text, SpanKind.TEXT, bold, italic),) if text else ()
    return tuple(Span(piece, kind, bold, italic, href) for piece, kind, href in _pieces(text) if piece)


def _pieces(text: str) -> Iterator[tuple[str, SpanKind, str | None]]:
    start = 0
    for match in _TOKENS.finditer(text):
        found = address_in(match[1]) if match[1] else match.group()
        yield text[start : match.start()], SpanKind.TEXT, None
        start = match.start() + len(found)
        kind = SpanKind.LINK if match[1] else SpanKind.HASHTAG if match[2] else SpanKind.MENTION
        yield found, kind, found if match[1] else None
    yield text[start:], SpanKind.TEXT, None


def address_in(found: str, also_after: str = "") -> str:
    """An address without the punctuation of the sentence around it, and without what ``also_after`` lists."""
    end = len(found)
    while end and (
        found[end - 1] in _AFTER_ADDRESS + also_after
        or (
            found[end - 1] in _BRACKETS
            and found.count(found[end - 1], 0, end) > found.count(_BRACKETS[found[end - 1]], 0, end)
        )
    ):
        end -= 1
    return found[:end]
