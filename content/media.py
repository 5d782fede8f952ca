"""Pictures as they will be published: decoded, freed of metadata, and encoded anew."""

import hashlib
import warnings
from dataclasses import dataclass, field, replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from content.errors import CampaignInvalid, Problem

MAX_PIXELS: Final = 25_000_000
JPEG_QUALITY: Final = 88
MIME: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
STILL: Final = {"MPO": "JPEG"}
"""Phones put a second picture, for depth or brightness, behind a JPEG; the first one is the picture."""
_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class Picture:
    """The very bytes that go out.

    Attributes:
        sha256: Lower-case hex digest of ``data``.
        source: The same of the file in the campaign folder.
    """

    data: bytes = field(repr=False)
    mime: str
    sha256: str
    width: int
    height: int
    source: str = ""


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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            source = hashlib.sha256(path.read_bytes()).hexdigest()
            return replace(_decoded(path), source=source)
        except CampaignInvalid:
            raise
        except Image.DecompressionBombError as error:
            raise CampaignInvalid([_too_large(path)]) from error
        except Exception as error:  # a hostile picture makes its decoder raise anything
            raise CampaignInvalid([_unreadable(path)]) from error


def _decoded(path: Path) -> Picture:
    with Image.open(path, formats=tuple(MIME)) as image:
        if image.width * image.height > MAX_PIXELS:
            raise CampaignInvalid([_too_large(path)])
        kind = STILL.get(image.format or "", image.format or "")
        if kind == image.format and getattr(image, "is_animated", False):
            raise CampaignInvalid([_moving(path)])
        return _encoded(_eight_bits(ImageOps.exif_transpose(image)), kind)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scientific grey has 16 bits, and Pillow would cut off rather than scale."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda grey: grey / 256).convert("L")


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


def _moving(path: Path) -> Problem:
    return Problem(
        "media-animated",
        f"media/{path.name}",
        "it is an animation, and only its first picture would be published",
        "Export the picture that you mean as JPEG or PNG.",
    )


def _too_large(path: Path) -> Problem:
    return Problem(
        "media-too-large",
        f"media/{path.name}",
        "it has more than 25 million pixels",
        "Scale it down to at most 5000 by 5000 pixels.",
    )
