from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from content.reading.pictures import picture_fault
from tests.support.folders import picture


def written(folder: Path, data: bytes) -> Path:
    path = folder / "picture"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_that_platforms_take_are_fine(tmp_path: Path, kind: str) -> None:
    assert picture_fault(written(tmp_path, picture(kind))) is None


@pytest.mark.parametrize("data", [b"", b"not a picture", picture("GIF"), picture("BMP"), picture("TIFF")])
def test_anything_else_is_no_picture(tmp_path: Path, data: bytes) -> None:
    assert picture_fault(written(tmp_path, data)) == (
        "this is not a whole JPEG, PNG or WebP picture",
        "Export it again as JPEG or PNG.",
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_is_cut_off_is_found(tmp_path: Path, kind: str) -> None:
    data = picture(kind, (400, 400))
    assert picture_fault(written(tmp_path, data[: len(data) * 2 // 3])) is not None


def test_a_picture_with_too_many_pixels_is_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("1", (6000, 6000)).save(path)
    fault = picture_fault(path)
    assert fault is not None
    assert fault[0] == "the picture has more than 25 million pixels"


def test_a_decompression_bomb_has_too_many_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    fault = picture_fault(written(tmp_path, picture()))
    assert fault is not None
    assert fault[0] == "the picture has more than 25 million pixels"


@given(
    data=st.binary(max_size=300), place=st.integers(0, 60), kind=st.sampled_from(["JPEG", "PNG", "WEBP"])
)
def test_no_bytes_make_the_check_fail(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, place: int, kind: str
) -> None:
    whole = picture(kind)
    path = written(tmp_path_factory.mktemp("fuzz"), whole[:place] + data + whole[place:])
    picture_fault(path)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_told_before_anything_is_planned(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "moving"
    second = Image.new("RGB", (4, 4), "black")
    Image.new("RGB", (4, 4), "white").save(path, kind, save_all=True, append_images=[second])
    assert picture_fault(path) == (
        "the picture is an animation",
        "Export the picture that you mean as JPEG or PNG.",
    )


def test_a_phone_s_picture_with_another_one_behind_it_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    second = Image.new("RGB", (4, 4), "black")
    Image.new("RGB", (4, 4), "white").save(path, "MPO", save_all=True, append_images=[second])
    assert picture_fault(path) is None
