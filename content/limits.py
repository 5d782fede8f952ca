"""Limits, counters and tag grammars of every platform, as data."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """The unit in which a platform counts the length of a text."""

    X_WEIGHT = "weighted characters"
    GRAPHEMES = "graphemes"
    MASTODON = "graphemes, links as 23"
    UTF8_BYTES = "UTF-8 bytes"
    UTF16 = "UTF-16 units"
    CODE_POINTS = "characters"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one platform accepts in one post.

    Attributes:
        max_length: Length of a text in ``unit``; ``None`` where there is no limit.
        max_caption: Length of a text that goes with media, in ``unit``; ``None`` where it is ``max_length``.
        max_bytes: A second cap in UTF-8 bytes (Bluesky); ``None`` where there is none.
        max_media: Pictures in one post; 0 where the platform takes none.
        max_media_bytes: Size of one picture in bytes.
        max_alt_graphemes: Length of an alt text; 0 where the platform has none.
        max_hashtags: Hashtags in one post; ``None`` where there is no limit.
        requires_media: Whether a post without a picture is impossible (Instagram).
    """

    platform: str
    unit: Unit
    max_length: int | None
    max_caption: int | None = None
    max_bytes: int | None = None
    max_media: int = 0
    max_media_bytes: int = 0
    max_alt_graphemes: int = 0
    max_hashtags: int | None = None
    max_links: int | None = None
    requires_media: bool = False
