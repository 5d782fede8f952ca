"""Posts for tests of channels."""

import hashlib
import io
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from channels.base import OutgoingMedia, OutgoingPost
from content.richtext import Paragraph, RichText, Span, SpanKind

PLANNED_AT = datetime(2026, 12, 10, 12, 0, tzinfo=UTC)
TAG = Span("#WhiteBalloons", SpanKind.HASHTAG)


def png(colour: str = "white") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2), colour).save(buffer, "PNG")
    return buffer.getvalue()


def picture(
    alt: str = "White balloons over a square", *, data: bytes = b"", sensitive: bool = False
) -> OutgoingMedia:
    data = data or png()
    digest = hashlib.sha256(data).hexdigest()
    return OutgoingMedia(data, "image/png", f"{digest[:8]}.png", digest, alt, sensitive)


def video(
    alt: str = "Balloons rise over a square",
    *,
    data: bytes = b"film",
    seconds: float = 12.04,
    width: int = 1280,
    height: int = 720,
    sensitive: bool = False,
) -> OutgoingMedia:
    digest = hashlib.sha256(data).hexdigest()
    return OutgoingMedia(
        data, "video/mp4", f"{digest[:8]}.mp4", digest, alt, sensitive, width, height, seconds
    )


def text(*paragraphs: str) -> RichText:
    return RichText(tuple(Paragraph((Span(each),)) for each in paragraphs))


def post(
    content: RichText | None = None, key: str = "white-balloons/launch/en/1", **more: Any
) -> OutgoingPost:
    if content is None:
        content = RichText((Paragraph((Span("Join us on Saturday. "), TAG)),))
    return OutgoingPost(key=key, language="en", text=content, planned_at=PLANNED_AT, **more)
