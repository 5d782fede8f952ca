"""Formatted text as a small model: paragraphs of spans. Each channel serialises it its own way."""

from dataclasses import dataclass
from enum import StrEnum


class SpanKind(StrEnum):
    """What a span of text is to a reader."""

    TEXT = "text"
    LINK = "link"
    MENTION = "mention"
    HASHTAG = "hashtag"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text with one look and one meaning.

    Attributes:
        text: The visible characters. A hashtag includes its ``#``, a mention its ``@``.
        href: The address behind a link; ``None`` for every other kind.
    """

    text: str
    kind: SpanKind = SpanKind.TEXT
    bold: bool = False
    italic: bool = False
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of text. A line break inside it is a newline in a span; ``bullet`` makes it a list item."""

    spans: tuple[Span, ...]
    bullet: bool = False


@dataclass(frozen=True, slots=True)
class RichText:
    """A whole text. Two values are equal exactly when a reader would see the same."""

    paragraphs: tuple[Paragraph, ...]
