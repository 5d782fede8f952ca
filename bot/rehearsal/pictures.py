"""Small copies of the pictures, each once per page."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image

from content.limits import LIMITS
from content.media import clean_picture
from content.models import Campaign, is_video

LARGEST: Final = (480, 360)
QUALITY: Final = 72


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small copy of a picture. ``uri`` holds it whole."""

    name: str
    uri: str
    width: int
    height: int


def thumbnails(campaign: Campaign, wanted: Iterable[tuple[str, str]]) -> dict[str, Thumbnail]:
    """A small copy of each of these pictures, by the SHA-256 of what is published.

    Args:
        wanted: Platform and file of everything that is shown; videos have no small copy.
    """
    folder = campaign.folder / "media"
    shown = sorted({(platform, file) for platform, file in wanted if not is_video(file)})
    published = [clean_picture(folder / file, LIMITS[platform]) for platform, file in shown]
    known = {picture.sha256: picture.data for picture in published}
    return {digest: _small(digest, known[digest]) for digest in sorted(known)}


def _small(digest: str, data: bytes) -> Thumbnail:
    with Image.open(BytesIO(data)) as image:
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A") if "A" in image.getbands() else None)
    flat.thumbnail(LARGEST)
    written = BytesIO()
    flat.save(written, "JPEG", quality=QUALITY, optimize=True)
    encoded = base64.b64encode(written.getvalue()).decode()
    return Thumbnail(f"picture-{digest[:12]}", f"data:image/jpeg;base64,{encoded}", *flat.size)
