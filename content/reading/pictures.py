"""Whether a file is a picture that platforms take."""

import warnings
from pathlib import Path
from typing import Final

from PIL import Image

FORMATS: Final = ("JPEG", "PNG", "WEBP")
TWO_IN_ONE: Final = "MPO"
"""What a JPEG is called where a phone put a second picture, for depth or brightness, behind the first."""
MAX_PIXELS: Final = 25_000_000
_SMALL: Final = (256, 256)


def picture_fault(path: Path) -> tuple[str, str] | None:
    """What is wrong with a picture and what to do, or ``None``. Reads all of it, to find a cut-off one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _fault(path)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return _too_many_pixels()
    except Exception:  # noqa: BLE001 (a hostile picture makes its decoder raise anything)
        return "this is not a whole JPEG, PNG or WebP picture", "Export it again as JPEG or PNG."


def _fault(path: Path) -> tuple[str, str] | None:
    with Image.open(path, formats=FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            return _too_many_pixels()
        if picture.format != TWO_IN_ONE and getattr(picture, "is_animated", False):
            return "the picture is an animation", "Export the picture that you mean as JPEG or PNG."
        picture.verify()
    with Image.open(path, formats=FORMATS) as picture:
        picture.draft("RGB", _SMALL)
        picture.load()
    return None


def _too_many_pixels() -> tuple[str, str]:
    most = MAX_PIXELS // 1_000_000
    return (
        f"the picture has more than {most} million pixels",
        "Make it smaller; 2,000 pixels wide is plenty.",
    )
