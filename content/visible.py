"""A text as readers of one platform see it, with everything that has no place of its own there."""

from collections.abc import Sequence
from typing import Final

from content.limits import Limits
from content.richtext import Paragraph, RichText, Span, plain

PICTURE_MARK: Final = "\N{FRAME WITH PICTURE}\N{VARIATION SELECTOR-16} "
WARNING_MARK: Final = "\N{WARNING SIGN}\N{VARIATION SELECTOR-16} "


def visible(
    text: RichText, limits: Limits, *, alts: Sequence[str] = (), warning: str | None = None
) -> RichText:
    """The text with the content warning before it, and the pictures' descriptions after it, where needed.

    A platform that shows warnings, or has alt texts, gets them by those means instead.
    """
    before = (_line(WARNING_MARK + warning),) if warning and not limits.content_warnings else ()
    described = [alt for alt in alts if alt] if not limits.max_alt_graphemes else []
    after = (_line("\n".join(PICTURE_MARK + alt for alt in described)),) if described else ()
    return RichText((*before, *text.paragraphs, *after))


def counted(text: RichText, limits: Limits, *, alts: Sequence[str] = (), warning: str | None = None) -> str:
    """The string whose length the platform limits; a warning counts also where it is shown apart (Mastodon)."""
    shown = plain(visible(text, limits, alts=alts, warning=warning), native_links=limits.native_links)
    return f"{warning}\n\n{shown}" if warning and limits.content_warnings else shown


def _line(words: str) -> Paragraph:
    return Paragraph((Span(words),))
