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
