import contextlib
import random
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from content.errors import CampaignInvalid
from content.media import clean_picture

PLANTED = b"PLANTED-GPS-24.7136"


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = PLANTED.decode()
    exif[0x0112] = 6
    return exif


def _with_metadata(path: Path, kind: str) -> Path:
    picture = Image.new("RGB", (40, 20), "white")
    picture.putpixel((0, 0), (255, 0, 0))
    if kind == "PNG":
        info = PngInfo()
        info.add_text("Comment", PLANTED.decode())
        picture.save(path, kind, pnginfo=info, exif=_exif())
    elif kind == "JPEG":
        picture.save(path, kind, exif=_exif(), comment=PLANTED)
    else:
        picture.save(path, kind, exif=_exif().tobytes(), lossless=True)
    assert PLANTED in path.read_bytes()
    return path


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_metadata_is_left_and_the_picture_stands_upright(tmp_path: Path, kind: str) -> None:
    cleaned = clean_picture(_with_metadata(tmp_path / "one", kind))
    assert PLANTED not in cleaned.data
    with Image.open(BytesIO(cleaned.data)) as picture:
        assert (picture.format, picture.size) == (kind, (20, 40))
        assert not picture.getexif()
        assert not {"comment", "Comment", "exif"} & set(picture.info)


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
