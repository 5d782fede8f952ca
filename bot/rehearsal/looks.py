"""How a platform shows a text, as safe HTML."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from markupsafe import Markup, escape

from content.limits import LIMITS
from content.richtext import BULLET, Paragraph, RichText, Span, SpanKind

FORMATTED: Final = frozenset({"telegram", "feed", "mail"})
"""Platforms that show bold and italic; elsewhere they are lost, so the transcript loses them too."""
LISTS: Final = frozenset({"feed", "mail"})
"""Platforms with lists of their own; elsewhere a bullet is a character."""
FOLLOWED: Final = ("https://", "http://", "mailto:", "tel:")
"""Addresses that may become a link; every other one stays text."""


def look(text: RichText, platform: str) -> Markup:
    """The text as readers of this platform see it. Everything in it is escaped."""
    return Markup("").join(
        _list(group, platform) if bullets else Markup("").join(_paragraph(each, platform) for each in group)
        for bullets, group in groupby(text.paragraphs, key=lambda paragraph: paragraph.bullet)
    )


def _list(group: Iterator[Paragraph], platform: str) -> Markup:
    if platform in LISTS:
        items = (Markup("<li>{}</li>").format(_line(each, platform)) for each in group)
        return Markup("<ul>{}</ul>").format(Markup("").join(items))
    lines = (Markup("{}{}").format(BULLET, _line(each, platform)) for each in group)
    return Markup("<p>{}</p>").format(Markup("<br>").join(lines))


def _paragraph(paragraph: Paragraph, platform: str) -> Markup:
    return Markup("<p>{}</p>").format(_line(paragraph, platform))


def _line(paragraph: Paragraph, platform: str) -> Markup:
    return Markup("").join(_span(span, platform) for span in paragraph.spans)


def _span(span: Span, platform: str) -> Markup:
    inner = _words(span, platform)
    if platform in FORMATTED:
        for wanted, tagged in (
            (span.italic, Markup("<em>{}</em>")),
            (span.bold, Markup("<strong>{}</strong>")),
        ):
            inner = tagged.format(inner) if wanted else inner
    return inner


def _words(span: Span, platform: str) -> Markup:
    if span.kind in (SpanKind.HASHTAG, SpanKind.MENTION):
        return Markup('<bdi class="{}">{}</bdi>').format(span.kind.value, span.text)
    if span.href is None:
        return _broken(span.text)
    if LIMITS[platform].native_links or span.text == span.href:
        return _link(span.href, span.text)
    return Markup("{} {}").format(_broken(span.text), _link(span.href, span.href))


def _link(href: str, label: str) -> Markup:
    if not href.lower().startswith(FOLLOWED):
        return _broken(label)
    direction = Markup(' dir="ltr"') if label == href else ""
    return Markup('<a href="{}" rel="noreferrer noopener"{}>{}</a>').format(href, direction, label)


def _broken(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))
