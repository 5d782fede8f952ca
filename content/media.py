"""Pictures as they will be published: decoded, freed of metadata, fitted to a platform, and encoded anew."""

import hashlib
import warnings
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from sys import maxsize
from typing import Final, NamedTuple

from PIL import Image, ImageCms, ImageOps

from content.errors import CampaignInvalid, Problem
from content.limits import Limits

MAX_PIXELS: Final = 25_000_000
QUALITIES: Final = (88, 80, 72, 64)
"""Of a JPEG or WebP, the first that makes it small enough."""
MIME: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
STILL: Final = {"MPO": "JPEG"}
"""Phones put a second picture, for depth or brightness, behind a JPEG; the first one is the picture."""
_FLAT: Final = {"1": "L", "L": "L", "LA": "L", "CMYK": "CMYK"}
"""Modes without transparency in which a colour profile is meant; of all others it is RGB."""
_KEPT: Final = 128


@dataclass(frozen=True, slots=True)
class Picture:
    """The very bytes that go out.

    Attributes:
        sha256: Lower-case hex digest of ``data``.
        source: The same of the file in the campaign folder.
        width: In pixels, as it is shown.
        height: The same.
    """

    data: bytes = field(repr=False)
    mime: str
    sha256: str
    width: int
    height: int
    source: str = ""


class _Rules(NamedTuple):
    formats: frozenset[str] = frozenset(MIME.values())
    max_bytes: int = maxsize
    max_side: int = maxsize
    max_width: int = maxsize
    max_pixels: int = maxsize

    def allow(self, width: int, height: int) -> bool:
        fits = max(width, height) <= self.max_side and width <= self.max_width
        return fits and width * height <= self.max_pixels


_ANYWHERE: Final = _Rules()


def clean_picture(path: Path, limits: Limits | None = None) -> Picture:
    """Decode a JPEG, PNG or WebP and draw it onto a fresh canvas, so that no EXIF, GPS or comment is left.

    The colours are moved to sRGB. With ``limits`` it comes in a format of the platform, scaled down and
    compressed only as far as needed; transparency that the platform cannot show becomes white. A PNG that is too
    large becomes a JPEG, or a WebP where something shines through. The same file and limits give the same bytes.

    Raises:
        CampaignInvalid: The file is not such a picture, has more than 25 million pixels, or has a shape that
            the platform refuses: nothing is cut away, because that may change what a picture says.
    """
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise CampaignInvalid([_unreadable(path)]) from error
    plain = _cleaned(path, changed, _ANYWHERE)
    if limits is None:
        return plain
    _require_shape(path, plain, limits)
    rules = _rules(limits)
    return plain if _keeps(plain, rules) else _cleaned(path, changed, rules)


def redraw_picture(data: bytes, max_side: int) -> Picture:
    """The same for bytes that have never been written anywhere, at most so many pixels on either side.

    Raises:
        CampaignInvalid: It is not such a picture, moves, or has more than 25 million pixels.
    """
    return _redrawn(Path("photo"), data, _Rules(max_side=max_side))


def _rules(limits: Limits) -> _Rules:
    return _Rules(
        limits.picture_formats,
        limits.max_media_bytes or maxsize,
        limits.max_picture_side or maxsize,
        limits.max_picture_width or maxsize,
        limits.max_picture_pixels or maxsize,
    )


def _keeps(picture: Picture, rules: _Rules) -> bool:
    small = len(picture.data) <= rules.max_bytes and rules.allow(picture.width, picture.height)
    return small and picture.mime in rules.formats


def _require_shape(path: Path, picture: Picture, limits: Limits) -> None:
    least, greatest = limits.picture_aspects or (0, maxsize)
    if not least <= picture.width / picture.height <= greatest:
        raise CampaignInvalid([_misshapen(path, picture, limits)])


@lru_cache(maxsize=_KEPT)
def _cleaned(path: Path, _changed: int, rules: _Rules) -> Picture:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CampaignInvalid([_unreadable(path)]) from error
    return _redrawn(path, data, rules)


def _redrawn(path: Path, data: bytes, rules: _Rules) -> Picture:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            canvas, kind = _decoded(path, data)
            picture = _fitted(canvas, kind, rules)
        except CampaignInvalid:
            raise
        except Image.DecompressionBombError as error:
            raise CampaignInvalid([_too_large(path)]) from error
        except Exception as error:  # a hostile picture makes its decoder raise anything
            raise CampaignInvalid([_unreadable(path)]) from error
    if picture is None:
        raise CampaignInvalid([_incompressible(path, rules)])
    return replace(picture, source=hashlib.sha256(data).hexdigest())


def _decoded(path: Path, data: bytes) -> tuple[Image.Image, str]:
    with Image.open(BytesIO(data), formats=tuple(MIME)) as image:
        if image.width * image.height > MAX_PIXELS:
            raise CampaignInvalid([_too_large(path)])
        kind = STILL.get(image.format or "", image.format or "")
        if kind == image.format and getattr(image, "is_animated", False):
            raise CampaignInvalid([_moving(path)])
        return _drawn(_eight_bits(ImageOps.exif_transpose(image))), kind


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scientific grey has 16 bits, and Pillow would cut off rather than scale."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda grey: grey / 256).convert("L")


def _drawn(image: Image.Image) -> Image.Image:
    canvas = Image.new("RGB", image.size)
    canvas.paste(_in_srgb(image.convert(_FLAT.get(image.mode, "RGB")), image.info.get("icc_profile")))
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    if alpha and alpha.getextrema() != (255, 255):
        canvas.putalpha(alpha)
    return canvas


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile or b""))
        moved = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):  # no profile, a broken one, or one of another kind of colour
        return image.convert("RGB")
    return moved or image.convert("RGB")


def _fitted(canvas: Image.Image, own: str, rules: _Rules) -> Picture | None:
    kinds = _kinds(own, rules.formats, see_through=canvas.mode == "RGBA")
    for size in _sizes(canvas.size, rules):
        scaled = canvas.resize(size, Image.Resampling.LANCZOS)
        for kind, quality in _ways(kinds):
            picture = _encoded(scaled, kind, quality)
            if len(picture.data) <= rules.max_bytes:
                return picture
        kinds = kinds[-1:]
    return None


def _ways(kinds: tuple[str, ...]) -> list[tuple[str, int]]:
    return [(kind, quality) for kind in kinds for quality in QUALITIES[: 1 if kind == "PNG" else None]]


def _kinds(own: str, formats: frozenset[str], *, see_through: bool) -> tuple[str, ...]:
    """The format to write, and after a PNG the one that is smaller at the price of some quality."""
    liked = (own, "PNG", "WEBP", "JPEG") if see_through else (own, "JPEG", "WEBP", "PNG")
    first, *others = [kind for kind in dict.fromkeys(liked) if MIME[kind] in formats]
    if first != "PNG" or (see_through and "WEBP" not in others):
        return (first,)
    return (first, *others[:1])


def _sizes(size: tuple[int, int], rules: _Rules) -> Iterator[tuple[int, int]]:
    """Ever smaller ones of the same shape, beginning with the largest that the rules allow."""
    sides = range(1, max(size) + 1)
    side = bisect_left(sides, x=True, key=lambda side: not rules.allow(*_scaled(size, side)))
    while side:
        yield _scaled(size, side)
        side = side * 3 // 4


def _scaled(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Rounded towards a square, so that a shape which a platform takes stays one."""
    width, height = (-(-length * side // max(size)) for length in size)
    return width, height


def _encoded(canvas: Image.Image, kind: str, quality: int) -> Picture:
    written = BytesIO()
    if kind == "PNG":
        canvas.save(written, "PNG", optimize=True)
    else:
        (_on_white(canvas) if kind == "JPEG" else canvas).save(written, kind, quality=quality)
    data = written.getvalue()
    return Picture(data, MIME[kind], hashlib.sha256(data).hexdigest(), *canvas.size)


def _on_white(canvas: Image.Image) -> Image.Image:
    if canvas.mode != "RGBA":
        return canvas
    white = Image.new("RGB", canvas.size, "white")
    white.paste(canvas, mask=canvas.getchannel("A"))
    return white


def _problem(path: Path, code: str, what: str, remedy: str) -> Problem:
    return Problem(code, f"media/{path.name}", what, remedy)


def _unreadable(path: Path) -> Problem:
    what = "it is not a JPEG, PNG or WebP picture that can be read"
    return _problem(path, "media-invalid", what, "Export it again as JPEG or PNG.")


def _moving(path: Path) -> Problem:
    what = "it is an animation, and only its first picture would be published"
    return _problem(path, "media-animated", what, "Export the picture that you mean as JPEG or PNG.")


def _too_large(path: Path) -> Problem:
    what = "it has more than 25 million pixels"
    return _problem(path, "media-too-large", what, "Scale it down to at most 5000 by 5000 pixels.")


def _incompressible(path: Path, rules: _Rules) -> Problem:
    what = f"it cannot be made as small as {rules.max_bytes:,} bytes"
    return _problem(path, "media-too-large", what, "Take a simpler picture.")


def _misshapen(path: Path, picture: Picture, limits: Limits) -> Problem:
    least, greatest = limits.picture_aspects or (0, maxsize)
    what = (
        f"it is {picture.width} pixels wide and {picture.height} high, and {limits.platform} takes pictures "
        f"that are {least:g} to {greatest:g} times as wide as high"
    )
    remedy = f"Crop it to such a shape, or leave {limits.platform} out."
    return _problem(path, "media-misshapen", what, remedy)
