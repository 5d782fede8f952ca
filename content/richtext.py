"""Formatted text as a small model: paragraphs of spans. Each channel serialises it its own way."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from itertools import groupby
from typing import Any, Final, TypeAlias

import regex

from content.languages import Direction
from content.languages import direction as direction_of

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"

BULLET: Final = "• "

_LRI: Final = "\u2066"
_PDI: Final = "\u2069"
_MAY_NEED_ISOLATION: Final = re.compile(r"[0-9][0-9 \u00a0()./-]{5}|[A-Za-z]\+")
_ISOLATABLE: Final = regex.compile(
    r"[\u2066-\u2068][^\u2069\n]*+\u2069"
    r"|(?<![\w#@/.+(\u200e\u200f-])(?:\+ ?\(?[0-9]|\([0-9]|[0-9])(?:[ \u00a0()./-]{0,2}[0-9]){6,}+(?![\w#@/\u200e\u200f])"
    r"|(?<![\w#@/\u200e\u200f-])[A-Za-z][A-Za-z0-9]*\++(?![\w#@/\u200e\u200f])"
)


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


def joined(parts: Iterable[RichText]) -> RichText:
    """The parts of a thread as one text, one below the other."""
    return RichText(tuple([paragraph for part in parts for paragraph in part.paragraphs]))


def direction(language: str) -> Direction:
    """Which way a language runs: ``rtl`` or ``ltr``."""
    return direction_of(language)


def plain(text: RichText, *, native_links: bool = False) -> str:
    """The text without formatting, as it is counted and compared.

    A blank line stands between paragraphs and none between list items. A link reads ``label address``.

    Args:
        native_links: Whether the platform hides the address behind the label; then the label stands alone.
    """
    blocks = (
        ("\n" if bullets else "\n\n").join(_line(paragraph, native_links) for paragraph in group)
        for bullets, group in groupby(text.paragraphs, key=lambda paragraph: paragraph.bullet)
    )
    return "\n\n".join(blocks)


def html(text: RichText, language: str) -> str:
    """The text as escaped HTML in one ``div`` with its language and direction.

    Hashtags and mentions stand in ``bdi``: they read right in a right-to-left line with no control character.
    """
    blocks = (
        f"<ul>{''.join(items)}</ul>" if bullets else "".join(items)
        for bullets, items in (
            (bullets, [_block(paragraph) for paragraph in group])
            for bullets, group in groupby(text.paragraphs, key=lambda paragraph: paragraph.bullet)
        )
    )
    return f'<div lang="{escape(language)}" dir="{direction(language)}">{"".join(blocks)}</div>'


def to_json(text: RichText) -> list[JSON]:
    """The text as plain JSON, for the database. ``from_json`` gives back an equal value."""
    return [
        {"bullet": paragraph.bullet, "spans": [_span_to_json(span) for span in paragraph.spans]}
        for paragraph in text.paragraphs
    ]


def from_json(value: Any) -> RichText:
    """The text that ``to_json`` wrote.

    Raises:
        ValueError: The value was not written by ``to_json``.
    """
    try:
        return RichText(
            tuple(
                Paragraph(tuple(_span_from_json(span) for span in paragraph["spans"]), paragraph["bullet"])
                for paragraph in value
            )
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("This is not a stored text.") from error


def isolate(text: RichText, language: str) -> RichText:
    """The text with LRI…PDI around phone numbers and runs like ``C++`` where the language runs leftwards.

    Without them ``+963-11-555`` shows as ``555-11-963+``. Nothing is put next to a hashtag, a mention or an
    address: Bluesky and some Mastodon servers lose a tag that a control character touches.
    """
    if direction(language) == "ltr":
        return text
    return RichText(tuple([isolated(paragraph) for paragraph in text.paragraphs]))


def isolated(paragraph: Paragraph) -> Paragraph:
    """One paragraph of ``isolate``, for a language that runs leftwards."""
    spans = paragraph.spans
    if not any(_MAY_NEED_ISOLATION.search(span.text) for span in spans):
        return paragraph
    kinds = [SpanKind.TEXT, *(span.kind for span in spans), SpanKind.TEXT]
    return Paragraph(
        tuple(
            _isolated(span, kinds[index], kinds[index + 2]) if span.kind is SpanKind.TEXT else span
            for index, span in enumerate(spans)
        ),
        paragraph.bullet,
    )


def _isolated(span: Span, before: SpanKind, after: SpanKind) -> Span:
    end = len(span.text)

    def around(match: regex.Match[str]) -> str:
        found: str = match.group()
        touches = (match.start() == 0 and before is not SpanKind.TEXT) or (
            match.end() == end and after is not SpanKind.TEXT
        )
        done = "\u2066" <= found[0] <= "\u2068"
        return found if touches or done or found.isdigit() else f"{_LRI}{found}{_PDI}"

    return Span(_ISOLATABLE.sub(around, span.text), span.kind, span.bold, span.italic, span.href)


def _line(paragraph: Paragraph, native_links: bool) -> str:
    words = "".join(_words(span, native_links) for span in paragraph.spans)
    return BULLET + words if paragraph.bullet else words


def _words(span: Span, native_links: bool) -> str:
    if span.href is None or native_links or span.text == span.href:
        return span.text
    return f"{span.text} {span.href}"


def _block(paragraph: Paragraph) -> str:
    inner = "".join(_inline(span) for span in paragraph.spans)
    return f"<li>{inner}</li>" if paragraph.bullet else f"<p>{inner}</p>"


def _inline(span: Span) -> str:
    inner = escape(span.text).replace("\n", "<br>")
    for wanted, tag in (
        (span.kind in (SpanKind.HASHTAG, SpanKind.MENTION), "bdi"),
        (span.italic, "em"),
        (span.bold, "strong"),
    ):
        inner = f"<{tag}>{inner}</{tag}>" if wanted else inner
    return inner if span.href is None else f'<a href="{escape(span.href)}">{inner}</a>'


def _span_to_json(span: Span) -> JSON:
    return dict(_entries(span))


def _entries(span: Span) -> Iterator[tuple[str, JSON]]:
    yield "text", span.text
    if span.kind is not SpanKind.TEXT:
        yield "kind", span.kind.value
    if span.bold:
        yield "bold", True
    if span.italic:
        yield "italic", True
    if span.href is not None:
        yield "href", span.href


def _span_from_json(value: Any) -> Span:
    if not isinstance(value["text"], str):
        raise TypeError
    return Span(
        text=value["text"],
        kind=SpanKind(value.get("kind", SpanKind.TEXT)),
        bold=value.get("bold", False),
        italic=value.get("italic", False),
        href=value.get("href"),
    )
