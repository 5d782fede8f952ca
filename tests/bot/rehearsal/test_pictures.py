import base64
from io import BytesIO
from pathlib import Path

from PIL import Image

from bot.rehearsal.pictures import LARGEST, thumbnails
from content.limits import LIMITS
from content.loader import load_campaign
from content.media import clean_picture
from tests.support.folders import COMPLETE, picture, write_campaign


def test_picture_becomes_one_small_copy(tmp_path: Path) -> None:
    large = {"media/balloon.png": picture("PNG", (2_000, 1_000))}
    campaign = load_campaign(write_campaign(tmp_path, large, base=COMPLETE))
    digest = clean_picture(campaign.folder / "media" / "balloon.png", LIMITS["x"]).sha256
    found = thumbnails(campaign, [("x", "balloon.png"), ("bluesky", "balloon.png")])
    assert list(found) == [digest]
    kind, _, data = found[digest].uri.partition(",")
    assert kind == "data:image/jpeg;base64"
    with Image.open(BytesIO(base64.b64decode(data))) as image:
        assert image.size == (found[digest].width, found[digest].height) == (LARGEST[0], 240)


def test_picture_that_can_be_seen_through_stands_on_white(tmp_path: Path) -> None:
    written = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(written, "PNG")
    clear = {"media/balloon.png": written.getvalue()}
    campaign = load_campaign(write_campaign(tmp_path, clear, base=COMPLETE))
    digest = clean_picture(campaign.folder / "media" / "balloon.png", LIMITS["x"]).sha256
    data = thumbnails(campaign, [("x", "balloon.png")])[digest].uri.partition(",")[2]
    with Image.open(BytesIO(base64.b64decode(data))) as image:
        assert image.getpixel((4, 4)) == (255, 255, 255)


def test_nothing_is_made_of_no_picture(tmp_path: Path) -> None:
    assert thumbnails(load_campaign(write_campaign(tmp_path)), []) == {}


def test_a_video_has_no_small_copy(tmp_path: Path) -> None:
    assert thumbnails(load_campaign(write_campaign(tmp_path)), [("x", "balloon.mp4")]) == {}
