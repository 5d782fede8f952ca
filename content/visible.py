"""A text as readers of one platform see it, with everything that has no place of its own there."""

from collections.abc import Sequence
from typing import Final

from content.limits import Limits
from content.richtext import Paragraph, RichText, Span, plain

PICTURE_MARK: Final = "\N{FRAME WITH PICTURE}\N{VARIATION SELECTOR-16} "
VIDEO_MARK: Final = "\N{CLAPPER BOARD} "
WARNING_MARK: Final = "\N{WARNING SIGN}\N{VARIATION SELECTOR-16} "


def visible(
    text: RichText,
    limits: Limits,
    *,
    alts: Sequence[str] = (),
    warning: str | None = None,
    moving: bool = False,
) -> RichText:
    """The text with the content warning before it, and the descriptions of its media after it, where needed.

    A platform that shows warnings, or has alt texts, gets them by those means instead.

    Args:
        moving: Whether it is a video that ``alts`` describe.
    """
    before = (_line(WARNING_MARK + warning),) if warning and not limits.content_warnings else ()
    mark = VIDEO_MARK if moving else PICTURE_MARK
    described = [] if has_alt_texts(limits, moving=moving) else [mark + alt for alt in alts if alt]
    after = (_line("\n".join(described)),) if described else ()
    return RichText((*before, *text.paragraphs, *after))


def counted(
    text: RichText,
    limits: Limits,
    *,
    alts: Sequence[str] = (),
    warning: str | None = None,
    moving: bool = False,
) -> str:
    """The string whose length the platform limits; a warning counts also where it is shown apart (Mastodon)."""
    shown = visible(text, limits, alts=alts, warning=warning, moving=moving)
    words = plain(shown, native_links=limits.native_links)
    return f"{warning}\n\n{words}" if warning and limits.content_warnings else words


def has_alt_texts(limits: Limits, *, moving: bool) -> bool:
    """Whether the platform carries the descriptions of pictures, or of a video, by its own means."""
    return limits.max_alt_graphemes > 0 and not (moving and limits.video and not limits.video.alt_texts)


def _line(words: str) -> Paragraph:
    return Paragraph((Span(words),))
