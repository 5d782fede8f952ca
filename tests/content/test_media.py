import contextlib
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from content.errors import CampaignInvalid
from content.limits import LIMITS, Limits, Unit
from content.media import MIME, QUALITIES, clean_picture, redraw_picture
from tests.support import planted

PLANTED = b"PLANTED-GPS-24.7136"


SQUARE = Limits("anywhere", Unit.CODE_POINTS, None, max_media=1)
TRANSPOSED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera held like this stores an upright picture, by EXIF orientation."""


def _exif(orientation: int = 6) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = PLANTED.decode()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0x927C] = b"maker " + PLANTED
    exif.get_ifd(0x8825).update({1: "N", 2: (24.0, 42.0, 49.0), 0x1B: PLANTED})
    return exif


def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _xmp() -> bytes:
    return b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + PLANTED + b"</x:xmpmeta>"


def _with_metadata(path: Path, kind: str) -> Path:
    picture = Image.new("RGB", (40, 35), "white")
    picture.putpixel((0, 0), (255, 0, 0))
    profile = _profile() + PLANTED
    if kind == "PNG":
        info = PngInfo()
        info.add_text("Comment", PLANTED.decode())
        info.add_itxt("XML:com.adobe.xmp", _xmp().decode())
        picture.save(path, kind, pnginfo=info, exif=_exif(), icc_profile=profile, dpi=(72, 72))
    elif kind == "JPEG":
        picture.save(path, kind, exif=_exif(), comment=PLANTED, xmp=_xmp(), icc_profile=profile)
    elif kind == "MPO":
        picture.save(path, kind, exif=_exif(), save_all=True, append_images=[Image.new("RGB", (4, 4))])
    else:
        picture.save(path, kind, exif=_exif().tobytes(), xmp=_xmp(), icc_profile=profile, lossless=True)
    path.write_bytes(path.read_bytes() + PLANTED)
    assert PLANTED in path.read_bytes()[: -len(PLANTED)]
    return path


def _parts(data: bytes, mime: str) -> set[bytes]:
    """The names of the parts of which a file consists."""
    readers: dict[str, Callable[[bytes], Iterator[bytes]]] = {
        "image/jpeg": _segments,
        "image/png": _chunks,
        "image/webp": _riff,
    }
    return set(readers[mime](data))


def _segments(data: bytes) -> Iterator[bytes]:
    place = 2
    while data[place + 1] != 0xDA:
        yield data[place : place + 2]
        place += 2 + int.from_bytes(data[place + 2 : place + 4])
    assert data.endswith(b"\xff\xd9")


def _chunks(data: bytes) -> Iterator[bytes]:
    place = 8
    while place < len(data):
        yield data[place + 4 : place + 8]
        place += 12 + int.from_bytes(data[place : place + 4])


def _riff(data: bytes) -> Iterator[bytes]:
    place = 12
    while place < len(data):
        yield data[place : place + 4]
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        place += 8 + size + size % 2


ONLY_THE_PICTURE = {
    "image/jpeg": {b"\xff\xe0", b"\xff\xdb", b"\xff\xc0", b"\xff\xc4"},
    "image/png": {b"IHDR", b"IDAT", b"IEND"},
    "image/webp": {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"},
}


def _noise(path: Path, kind: str, size: tuple[int, int], mode: str = "RGB") -> Path:
    draw = random.Random(0)
    canvas = Image.frombytes(mode, size, draw.randbytes(size[0] * size[1] * len(mode)))
    canvas.save(path, kind, **({"quality": 95} if kind == "JPEG" else {}))
    return path


def _white(path: Path, size: tuple[int, int]) -> Path:
    Image.new("1", size, 1).save(path, "PNG")
    return path


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_metadata_is_left_and_the_picture_stands_upright(tmp_path: Path, kind: str) -> None:
    cleaned = clean_picture(_with_metadata(tmp_path / "one", kind))
    assert PLANTED not in cleaned.data
    with Image.open(BytesIO(cleaned.data)) as picture:
        assert (picture.format, picture.size) == (kind, (35, 40))
        assert not picture.getexif()
        assert not {"comment", "Comment", "exif"} & set(picture.info)


@pytest.mark.parametrize("platform", sorted(LIMITS))
@pytest.mark.parametrize("kind", ["JPEG", "MPO", "PNG", "WEBP"])
@pytest.mark.parametrize("squeezed", [False, True], ids=["as it is", "squeezed"])
def test_nothing_but_the_picture_goes_to_any_platform(
    tmp_path: Path, platform: str, kind: str, *, squeezed: bool
) -> None:
    limits = replace(LIMITS[platform], max_picture_side=20) if squeezed else LIMITS[platform]
    picture = clean_picture(_with_metadata(tmp_path / "one", kind), limits)
    assert PLANTED not in picture.data
    assert picture.mime in limits.picture_formats
    assert _parts(picture.data, picture.mime) <= ONLY_THE_PICTURE[picture.mime]
    with Image.open(BytesIO(picture.data)) as opened:
        assert opened.size == (picture.width, picture.height) == ((18, 20) if squeezed else (35, 40))


@pytest.mark.parametrize("kind", planted.KINDS)
def test_bytes_that_were_never_written_are_drawn_anew_as_well(kind: str) -> None:
    picture = redraw_picture(planted.planted(kind), 20)
    assert planted.PLANTED not in picture.data
    assert (picture.width, picture.height) == (18, 20)
    assert _parts(picture.data, picture.mime) <= ONLY_THE_PICTURE[picture.mime]
    with pytest.raises(CampaignInvalid):
        redraw_picture(b"GIF89a", 20)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_same_file_gives_the_same_bytes(tmp_path: Path, kind: str) -> None:
    first, second = (_with_metadata(tmp_path / name, kind) for name in ("one", "two"))
    assert clean_picture(first) == clean_picture(second)
    assert clean_picture(first).mime == f"image/{kind.lower()}"


def test_an_edited_file_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    Image.new("RGB", (4, 4), "white").save(path)
    before = clean_picture(path).sha256
    Image.new("RGB", (4, 4), "black").save(path)
    assert clean_picture(path).sha256 != before


def test_transparency_stays(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    Image.new("RGBA", (4, 4), (255, 0, 0, 128)).save(path)
    with Image.open(BytesIO(clean_picture(path).data)) as picture:
        assert picture.getpixel((0, 0)) == (255, 0, 0, 128)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"not a picture", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_a_problem(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "one.png"
    path.write_bytes(content)
    with pytest.raises(CampaignInvalid, match="not a JPEG, PNG or WebP picture"):
        clean_picture(path)


def test_a_file_that_ends_in_the_middle_is_a_problem(tmp_path: Path) -> None:
    path = _with_metadata(tmp_path / "one.jpg", "JPEG")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CampaignInvalid):
        clean_picture(path)


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(CampaignInvalid):
        clean_picture(tmp_path / "none.png")


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    Image.new("1", (6000, 5000)).save(path)
    with pytest.raises(CampaignInvalid, match="25 million"):
        clean_picture(path)


def test_a_phone_s_picture_with_another_one_behind_it_is_a_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    depth = Image.new("RGB", (4, 4), "black")
    Image.new("RGB", (4, 4), "white").save(path, "MPO", save_all=True, append_images=[depth])
    cleaned = clean_picture(path)
    with Image.open(BytesIO(cleaned.data)) as picture:
        assert (cleaned.mime, picture.format, picture.getpixel((0, 0))) == (
            "image/jpeg",
            "JPEG",
            (255, 255, 255),
        )


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_a_problem_and_not_its_first_picture(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "moving"
    second = Image.new("RGB", (4, 4), "black")
    Image.new("RGB", (4, 4), "white").save(path, kind, save_all=True, append_images=[second])
    with pytest.raises(CampaignInvalid, match="is an animation"):
        clean_picture(path)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_way_to_write_colours_keeps_them(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "one"
    grey = (
        Image.new("I;16", (4, 4), 0x8000) if mode == "I;16" else Image.new("L", (4, 4), 128).convert(mode)
    )
    grey.save(path, "JPEG" if mode == "CMYK" else "PNG")
    with Image.open(BytesIO(clean_picture(path).data)) as cleaned, Image.open(path) as before:
        value = cleaned.convert("L").getpixel((0, 0))
        expected = 128 if mode == "I;16" else before.convert("L").getpixel((0, 0))
    assert isinstance(value, int)
    assert isinstance(expected, int | float)
    assert abs(value - expected) <= 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_with_any_byte_wrong_is_a_picture_or_a_problem(tmp_path: Path, kind: str) -> None:
    whole = _with_metadata(tmp_path / "whole", kind).read_bytes()
    draw = random.Random(kind)
    for number in range(300):
        broken = bytearray(whole[: draw.choice([len(whole), draw.randrange(len(whole))])])
        for place in range(min(2, len(broken))):
            broken[draw.randrange(len(broken))] = draw.randrange(256) ^ place
        path = tmp_path / f"{number}"
        path.write_bytes(bytes(broken))
        with contextlib.suppress(CampaignInvalid):
            assert clean_picture(path).mime == f"image/{kind.lower()}"


@pytest.mark.parametrize("orientation", TRANSPOSED)
def test_a_picture_stands_upright_however_the_camera_was_held(tmp_path: Path, orientation: int) -> None:
    upright = Image.new("RGB", (4, 5), "white")
    upright.putpixel((0, 0), (255, 0, 0))
    upright.putpixel((3, 0), (0, 0, 255))
    turn = TRANSPOSED[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    stored.save(tmp_path / "one", "PNG", exif=_exif(orientation))
    with Image.open(BytesIO(clean_picture(tmp_path / "one", LIMITS["x"]).data)) as picture:
        assert picture.tobytes() == upright.tobytes()


def test_instagram_gets_a_jpeg_with_white_where_something_shone_through(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(tmp_path / "one", "PNG")
    cleaned = clean_picture(tmp_path / "one", LIMITS["instagram"])
    with Image.open(BytesIO(cleaned.data)) as picture:
        assert (cleaned.mime, picture.format) == ("image/jpeg", "JPEG")
        assert picture.getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.parametrize(("alpha", "mime"), [(255, "image/jpeg"), (9, "image/png")])
def test_a_webp_goes_to_a_platform_without_webp_as_what_shows_it_best(
    tmp_path: Path, alpha: int, mime: str
) -> None:
    Image.new("RGBA", (8, 8), (0, 0, 0, alpha)).save(tmp_path / "one", "WEBP")
    assert clean_picture(tmp_path / "one", LIMITS["telegram"]).mime == mime
    assert clean_picture(tmp_path / "one", LIMITS["x"]).mime == "image/webp"


@pytest.mark.parametrize(
    ("mode", "formats", "expected"),
    [
        ("RGB", {"image/jpeg", "image/png", "image/webp"}, ("image/jpeg", 200)),
        ("RGBA", {"image/jpeg", "image/png", "image/webp"}, ("image/webp", 200)),
        ("RGBA", {"image/jpeg", "image/png"}, ("image/png", 112)),
        ("RGB", {"image/png"}, ("image/png", 150)),
    ],
)
def test_a_large_png_is_compressed_where_that_loses_less_than_scaling(
    tmp_path: Path, mode: str, formats: set[str], expected: tuple[str, int]
) -> None:
    path = _noise(tmp_path / "one", "PNG", (200, 200), mode)
    limits = replace(SQUARE, max_media_bytes=80_000, picture_formats=frozenset(formats))
    picture = clean_picture(path, limits)
    assert (picture.mime, picture.width) == expected
    assert len(picture.data) <= 80_000


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_of_exactly_the_bytes_is_kept_and_one_byte_more_is_squeezed(
    tmp_path: Path, kind: str
) -> None:
    path = _noise(tmp_path / "one", kind, (64, 64))
    plain = clean_picture(path)
    assert clean_picture(path, replace(SQUARE, max_media_bytes=len(plain.data))) == plain
    squeezed = clean_picture(path, replace(SQUARE, max_media_bytes=len(plain.data) - 1))
    assert len(squeezed.data) < len(plain.data)
    assert (squeezed.width, squeezed.source) == (64, plain.source)


def test_quality_goes_down_in_steps_before_the_picture_becomes_smaller(tmp_path: Path) -> None:
    path = _noise(tmp_path / "one", "JPEG", (64, 64))
    most = len(clean_picture(path).data)
    sizes: list[tuple[int, int]] = []
    while not sizes or sizes[-1][0] == 64:
        picture = clean_picture(path, replace(SQUARE, max_media_bytes=most))
        sizes.append((picture.width, len(picture.data)))
        most = len(picture.data) - 1
    assert [width for width, _ in sizes] == [64] * len(QUALITIES) + [48]


@pytest.mark.parametrize(
    ("limits", "kept", "larger", "becomes"),
    [
        (replace(SQUARE, max_picture_side=60), (60, 30), (61, 30), (60, 30)),
        (replace(SQUARE, max_picture_side=60), (30, 60), (31, 62), (30, 60)),
        (replace(SQUARE, max_picture_width=60), (60, 300), (61, 305), (60, 300)),
        (replace(SQUARE, max_picture_pixels=1_800), (60, 30), (61, 30), (60, 30)),
        (LIMITS["instagram"], (1_440, 1_800), (1_441, 1_800), (1_440, 1_798)),
        (LIMITS["telegram"], (5_000, 300), (5_001, 300), (5_000, 300)),
        (LIMITS["x"], (8_192, 9), (8_193, 9), (8_192, 9)),
        (LIMITS["mastodon"], (3_840, 2_160), (3_840, 2_161), (3_838, 2_160)),
    ],
)
def test_a_picture_of_exactly_the_size_is_kept_and_one_pixel_more_is_scaled_down(
    tmp_path: Path,
    limits: Limits,
    kept: tuple[int, int],
    larger: tuple[int, int],
    becomes: tuple[int, int],
) -> None:
    for size, expected in ((kept, kept), (larger, becomes)):
        picture = clean_picture(_white(tmp_path / f"{size}", size), limits)
        assert (picture.width, picture.height) == expected


@pytest.mark.parametrize("size", [(400, 500), (191, 100), (100, 100), (4_000, 5_000), (3_820, 2_000)])
def test_a_shape_that_instagram_takes_stays_one(tmp_path: Path, size: tuple[int, int]) -> None:
    picture = clean_picture(_white(tmp_path / "one", size), LIMITS["instagram"])
    assert 4 / 5 <= picture.width / picture.height <= 1.91


@pytest.mark.parametrize("size", [(399, 500), (192, 100), (9, 1)])
def test_a_shape_that_a_platform_refuses_is_a_problem_and_nothing_is_cut_away(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    path = _white(tmp_path / "one", size)
    with pytest.raises(CampaignInvalid, match=r"instagram takes .* 0\.8 to 1\.91 .* Crop it"):
        clean_picture(path, LIMITS["instagram"])
    assert clean_picture(path, LIMITS["x"]).width == size[0]


def test_what_cannot_be_made_small_enough_is_a_problem(tmp_path: Path) -> None:
    path = _noise(tmp_path / "one", "JPEG", (40, 40))
    with pytest.raises(CampaignInvalid, match="as small as 10 bytes"):
        clean_picture(path, replace(SQUARE, max_media_bytes=10))


def test_platforms_share_the_bytes_where_their_rules_allow_it(tmp_path: Path) -> None:
    path = _with_metadata(tmp_path / "one", "JPEG")
    assert clean_picture(path, LIMITS["x"]) is clean_picture(path, LIMITS["telegram"])
    path = _with_metadata(tmp_path / "two", "WEBP")
    assert clean_picture(path, LIMITS["instagram"]) == clean_picture(path, LIMITS["mail"])


def _red_and_green_swapped() -> bytes:
    profile = bytearray(_profile())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colours_look_the_same_without_their_profile(tmp_path: Path, mode: str) -> None:
    red = Image.new("RGB", (4, 4), (255, 0, 0)).convert(mode)
    red.save(tmp_path / "one", "PNG", icc_profile=_red_and_green_swapped())
    with Image.open(BytesIO(clean_picture(tmp_path / "one").data)) as picture:
        assert picture.getpixel((0, 0)) == (0, 255, 0)


@pytest.mark.parametrize(
    "profile",
    [
        b"broken",
        _profile()[:200],
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
        struct.pack(">I", 2**31) + _profile()[4:],
    ],
    ids=["broken", "cut off", "of another kind", "of a wrong size"],
)
def test_a_profile_that_makes_no_sense_is_left_out(tmp_path: Path, profile: bytes) -> None:
    Image.new("RGB", (4, 4), (255, 0, 0)).save(tmp_path / "one", "PNG", icc_profile=profile)
    picture = clean_picture(tmp_path / "one")
    assert _parts(picture.data, picture.mime) == ONLY_THE_PICTURE["image/png"]
    with Image.open(BytesIO(picture.data)) as opened:
        assert opened.getpixel((0, 0)) == (255, 0, 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    kind=st.sampled_from(sorted(MIME)),
    formats=st.frozensets(st.sampled_from(sorted(MIME.values())), min_size=1),
    most=st.tuples(st.integers(1_200, 9_000), *[st.integers(1, 100)] * 2, st.integers(1, 9_000)),
)
def test_whatever_a_platform_asks_for_it_gets_or_there_is_a_problem(
    tmp_path: Path,
    size: tuple[int, int],
    kind: str,
    formats: frozenset[str],
    most: tuple[int, int, int, int],
) -> None:
    limits = Limits(
        "any",
        Unit.CODE_POINTS,
        None,
        picture_formats=formats,
        max_media_bytes=most[0],
        max_picture_side=most[1],
        max_picture_width=most[2],
        max_picture_pixels=most[3],
    )
    first, second = (_noise(tmp_path / name, kind, size) for name in ("one", "two"))
    picture = clean_picture(first, limits)
    assert picture == clean_picture(second, limits)
    assert picture.mime in formats
    assert len(picture.data) <= most[0]
    assert max(picture.width, picture.height) <= most[1]
    assert picture.width <= min(most[2], size[0])
    assert picture.width * picture.height <= most[3]
    shape = picture.width / picture.height
    assert min(1, size[0] / size[1]) <= shape <= max(1, size[0] / size[1])
