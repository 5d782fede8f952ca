"""Rich text as Bluesky wants it: a string and facets that point into it in UTF-8 bytes.

A hashtag or an address without a facet is dead text there, and the detection of other clients keeps
control characters in tags, so every facet is explicit. Bold and italic do not exist.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from atproto_client.models import AppBskyRichtextFacet
from atproto_client.utils import TextBuilder

from content.richtext import BULLET, Paragraph, RichText, Span, SpanKind
from content.weblinks import http_links

Facets: TypeAlias = list[AppBskyRichtextFacet.Main]
WEB: Final = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Link:
    """The first address of a text and the words that lead to it."""

    label: str
    href: str


def serialise(text: RichText) -> tuple[str, Facets]:
    """The text, and the facets of its hashtags and links. A mention stays text: it would need an account's DID."""
    builder = TextBuilder()
    for span in _flat(text):
        _write(builder, span)
    return builder.build_text(), builder.build_facets()


def first_link(text: RichText) -> Link | None:
    """The web address that a card under the post shows; ``None`` where the text has none."""
    links = (Link(span.text, span.href) for span in _flat(text) if span.href is not None)
    return next((link for link in links if link.href.startswith(WEB)), None)


def _write(builder: TextBuilder, span: Span) -> None:
    if span.href is not None and span.text.strip():
        builder.link(span.text, span.href)
    elif span.kind is SpanKind.HASHTAG:
        builder.tag(span.text, span.text.removeprefix("#"))
    else:
        builder.text(span.text)


def _flat(text: RichText) -> Iterator[Span]:
    previous: Paragraph | None = None
    for paragraph in text.paragraphs:
        yield Span(_separator(previous, paragraph))
        if paragraph.bullet:
            yield Span(BULLET)
        for span in paragraph.spans:
            yield from _with_addresses(span)
        previous = paragraph


def _separator(previous: Paragraph | None, paragraph: Paragraph) -> str:
    if previous is None:
        return ""
    return "\n" if previous.bullet and paragraph.bullet else "\n\n"


def _with_addresses(span: Span) -> Iterator[Span]:
    """The span, cut around the bare addresses in it."""
    if span.kind is not SpanKind.TEXT:
        yield span
        return
    position = 0
    for start, end in http_links(span.text):
        address = span.text[start:end]
        yield Span(span.text[position:start])
        yield Span(address, SpanKind.LINK, href=address)
        position = end
    yield Span(span.text[position:])
