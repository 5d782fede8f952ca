"""Limits, counters and tag grammars of every platform, as data.

The numbers are those of 2026-11, each with its source: [D] the platform's own documentation, [M] measured,
[3] a third party, [~] our own careful choice where no source was found. An instance with numbers of its
own, such as a Mastodon server, gets them with ``dataclasses.replace``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import regex

from content.counting import code_points, graphemes, mastodon_length, utf8_bytes, utf16_units, x_weight
from content.grammars import extract_tags, tag_count
from content.weblinks import http_links

__all__ = ["LIMITS", "Excess", "Limits", "Unit", "VideoLimits", "excess", "extract_tags", "length"]


class Unit(StrEnum):
    """The unit in which a platform counts the length of a text."""

    X_WEIGHT = "weighted characters"
    GRAPHEMES = "graphemes"
    MASTODON = "graphemes, links as 23"
    UTF8_BYTES = "UTF-8 bytes"
    UTF16 = "UTF-16 units"
    CODE_POINTS = "characters"


_JPEG: Final = frozenset({"image/jpeg"})
_JPEG_PNG: Final = _JPEG | {"image/png"}
_JPEG_PNG_WEBP: Final = _JPEG_PNG | {"image/webp"}


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """What one platform accepts of the one video of a post: an MP4 with H.264 and AAC.

    Attributes:
        max_bytes: Its size.
        max_seconds: Its length; ``None`` where there is no limit.
        max_side: The longer side in pixels; ``None`` where there is no limit.
        alt_texts: Whether it can have an alt text; elsewhere its description stands in the text.
    """

    max_bytes: int
    max_seconds: int | None = None
    max_side: int | None = None
    alt_texts: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one platform accepts in one post.

    Attributes:
        max_length: Length of a text in ``unit``; ``None`` where there is no limit.
        max_caption: Length of a text that goes with media, in ``unit``; ``None`` where it is ``max_length``.
        max_bytes: A second cap in UTF-8 bytes (Bluesky); ``None`` where there is none.
        max_media: Pictures in one post; 0 where the platform takes none.
        max_media_bytes: Size of one picture in bytes; 0 where the platform takes none.
        picture_formats: MIME types of the pictures that it takes.
        max_picture_side: The longer side of a picture in pixels; ``None`` where there is no limit.
        max_picture_width: The width of a picture in pixels, however high it is; ``None`` as before.
        max_picture_pixels: Width times height; ``None`` as before.
        picture_aspects: The least and the greatest width divided by height; ``None`` where any shape will do.
        video: What it takes of a video; ``None`` where it takes none.
        max_alt_graphemes: Length of an alt text; 0 where the platform has none.
        max_hashtags: Hashtags in one post; ``None`` where there is no limit.
        max_links: Web addresses in one post; ``None`` where there is no limit.
        max_mentions: ``@`` mentions in one post; ``None`` where there is no limit.
        requires_media: Whether a post without a picture is impossible (Instagram).
        native_links: Whether a link can hide behind a label, so that only the label counts.
        content_warnings: Whether the platform shows a warning before a text by its own means.
        threads: Whether a text may go on in further posts; elsewhere its parts stand one below the other.
    """

    platform: str
    unit: Unit
    max_length: int | None
    max_caption: int | None = None
    max_bytes: int | None = None
    max_media: int = 0
    max_media_bytes: int = 0
    picture_formats: frozenset[str] = _JPEG_PNG_WEBP
    max_picture_side: int | None = None
    max_picture_width: int | None = None
    max_picture_pixels: int | None = None
    picture_aspects: tuple[float, float] | None = None
    video: VideoLimits | None = None
    max_alt_graphemes: int = 0
    max_hashtags: int | None = None
    max_links: int | None = None
    max_mentions: int | None = None
    requires_media: bool = False
    native_links: bool = False
    content_warnings: bool = False
    threads: bool = False


@dataclass(frozen=True, slots=True)
class Excess:
    """One limit that a text breaks: how many of what there are, and how many the platform takes."""

    platform: str
    what: str
    found: int
    allowed: int

    def __str__(self) -> str:
        return f"{self.found} {self.what}, {self.platform} takes {self.allowed}"


_KB: Final = 1_000
_MB: Final = 1_000 * _KB
_GB: Final = 1_000 * _MB

_ALL: Final = (
    Limits(
        "x",
        Unit.X_WEIGHT,
        280,  # [D] twitter-text config/v3.json
        max_media=4,
        max_media_bytes=5 * _MB,
        picture_formats=_JPEG_PNG_WEBP,  # [D]
        max_picture_side=8_192,  # [3]
        video=VideoLimits(
            512 * _MB,  # [D]
            max_seconds=140,  # [D]
            max_side=1_280,  # [D] 1280 by 1024
        ),
        max_alt_graphemes=1_000,  # [D] openapi.json
        threads=True,
    ),
    Limits(
        "mastodon",
        Unit.MASTODON,
        500,  # [D] configuration.statuses.max_characters, each server its own
        max_media=4,
        max_media_bytes=16 * _MB,
        picture_formats=_JPEG_PNG_WEBP,  # [D] supported_mime_types, each server its own
        max_picture_pixels=8_294_400,  # [3] a server scales larger ones down to this
        video=VideoLimits(
            40 * _MB,  # [D] video_size_limit of older servers, each server its own
            max_side=1_920,  # [~] video_matrix_limit
            alt_texts=True,  # [D] description
        ),
        max_alt_graphemes=1_500,  # [D] description_limit, each server its own
        content_warnings=True,
        threads=True,
    ),
    Limits(
        "bluesky",
        Unit.GRAPHEMES,
        300,  # [M] 301 is refused with "grapheme too big"
        max_bytes=3_000,  # [M] 3,025 is refused with "string too big"
        max_media=4,
        max_media_bytes=2 * _MB,
        picture_formats=_JPEG_PNG_WEBP,  # [D] the lexicon takes image/*
        max_picture_side=4_000,  # [3] its own app scales larger ones down to this
        video=VideoLimits(
            50 * _MB,  # [D] blobs on a server of one's own; the lexicon of app.bsky.embed.video takes more
            max_seconds=180,  # [3]
            alt_texts=True,  # [D] app.bsky.embed.video
        ),
        max_alt_graphemes=2_000,  # [~]
        native_links=True,  # facets carry the address
        threads=True,
    ),
    Limits(
        "facebook",
        Unit.UTF16,
        63_206,  # [3]; no official figure was found
        max_media=10,  # [3]
        max_media_bytes=4 * _MB,  # [3]
        picture_formats=_JPEG_PNG,  # [~]
        max_picture_side=4_096,  # [~]
        video=VideoLimits(
            1 * _GB,  # [D] docs/graph-api/reference/page/videos
            max_seconds=1_200,  # [D]
        ),
        max_alt_graphemes=1_000,  # [~]
    ),
    Limits(
        "instagram",
        Unit.UTF16,  # [~] the unit is not stated; code points would be laxer
        2_200,  # [D]
        max_media=10,
        max_media_bytes=8 * _MB,
        picture_formats=_JPEG,  # [D]
        max_picture_width=1_440,  # [3]
        picture_aspects=(4 / 5, 1.91),  # [D]
        video=VideoLimits(
            300 * _MB,  # [D] reels; alt texts are for pictures alone
            max_seconds=900,  # [D]
            max_side=1_920,  # [D]
        ),
        max_alt_graphemes=1_000,  # [~]
        max_hashtags=5,  # [3] since 2025-12; the API reference still says 30
        max_mentions=20,  # [D]
        requires_media=True,
    ),
    Limits(
        "threads",
        Unit.UTF8_BYTES,  # [3] 498 characters in 504 bytes were refused in production
        500,  # [D]
        max_media=20,  # [3]
        max_media_bytes=8 * _MB,  # [~] as Instagram
        picture_formats=_JPEG_PNG,  # [3]
        max_picture_width=1_440,  # [3]
        picture_aspects=(1 / 10, 10.0),  # [3]
        video=VideoLimits(
            1 * _GB,  # [3]
            max_seconds=300,  # [3]
            max_side=1_920,  # [3]
            alt_texts=True,  # [D] alt_text of a picture or a video
        ),
        max_alt_graphemes=1_000,  # [~]
        max_hashtags=1,  # [D] one topic tag per post
        max_links=5,  # [3] THREADS_API__LINK_LIMIT_EXCEEDED
        threads=True,
    ),
    Limits(
        "telegram",
        Unit.UTF16,  # [3]
        4_096,  # [D] after entity parsing
        max_caption=1_024,  # [D]
        max_media=10,  # [D] an album
        max_media_bytes=10 * _MB,  # [3]
        picture_formats=_JPEG_PNG,  # [~]
        max_picture_side=5_000,  # [D] width and height together 10,000
        picture_aspects=(1 / 20, 20.0),  # [D]
        video=VideoLimits(50 * _MB),  # [D] sendVideo
        native_links=True,  # entities carry the address
    ),
    Limits(
        "feed",
        Unit.CODE_POINTS,
        None,
        max_media=20,  # [~]
        max_media_bytes=20 * _MB,  # [~]
        picture_formats=_JPEG_PNG_WEBP,  # [~]
        max_picture_side=4_096,  # [~]
        max_alt_graphemes=2_000,  # [~]
        native_links=True,
        content_warnings=True,
    ),
    Limits(
        "mail",
        Unit.CODE_POINTS,
        None,
        max_media=10,  # [~]
        max_media_bytes=5 * _MB,  # [~] relays refuse letters of 10 to 25 MB
        picture_formats=_JPEG_PNG,  # [~] some readers show no WebP
        max_picture_side=2_000,  # [~]
        max_alt_graphemes=1_000,  # [~]
        native_links=True,
    ),
    Limits(
        "handoff",
        Unit.CODE_POINTS,
        None,
        max_media=10,  # [~]
        max_media_bytes=20 * _MB,  # [~]
        picture_formats=_JPEG_PNG,  # [~] what any app takes
        max_picture_side=4_096,  # [~]
        video=VideoLimits(50 * _MB, alt_texts=True),  # [~]
        max_alt_graphemes=1_000,  # [~]
    ),
    Limits(
        "tiktok",
        Unit.UTF16,  # [D] "UTF-16 runes"
        2_200,  # [D] a video's caption; a photo post's description may have 4,000
        max_media=35,  # [3]
        max_media_bytes=20 * _MB,  # [3]
        picture_formats=_JPEG,  # [3]
        max_picture_side=1_920,  # [3]
        video=VideoLimits(
            4 * _GB,  # [D] content-posting-api, media transfer guide
            max_seconds=600,  # [D] at most; creator_info tells the account's own
        ),
        requires_media=True,
    ),
    Limits(
        "snapchat",
        Unit.CODE_POINTS,  # [~]
        250,  # [~] a caption
        max_media=1,  # [~]
        max_media_bytes=5 * _MB,  # [~]
        picture_formats=_JPEG_PNG,  # [~]
        max_picture_side=1_920,  # [~]
        video=VideoLimits(50 * _MB, max_seconds=60),  # [~]
        requires_media=True,  # [D] no text-only posts
    ),
    Limits(
        "youtube",
        Unit.CODE_POINTS,  # [~]
        5_000,  # [~] a community post
        max_media=5,  # [~]
        max_media_bytes=16 * _MB,  # [~]
        picture_formats=_JPEG_PNG,  # [~]
        max_picture_side=4_096,  # [~]
    ),
    Limits(
        "whatsapp",
        Unit.CODE_POINTS,  # [~]
        4_096,  # [3]
        max_caption=1_024,  # [~]
        max_media=1,  # [~]
        max_media_bytes=5 * _MB,  # [~]
        picture_formats=_JPEG_PNG,  # [~]
        max_picture_side=4_096,  # [~]
        video=VideoLimits(16 * _MB),  # [D] cloud-api, supported media types
    ),
)

LIMITS: Final[Mapping[str, Limits]] = {limits.platform: limits for limits in _ALL}
"""The limits of every platform that a campaign may use, by its name."""

_COUNTERS: Final[Mapping[Unit, Callable[[str], int]]] = {
    Unit.X_WEIGHT: x_weight,
    Unit.GRAPHEMES: graphemes,
    Unit.MASTODON: mastodon_length,
    Unit.UTF8_BYTES: utf8_bytes,
    Unit.UTF16: utf16_units,
    Unit.CODE_POINTS: code_points,
}
_MENTION: Final = regex.compile(r"(?<![\w@/])@\w")


def length(text: str, limits: Limits) -> int:
    """Length of a text as this platform counts it, in ``limits.unit``.

    Args:
        text: The text as it will be seen: with ``native_links`` the label alone, otherwise label and address.
    """
    return _COUNTERS[limits.unit](text)


def excess(text: str, limits: Limits, *, caption: bool = False) -> tuple[Excess, ...]:
    """Every limit of a platform that this text breaks; empty where it fits.

    Args:
        caption: Whether the text goes with media.
    """
    return tuple(
        Excess(limits.platform, what, found, allowed)
        for what, found, allowed in _counts(text, limits, caption)
        if allowed is not None and found > allowed
    )


def _counts(text: str, limits: Limits, caption: bool) -> Iterator[tuple[str, int, int | None]]:
    longest = limits.max_caption if caption and limits.max_caption is not None else limits.max_length
    yield limits.unit, length(text, limits) if longest is not None else 0, longest
    if limits.max_bytes is not None:
        yield Unit.UTF8_BYTES, utf8_bytes(text), limits.max_bytes
    if limits.max_hashtags is not None:
        yield "hashtags", tag_count(limits.platform, text), limits.max_hashtags
    if limits.max_links is not None:
        yield "links", len(http_links(text)), limits.max_links
    if limits.max_mentions is not None:
        yield "mentions", len(_MENTION.findall(text)), limits.max_mentions
