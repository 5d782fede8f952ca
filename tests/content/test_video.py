import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from content import video
from content.errors import CampaignInvalid
from content.limits import LIMITS, Limits, Unit, VideoLimits
from content.video import MIME, Video, clean_video
from tests.support.folders import picture
from tests.support.videos import BEEP, SILENT, film, run

PLANTED = b"PLANTED-TITLE", b"+24.7136+046.6753/", b"PLANTED-COMMENT", b"PLANTED-CHAPTER", b"PLANTED-TRACK"
CHAPTERS = """;FFMETADATA1
title=PLANTED-TITLE
location=+24.7136+046.6753/
location-eng=+24.7136+046.6753/
com.apple.quicktime.location.ISO6709=+24.7136+046.6753/
comment=PLANTED-COMMENT
creation_time=2026-09-01T10:11:12Z
[CHAPTER]
TIMEBASE=1/1000
START=0
END=500
title=PLANTED-CHAPTER
"""
ANY = LIMITS["telegram"]


def limits(**changes: Any) -> Limits:
    taken = VideoLimits(50_000_000)
    return Limits("anywhere", Unit.CODE_POINTS, None, max_media=1, video=replace(taken, **changes))


def planted(ffmpeg: Path, folder: Path, suffix: str) -> Path:
    chapters = folder / "chapters.txt"
    chapters.write_text(CHAPTERS)
    codecs = ("-c:v", "libvpx", "-c:a", "libvorbis") if suffix == ".webm" else ()
    return film(
        ffmpeg,
        folder / f"balloon{suffix}",
        *("-f", "ffmetadata", "-i", str(chapters), "-map", "0", "-map", "1"),
        *("-map_metadata", "2", "-map_chapters", "2", "-metadata:s:v", "title=PLANTED-TRACK"),
        *("-metadata:s:v", "handler_name=PLANTED-TRACK", "-movflags", "use_metadata_tags", *codecs),
    )


def said(found: pytest.ExceptionInfo[CampaignInvalid]) -> str:
    (problem,) = found.value.problems
    assert problem.remedy
    return f"{problem.code}: {problem.where}: {problem.what}"


def told(ffmpeg: Path, path: Path) -> str:
    """What ffmpeg sees in a file."""
    asked = [str(ffmpeg), "-hide_banner", "-i", str(path)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stderr


def streams(ffmpeg: Path, path: Path) -> list[str]:
    return [line.strip() for line in told(ffmpeg, path).splitlines() if line.startswith("  Stream")]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".m4v", ".webm"])
def test_nothing_that_was_written_into_a_video_is_left(ffmpeg: Path, tmp_path: Path, suffix: str) -> None:
    path = planted(ffmpeg, tmp_path, suffix)
    before, after = path.read_bytes(), clean_video(path, ANY).data
    assert {words for words in PLANTED if words in before} >= {PLANTED[0], *PLANTED[2:4]}
    assert [words for words in PLANTED if words in after] == []
    assert b"PLANTED" not in after
    assert b"Lavf" not in after
    assert (b"+24.7136" in before, b"+24.7136" in after) == (True, False)


def test_chapters_are_gone_and_not_only_their_titles(ffmpeg: Path, tmp_path: Path) -> None:
    path = planted(ffmpeg, tmp_path, ".mp4")
    assert "Chapter #0" in told(ffmpeg, path)
    assert "Chapter #0" not in told(ffmpeg, clean_video(path, ANY).path)


def test_the_time_of_making_is_not_in_the_headers(ffmpeg: Path, tmp_path: Path) -> None:
    path = planted(ffmpeg, tmp_path, ".mp4")
    made = _made(path.read_bytes())
    assert made != b"\0" * 8
    assert _made(clean_video(path, ANY).data) == b"\0" * 8


def _made(data: bytes) -> bytes:
    """Creation and change of the movie header."""
    at = data.index(b"mvhd") + 8
    return data[at : at + 8]


def test_captions_and_notes_between_the_pictures_are_gone(ffmpeg: Path, tmp_path: Path) -> None:
    note = "filter_units=pass_types=1-40,h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+PLANTED-NOTE"
    path = film(ffmpeg, tmp_path / "one.mp4", "-bsf:v", note)
    assert b"PLANTED-NOTE" in path.read_bytes()
    cleaned = clean_video(path, ANY).data
    assert b"PLANTED-NOTE" not in cleaned
    assert b"x264" not in cleaned.replace(b"Lavc libx264", b"")


def test_the_result_is_h264_with_aac_whose_index_comes_first(ffmpeg: Path, tmp_path: Path) -> None:
    cleaned = clean_video(film(ffmpeg, tmp_path / "one.webm", "-c:v", "libvpx", "-c:a", "libvorbis"), ANY)
    pictures, sound = streams(ffmpeg, cleaned.path)
    assert "h264" in pictures
    assert "yuv420p" in pictures
    assert "aac (LC)" in sound
    assert "48000 Hz, stereo" in sound
    assert cleaned.mime == MIME
    assert cleaned.data.index(b"moov") < cleaned.data.index(b"mdat")
    assert b"elst" not in cleaned.data


def test_only_the_first_pictures_and_the_first_sound_are_kept(ffmpeg: Path, tmp_path: Path) -> None:
    single = film(ffmpeg, tmp_path / "single.mp4")
    titles = tmp_path / "titles.srt"
    titles.write_text("1\n00:00:00,000 --> 00:00:01,000\nPLANTED\n")
    twice = ("-map", "0", "-map", "0", "-map", "1", "-c:v", "copy", "-c:a", "copy", "-c:s", "mov_text")
    run(ffmpeg, "-i", str(single), "-i", str(titles), *twice, str(tmp_path / "twice.mp4"))
    assert len(streams(ffmpeg, tmp_path / "twice.mp4")) == 5
    assert len(streams(ffmpeg, clean_video(tmp_path / "twice.mp4", ANY).path)) == 2


def test_a_silent_video_stays_silent(ffmpeg: Path, tmp_path: Path) -> None:
    cleaned = clean_video(film(ffmpeg, tmp_path / "one.mp4", sound=SILENT), ANY)
    assert len(streams(ffmpeg, cleaned.path)) == 1


def test_the_same_file_gives_the_same_bytes(ffmpeg: Path, tmp_path: Path) -> None:
    first = film(ffmpeg, tmp_path / "one.mp4", size="640x360")
    second = Path(shutil.copy(first, tmp_path / "two.mp4"))
    one, two = clean_video(first, ANY), clean_video(second, ANY)
    assert (one.sha256, one.source) == (two.sha256, two.source)
    assert one.path != two.path


def test_length_and_size_are_those_of_the_result(ffmpeg: Path, tmp_path: Path) -> None:
    cleaned = clean_video(film(ffmpeg, tmp_path / "one.mp4", seconds=2.5, size="322x242"), ANY)
    assert (cleaned.width, cleaned.height) == (322, 242)
    assert cleaned.seconds == pytest.approx(2.5, abs=0.1)
    assert cleaned.size == len(cleaned.data)


def test_a_video_that_was_held_upright_is_upright(ffmpeg: Path, tmp_path: Path) -> None:
    lying = film(ffmpeg, tmp_path / "lying.mp4")
    turned = tmp_path / "turned.mp4"
    run(ffmpeg, "-display_rotation", "90", "-i", str(lying), "-c", "copy", str(turned))
    cleaned = clean_video(turned, ANY)
    assert (cleaned.width, cleaned.height) == (120, 160)


def test_stretched_pixels_become_square_ones(ffmpeg: Path, tmp_path: Path) -> None:
    cleaned = clean_video(film(ffmpeg, tmp_path / "one.mp4", "-vf", "setsar=2/1"), ANY)
    assert (cleaned.width, cleaned.height) == (320, 120)


@pytest.mark.parametrize(("size", "shown"), [("1600x900", (1280, 720)), ("400x1500", (342, 1280))])
def test_a_large_video_is_scaled_down_in_its_own_shape(
    ffmpeg: Path, tmp_path: Path, size: str, shown: tuple[int, int]
) -> None:
    cleaned = clean_video(film(ffmpeg, tmp_path / "one.mp4", size=size, seconds=0.4), ANY)
    assert (cleaned.width, cleaned.height) == shown


def test_a_platform_that_takes_less_gets_less_and_all_others_the_same(ffmpeg: Path, tmp_path: Path) -> None:
    path = film(ffmpeg, tmp_path / "one.mp4", size="640x360", seconds=4)
    plain = clean_video(path, ANY)
    assert clean_video(path, LIMITS["instagram"]) is plain
    assert clean_video(path, limits(max_side=320)).width == 320
    squeezed = clean_video(path, limits(max_bytes=plain.size - 1))
    assert squeezed.size < plain.size
    assert squeezed.source == plain.source


def test_a_file_is_encoded_once_however_often_it_is_planned(
    ffmpeg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = film(ffmpeg, tmp_path / "one.mp4")
    once = clean_video(path, ANY)
    runs = _counted(monkeypatch)
    assert [clean_video(path, ANY) for _ in range(300)] == [once] * 300
    assert runs == []
    film(ffmpeg, path, source="smptebars")
    assert clean_video(path, ANY).sha256 != once.sha256
    assert len(runs) == 2


def test_a_broken_file_is_tried_once_as_well(
    ffmpeg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.mp4"
    path.write_bytes(b"balloon")
    runs = _counted(monkeypatch)
    for _ in range(3):
        with pytest.raises(CampaignInvalid):
            clean_video(path, ANY)
    assert len(runs) == 2


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    runs: list[Path] = []
    really = video._run

    def counting(path: Path, orders: list[str]) -> subprocess.CompletedProcess[bytes]:
        runs.append(path)
        return really(path, orders)

    monkeypatch.setattr(video, "_run", counting)
    return runs


def _empty(ffmpeg: Path, path: Path) -> None:
    path.write_bytes(b"")


def _text(ffmpeg: Path, path: Path) -> None:
    path.write_text("Every balloon stands for someone we miss.\n")


def _picture(ffmpeg: Path, path: Path) -> None:
    path.write_bytes(picture())


def _sound(ffmpeg: Path, path: Path) -> None:
    run(ffmpeg, "-f", "lavfi", "-i", "sine=duration=1", str(path))


def _sound_with_a_cover(ffmpeg: Path, path: Path) -> None:
    cover = path.with_suffix(".png")
    cover.write_bytes(picture())
    sound = ("-f", "lavfi", "-i", "sine=duration=1")
    shown = ("-map", "0", "-map", "1", "-c:v", "png", "-disposition:v", "attached_pic")
    run(ffmpeg, *sound, "-i", str(cover), *shown, str(path))


def _cut_off(ffmpeg: Path, path: Path) -> None:
    whole = film(ffmpeg, path, "-movflags", "+faststart", seconds=4).read_bytes()
    path.write_bytes(whole[: len(whole) // 3])


def _without_index(ffmpeg: Path, path: Path) -> None:
    path.write_bytes(film(ffmpeg, path, seconds=2).read_bytes()[:-4000])


def _playlist(ffmpeg: Path, path: Path) -> None:
    film(ffmpeg, path.with_name("other.ts"))
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nother.ts\n#EXT-X-ENDLIST\n")


def _list_of_files(ffmpeg: Path, path: Path) -> None:
    film(ffmpeg, path.with_name("other.mp4"))
    path.write_text("ffconcat version 1.0\nfile other.mp4\n")


BROKEN = (
    _empty,
    _text,
    _picture,
    _sound,
    _sound_with_a_cover,
    _cut_off,
    _without_index,
    _playlist,
    _list_of_files,
)


@pytest.mark.parametrize("write", BROKEN, ids=lambda write: write.__name__)
def test_what_is_no_whole_video_is_a_problem(ffmpeg: Path, tmp_path: Path, write: object) -> None:
    path = tmp_path / "one.mp4"
    assert callable(write)
    write(ffmpeg, path)
    with pytest.raises(CampaignInvalid) as found:
        clean_video(path, ANY)
    assert (
        said(found)
        == "media-invalid: media/one.mp4: it is not a whole MP4, MOV or WebM video with pictures"
    )


def test_a_missing_file_is_a_problem(ffmpeg: Path, tmp_path: Path) -> None:
    with pytest.raises(CampaignInvalid, match="one"):
        clean_video(tmp_path / "one.mp4", ANY)


def test_pictures_of_too_many_pixels_are_never_drawn(
    ffmpeg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = film(ffmpeg, tmp_path / "one.mp4", size="640x480")
    reading = [word.replace(str(video.MAX_SOURCE_PIXELS), "300000") for word in video._READING]
    monkeypatch.setattr(video, "_READING", reading)
    with pytest.raises(CampaignInvalid):
        clean_video(path, ANY)


@pytest.mark.parametrize("lock", ["-format_whitelist", "-protocol_whitelist"])
def test_an_address_inside_a_video_is_never_opened(
    ffmpeg: Path, tmp_path: Path, lock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.m3u8"
    path.write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/one.ts\n#EXT-X-ENDLIST\n"
    )
    at = video._READING.index(lock)
    monkeypatch.setattr(video, "_READING", video._READING[at : at + 2])
    asked = video._run(path, ["-f", "null", "-"])
    assert asked.returncode
    assert b"not on whitelist" in asked.stderr
    assert b"Connection refused" not in asked.stderr


def test_without_ffmpeg_a_video_is_a_problem_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert video.ffmpeg() is None
    with pytest.raises(CampaignInvalid) as found:
        clean_video(tmp_path / "one.mp4", ANY)
    assert said(found).startswith("ffmpeg-missing: media/one.mp4: videos are prepared with ffmpeg")
    assert found.value.problems[0].remedy == "Install ffmpeg, or leave the video out."


def test_ffmpeg_is_stopped_when_it_takes_too_long(
    ffmpeg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = film(ffmpeg, tmp_path / "one.mp4")
    clean_video(Path(shutil.copy(path, tmp_path / "other.mp4")), ANY)
    video._claimed(path, path.stat().st_mtime_ns)
    monkeypatch.setattr(video, "TIME_LIMIT", 0.001)
    with pytest.raises(CampaignInvalid) as found:
        clean_video(path, ANY)
    assert said(found).startswith("media-too-large: media/one.mp4: ffmpeg was not done with it")


def test_a_video_that_plays_too_long_is_a_problem_and_nothing_is_cut_off(
    ffmpeg: Path, tmp_path: Path
) -> None:
    path = film(ffmpeg, tmp_path / "one.mp4", seconds=3)
    with pytest.raises(CampaignInvalid) as found:
        clean_video(path, limits(max_seconds=2))
    assert said(found) == "video-too-long: media/one.mp4: it plays for 3 seconds, and anywhere takes 2"
    assert clean_video(path, limits(max_seconds=4)).seconds == pytest.approx(3, abs=0.05)


def test_a_length_that_a_file_does_not_tell_is_measured_afterwards(ffmpeg: Path, tmp_path: Path) -> None:
    codecs = ("-c:v", "libvpx", "-c:a", "libvorbis", "-f", "webm", "-live", "1")
    path = film(ffmpeg, tmp_path / "one.webm", *codecs, seconds=3)
    assert video._claimed(path, path.stat().st_mtime_ns) == 0
    with pytest.raises(CampaignInvalid) as found:
        clean_video(path, limits(max_seconds=2))
    assert said(found).startswith("video-too-long")


@pytest.mark.parametrize(("suffix", "size"), [(".mp4", 2_000), (".webm", 36_000)])
def test_a_video_that_cannot_be_made_small_enough_is_a_problem(
    ffmpeg: Path, tmp_path: Path, suffix: str, size: int
) -> None:
    of_unknown_length = ("-c:v", "libvpx", "-b:v", "3M", "-c:a", "libvorbis", "-live", "1")
    noise = ("-vf", "geq=random(1)*255", *(of_unknown_length if suffix == ".webm" else ()))
    path = film(ffmpeg, tmp_path / f"one{suffix}", *noise, source="nullsrc")
    with pytest.raises(CampaignInvalid) as found:
        clean_video(path, limits(max_bytes=size))
    what = f"it cannot be made as small as {size:,} bytes and still be seen"
    assert said(found) == f"media-too-large: media/one{suffix}: {what}"


def test_a_platform_without_video_takes_none(tmp_path: Path) -> None:
    with pytest.raises(CampaignInvalid) as found:
        clean_video(tmp_path / "one.mp4", replace(ANY, platform="letters", video=None))
    assert said(found) == "video-not-taken: media/one.mp4: letters takes no video here"


def test_the_bytes_are_no_part_of_what_is_printed(ffmpeg: Path, tmp_path: Path) -> None:
    cleaned = clean_video(film(ffmpeg, tmp_path / "one.mp4", sound=BEEP), ANY)
    assert isinstance(cleaned, Video)
    assert "mdat" not in repr(cleaned)
