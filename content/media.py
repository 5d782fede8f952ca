"""Pictures as they will be published: decoded, freed of metadata, and encoded anew."""

import hashlib
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from content.errors import CampaignInvalid, Problem

MAX_PIXELS: Final = 25_000_000
JPEG_QUALITY: Final = 88
MIME: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class Picture:
    """The very bytes that go out. ``sha256`` is the lower-case hex digest of ``data``."""

    data: bytes = field(repr=False)
    mime: str
    sha256: str
    width: int
    height: int


def clean_picture(path: Path) -> Picture:
    """Decode a JPEG, PNG or WebP and draw it onto a fresh canvas, so that no EXIF, GPS or comment is left.

    The same file gives the same bytes.

    Raises:
        CampaignInvalid: The file is not such a picture, or has more than 25 million pixels.
    """
    try:
        return _cleaned(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise CampaignInvalid([_unreadable(path)]) from error


@lru_cache(maxsize=_KEPT)
def _cleaned(path: Path, _changed: int) -> Picture:
    try:
        with warnings.catch_warnings(), Image.open(path, formats=tuple(MIME)) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if image.width * image.height > MAX_PIXELS:
                raise CampaignInvalid([_too_large(path)])
            kind = image.format or "PNG"
            return _encoded(ImageOps.exif_transpose(image), kind)
    except (UnidentifiedImageError, Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise CampaignInvalid([_unreadable(path)]) from error


def _encoded(image: Image.Image, kind: str) -> Picture:
    see_through = kind != "JPEG" and ("A" in image.getbands() or "transparency" in image.info)
    mode = "RGBA" if see_through else "RGB"
    canvas = Image.new(mode, image.size)
    canvas.paste(image.convert(mode))
    written = BytesIO()
    if kind == "PNG":
        canvas.save(written, "PNG", optimize=True)
    else:
        canvas.save(written, kind, quality=JPEG_QUALITY)
    data = written.getvalue()
    return Picture(data, MIME[kind], hashlib.sha256(data).hexdigest(), image.width, image.height)


def _unreadable(path: Path) -> Problem:
    return Problem(
        "media-invalid",
        f"media/{path.name}",
        "it is not a JPEG, PNG or WebP picture that can be read",
        "Export it again as JPEG or PNG.",
    )


def _too_large(path: Path) -> Problem:
    return Problem(
        "media-too-large",
        f"media/{path.name}",
        "it has more than 25 million pixels",
        "Scale it down to at most 5000 by 5000 pixels.",
    )
