"""Pictures as phones write them: with everything in them that tells where, when, on what and by whom they were taken."""

import struct
from io import BytesIO
from typing import Final

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

PLANTED: Final = b"PLANTED-GPS-24.7136"
"""Stands in every place of a picture that is no picture."""
KINDS: Final = ("JPEG", "MPO", "PNG", "WEBP")
"""Every format that is accepted; the second is a JPEG with another picture behind it."""
_HEAD: Final = len(b"Exif\0\0")


def planted(kind: str, size: tuple[int, int] = (40, 35)) -> bytes:
    """A picture that stands on its side, with EXIF, GPS, a thumbnail, XMP, comments, a profile, and bytes behind its end."""
    picture, written = Image.new("RGB", size, "white"), BytesIO()
    picture.putpixel((0, 0), (255, 0, 0))
    profile, exif = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + PLANTED, _exif()
    match kind:
        case "PNG":
            info = PngInfo()
            info.add_text("Comment", PLANTED.decode())
            info.add_itxt("XML:com.adobe.xmp", _xmp().decode())
            picture.save(written, kind, pnginfo=info, exif=exif, icc_profile=profile)
        case "JPEG":
            picture.save(written, kind, exif=exif, comment=PLANTED, xmp=_xmp(), icc_profile=profile)
        case "MPO":
            behind = [Image.new("RGB", (4, 4))]
            picture.save(written, kind, exif=exif, save_all=True, append_images=behind)
        case _:
            picture.save(written, kind, exif=exif, xmp=_xmp(), icc_profile=profile, lossless=True)
    assert _thumbnail() in written.getvalue()
    return written.getvalue() + PLANTED


def _xmp() -> bytes:
    return b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + PLANTED + b"</x:xmpmeta>"


def _thumbnail() -> bytes:
    written = BytesIO()
    Image.new("RGB", (8, 8), "red").save(written, "JPEG", comment=PLANTED)
    return written.getvalue()


def _exif() -> bytes:
    """EXIF with a second directory, the thumbnail, which Pillow reads and does not write."""
    exif = Image.Exif()
    exif[0x010E] = PLANTED.decode()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x927C] = b"maker " + PLANTED
    exif.get_ifd(0x8825).update({1: "N", 2: (24.0, 42.0, 49.0), 0x1B: PLANTED})
    data = bytearray(exif.tobytes())
    order = "<" if data[_HEAD : _HEAD + 2] == b"II" else ">"
    first = _HEAD + struct.unpack_from(f"{order}I", data, _HEAD + 4)[0]
    link = first + 2 + 12 * struct.unpack_from(f"{order}H", data, first)[0]
    second = len(data) - _HEAD
    struct.pack_into(f"{order}I", data, link, second)
    entries = 3
    begins, thumbnail = second + 2 + 12 * entries + 4, _thumbnail()
    data += struct.pack(f"{order}H", entries)
    data += struct.pack(f"{order}HHIHH", 0x0103, 3, 1, 6, 0)
    data += struct.pack(f"{order}HHII", 0x0201, 4, 1, begins)
    data += struct.pack(f"{order}HHII", 0x0202, 4, 1, len(thumbnail))
    return bytes(data + struct.pack(f"{order}I", 0) + thumbnail)
