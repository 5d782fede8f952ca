from pathlib import Path

from content.errors import Problem
from content.limits import LIMITS
from content.media import Picture
from content.video import Video
from schedules.planning.fits import picture_fits, read_fit, video_fits, written
from tests.support.folders import picture


def test_every_platform_that_shows_pictures_has_its_own_or_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    path.write_bytes(picture(size=(400, 10)))
    fits = dict(picture_fits(path))
    assert set(fits) == {name for name, limits in LIMITS.items() if limits.max_media}
    assert isinstance(fits["mastodon"], Picture)
    assert isinstance(fits["instagram"], Problem)


def test_a_platform_without_videos_says_so(tmp_path: Path) -> None:
    fits = dict(video_fits(tmp_path / "missing.mp4"))
    assert set(fits) == set(LIMITS)
    assert all(isinstance(fit, Problem) for fit in fits.values())


def test_what_is_written_is_read_again_but_for_the_bytes() -> None:
    shown = Picture(b"bytes", "image/png", "a" * 64, 8, 9, "b" * 64)
    moving = Video(Path("file"), 7, "c" * 64, 1.5, 8, 9, "d" * 64)
    problem = Problem("media-misshapen", "media", "too wide", "Cut it.")
    again = read_fit(written(shown))
    assert again == Picture(b"", "image/png", "a" * 64, 8, 9, "b" * 64)
    found = read_fit(written(moving))
    assert isinstance(found, Video)
    assert (found.sha256, found.size, found.seconds) == ("c" * 64, 7, 1.5)
    assert read_fit(written(problem)) == problem
