"""Rich text as Telegram wants it: a string and entities that point into it in UTF-16 units, or HTML.

Entities need no escaping, so no text can break the markup. Mentions, hashtags and bare addresses are
left to Telegram, which finds them itself.
"""

from collections.abc import Iterator
from html import escape

from telegram import MessageEntity

from content.counting import utf16_units
from content.richtext import BULLET, Paragraph, RichText, Span


def serialise(text: RichText) -> tuple[str, tuple[MessageEntity, ...]]:
    """The text and its bold, italic and linked stretches."""
    written, end = "", 0
    entities: list[MessageEntity] = []
    for span in _flat(text):
        size = utf16_units(span.text)
        entities += _entities(span, end, size)
        written, end = written + span.text, end + size
    return written, tuple(entities)


def as_html(text: RichText) -> str:
    """The same in Telegram's HTML (core.telegram.org/bots/api#html-style), for a message that has other parts."""
    return "".join(_marked_up(span) for span in _flat(text))


def _marked_up(span: Span) -> str:
    shown = escape(span.text)
    if not span.text.strip():
        return shown
    if span.href is not None and span.href != span.text:
        shown = f'<a href="{escape(span.href)}">{shown}</a>'
    shown = f"<i>{shown}</i>" if span.italic else shown
    return f"<b>{shown}</b>" if span.bold else shown


def _flat(text: RichText) -> Iterator[Span]:
    previous: Paragraph | None = None
    for paragraph in text.paragraphs:
        yield Span(_separator(previous, paragraph))
        if paragraph.bullet:
            yield Span(BULLET)
        yield from paragraph.spans
        previous = paragraph


def _separator(previous: Paragraph | None, paragraph: Paragraph) -> str:
    if previous is None:
        return ""
    return "\n" if previous.bullet and paragraph.bullet else "\n\n"


def _entities(span: Span, offset: int, size: int) -> Iterator[MessageEntity]:
    if not span.text.strip():
        return
    if span.bold:
        yield MessageEntity(MessageEntity.BOLD, offset, size)
    if span.italic:
        yield MessageEntity(MessageEntity.ITALIC, offset, size)
    if span.href is not None and span.href != span.text:
        yield MessageEntity(MessageEntity.TEXT_LINK, offset, size, url=span.href)
