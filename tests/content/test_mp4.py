import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.mp4 import Measures, measures

HEADER = b"\0" * 12 + struct.pack(">II", 1000, 2500) + b"\0" * 80
LONG_HEADER = b"\1" + b"\0" * 19 + struct.pack(">IQ", 48_000, 60_000) + b"\0" * 80


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def long_box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, name, 16 + len(content)) + content


def track(width: int, height: int) -> bytes:
    return box(b"trak", box(b"tkhd", b"\0" * 76 + struct.pack(">II", width << 16, height << 16)))


def movie(header: bytes = HEADER, *tracks: bytes) -> bytes:
    return box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd", header) + b"".join(tracks))


def test_the_length_is_told_in_parts_of_a_second_and_the_size_in_whole_pixels() -> None:
    assert measures(movie(HEADER, track(640, 360))) == Measures(2.5, 640, 360)


def test_a_header_may_hold_times_of_64_bits() -> None:
    assert measures(movie(LONG_HEADER, track(2, 4))).seconds == 1.25


def test_a_track_of_sound_has_no_size_and_is_passed_over() -> None:
    assert measures(movie(HEADER, track(0, 0), track(320, 240))) == Measures(2.5, 320, 240)


def test_boxes_may_be_longer_than_32_bits_can_tell_and_the_last_may_reach_to_the_end() -> None:
    inside = box(b"mvhd", HEADER) + track(8, 6)
    assert measures(long_box(b"mdat", b"x" * 9) + box(b"moov", inside)).width == 8
    assert measures(struct.pack(">I", 0) + b"moov" + inside).width == 8


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"balloons",
        box(b"ftyp", b"isom"),
        movie(HEADER),
        movie(b"", track(8, 6)),
        movie(HEADER[:12] + b"\0" * 12, track(8, 6)),
        movie(HEADER, track(8, 6))[:-5],
        box(b"moov", box(b"mvhd", HEADER) + box(b"trak", box(b"tkhd", b"\0"))),
        struct.pack(">I4s", 1, b"mdat"),
        struct.pack(">I4s", 4, b"mdat") * 9,
    ],
    ids=str,
)
def test_what_is_no_whole_file_with_pictures_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="file"):
        measures(data)


@given(st.binary(max_size=200), st.integers(0, 300))
def test_no_bytes_end_in_any_other_error(noise: bytes, at: int) -> None:
    whole = movie(LONG_HEADER, track(8, 6))
    for data in (noise, whole[:at] + noise, whole[:at] + noise + whole[at + len(noise) :]):
        with contextlib.suppress(ValueError):
            measures(data)
