"""What an MP4 file says of itself: how long it is, and how large on the screen (ISO/IEC 14496-12)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_LONG: Final = 1
"""A version of a box whose times have 64 bits; also a size that stands in the 64 bits after the name."""
_HEADER: Final = 8


@dataclass(frozen=True, slots=True)
class Measures:
    """The length in seconds, and the size in pixels as it is shown."""

    seconds: float
    width: int
    height: int


def measures(data: bytes) -> Measures:
    """The measures of a whole MP4 file with one track of pictures.

    Raises:
        ValueError: It is no such file.
    """
    try:
        movie = _inside(data, b"moov")
        seconds = _seconds(_inside(movie, b"mvhd"))
        sizes = [_size(_inside(track, b"tkhd")) for track in _boxes(movie, b"trak")]
        return Measures(seconds, *max(sizes))
    except (struct.error, IndexError, ZeroDivisionError, ValueError) as error:
        raise ValueError("the file is not an MP4 with pictures") from error


def _seconds(header: bytes) -> float:
    """Rounded to milliseconds, so that it is the same number wherever it was written down."""
    layout = ">4x16xIQ" if header[0] == _LONG else ">4x8xII"
    scale, duration = struct.unpack_from(layout, header)
    return round(float(duration) / float(scale), 3)


def _size(header: bytes) -> tuple[int, int]:
    """The last two fields, in sixteenths of a bit: 16 bits before the point and 16 after it."""
    width, height = struct.unpack(">II", header[-8:])
    return width >> 16, height >> 16


def _inside(data: bytes, name: bytes) -> bytes:
    return next(_boxes(data, name), b"")


def _boxes(data: bytes, name: bytes) -> Iterator[bytes]:
    at = 0
    while at + _HEADER <= len(data):
        size, found = struct.unpack_from(">I4s", data, at)
        start = at + _HEADER
        if size == _LONG:
            (size,) = struct.unpack_from(">Q", data, start)
            start += 8
        end = at + size if size else len(data)
        if end < start or end > len(data):
            return
        if found == name:
            yield data[start:end]
        at = end
