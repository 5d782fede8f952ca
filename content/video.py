"""Videos as they will be published: encoded anew by ffmpeg, freed of metadata, fitted to a platform."""

import atexit
import hashlib
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from sys import maxsize
from tempfile import NamedTemporaryFile, mkdtemp
from typing import Final, NamedTuple

from content.errors import CampaignInvalid, Problem
from content.limits import Limits, VideoLimits
from content.mp4 import measures

MIME: Final = "video/mp4"
MAX_BYTES: Final = 50_000_000
"""Of what goes out, wherever it goes: it is sent from memory."""
MAX_SIDE: Final = 1_280
"""In pixels. Phones show no more of it, and one file then fits nearly every platform."""
MAX_SOURCE_PIXELS: Final = 36_000_000
"""Of one picture in the source: 8K."""
FASTEST: Final = 3_000_000
SLOWEST: Final = 150_000
"""Bits per second of the pictures: more is not needed, with less nothing can be recognised."""
SOUND: Final = 128_000
FILLED: Final = 0.92
"""The part of the allowed bytes that is aimed at, as a rate is kept only roughly."""
AHEAD: Final = 1.0
"""Seconds of bytes that may be spent at once, so at the beginning on top of what the rate allows."""
TIME_LIMIT: Final = 900.0
"""Seconds for one run of ffmpeg."""
THREADS: Final = 4
"""Whatever the machine has: another number gives other bytes."""

_READING: Final = (
    "-hide_banner -nostdin -nostats -protocol_whitelist file"
    " -format_whitelist mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
    f" -max_pixels {MAX_SOURCE_PIXELS}"
).split()
_SHAPE: Final = (
    "fps=30,scale=trunc(iw*sar/2)*2:ih,"
    "scale=w=min(iw\\,{side}):h=min(ih\\,{side}):force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1"
)
_WRITING: Final = (
    "-map 0:V:0 -map 0:a:0? -map_metadata -1 -map_chapters -1 -write_tmcd 0"
    f" -c:v libx264 -preset veryfast -crf 23 -pix_fmt yuv420p -bf 0 -a53cc 0 -threads {THREADS}"
    " -bsf:v filter_units=remove_types=6"
    f" -c:a aac -b:a {SOUND} -ar 48000 -ac 2"
    " -fflags +bitexact -flags:v +bitexact -flags:a +bitexact"
    " -movflags +faststart -use_editlist 0 -f mp4 -y"
).split()
"""Type 6 of H.264 is where captions and the encoder's name travel. Meta wants the index first and no edit lists."""

_LENGTH: Final = re.compile(rb"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.MULTILINE)
_LOST: Final = 1.0
"""Seconds that may be lacking at the end of what a file claims to hold."""
_KEPT: Final = 512


@dataclass(frozen=True, slots=True)
class Video:
    """The very bytes that go out, in a file that lives as long as this process.

    Attributes:
        size: In bytes.
        sha256: Lower-case hex digest of the file.
        source: The same of the file in the campaign folder.
        seconds: How long it plays.
        width: In pixels, as it is shown.
        height: The same.
    """

    path: Path
    size: int
    sha256: str
    seconds: float
    width: int
    height: int
    source: str
    mime: str = MIME

    @property
    def data(self) -> bytes:
        """The bytes, read anew each time."""
        return self.path.read_bytes()


class _Rules(NamedTuple):
    max_bytes: int = MAX_BYTES
    max_side: int = MAX_SIDE


_ANYWHERE: Final = _Rules()


def clean_video(path: Path, limits: Limits) -> Video:
    """Encode an MP4, MOV or WebM anew as H.264 and AAC, so that no title, place, chapter or comment is left.

    Only the first stream of pictures and of sound are kept, at 30 pictures a second and at most 1280 pixels. The
    same file, limits and release of ffmpeg give the same bytes. It takes about as long as the video plays; each
    file is encoded once per process, and again where it changed or a platform wants it smaller. Nothing is cut off.

    Raises:
        CampaignInvalid: ffmpeg is missing, the file is no such video, or it does not fit the platform.
    """
    if limits.video is None:
        raise CampaignInvalid([_untaken(path, limits)])
    if ffmpeg() is None:
        raise CampaignInvalid([_no_ffmpeg(path)])
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise CampaignInvalid([_unreadable(path)]) from error
    _require_length(path, _claimed(path, changed), limits)
    plain = _cleaned(path, changed, _ANYWHERE)
    _require_length(path, plain.seconds, limits)
    rules = _rules(limits.video)
    return plain if _keeps(plain, rules) else _cleaned(path, changed, rules)


def ffmpeg() -> str | None:
    """Where ffmpeg is on this machine, or ``None``."""
    return shutil.which("ffmpeg")


def _rules(video: VideoLimits) -> _Rules:
    return _Rules(min(video.max_bytes, MAX_BYTES), min(video.max_side or MAX_SIDE, MAX_SIDE))


def _keeps(video: Video, rules: _Rules) -> bool:
    return video.size <= rules.max_bytes and max(video.width, video.height) <= rules.max_side


def _require_length(path: Path, seconds: float, limits: Limits) -> None:
    most = (limits.video and limits.video.max_seconds) or maxsize
    if seconds > most:
        raise CampaignInvalid([_too_long(path, seconds, most, limits)])


@lru_cache(maxsize=_KEPT)
def _claimed(path: Path, _changed: int) -> float:
    """The seconds that a file claims to play, 0 where it claims nothing. Decodes nothing."""
    found = _LENGTH.search(_run(path, []).stderr)
    hours, minutes, seconds = (float(part) for part in found.groups()) if found else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds


def _cleaned(path: Path, changed: int, rules: _Rules) -> Video:
    found = _tried(path, changed, rules)
    if isinstance(found, Problem):
        raise CampaignInvalid([found])
    return found


@lru_cache(maxsize=_KEPT)
def _tried(path: Path, changed: int, rules: _Rules) -> Video | Problem:
    """What came of the one try at a file, also where it was in vain."""
    try:
        return _encoded(path, _claimed(path, changed), rules)
    except CampaignInvalid as error:
        return error.problems[0]
    except (OSError, ValueError, subprocess.CalledProcessError):
        return _unreadable(path)


def _encoded(path: Path, claimed: float, rules: _Rules) -> Video | Problem:
    rate = _rate(claimed, rules)
    if rate < SLOWEST:
        return _incompressible(path, rules)
    with NamedTemporaryFile(dir=_workshop(), suffix=".mp4", delete=False) as file:
        written = Path(file.name)
    _run(path, [*_orders(rules, rate), f"file:{written}"]).check_returncode()
    video = _video(path, written)
    if video.size >= rules.max_bytes:
        return _incompressible(path, rules)
    return video if video.seconds > claimed - _LOST else _unreadable(path)


def _rate(seconds: float, rules: _Rules) -> int:
    """Bits per second at which the pictures fit. One that does not tell its length is tried at the most."""
    room = rules.max_bytes * 8 * FILLED / (seconds + AHEAD) - SOUND
    return min(int(room), FASTEST) if seconds else FASTEST


def _orders(rules: _Rules, rate: int) -> list[str]:
    shape = _SHAPE.format(side=rules.max_side)
    pace = ("-maxrate", str(rate), "-bufsize", str(int(rate * AHEAD)))
    return [*_WRITING, "-vf", shape, *pace, "-fs", str(2 * rules.max_bytes)]


def _run(path: Path, orders: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    command = [ffmpeg() or "ffmpeg", *_READING, "-i", f"file:{path}", *orders]
    try:
        return subprocess.run(  # noqa: S603 - no shell, and names of files begin with file:
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CampaignInvalid([_endless(path)]) from error


def _video(path: Path, written: Path) -> Video:
    data = written.read_bytes()
    found = measures(data)
    digest = hashlib.sha256(data).hexdigest()
    return Video(written, len(data), digest, found.seconds, found.width, found.height, _digest(path))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _workshop() -> Path:
    folder = Path(mkdtemp(prefix="munasara-video-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _problem(path: Path, code: str, what: str, remedy: str) -> Problem:
    return Problem(code, f"media/{path.name}", what, remedy)


def _no_ffmpeg(path: Path) -> Problem:
    what = "videos are prepared with ffmpeg, which is not on this machine"
    return _problem(path, "ffmpeg-missing", what, "Install ffmpeg, or leave the video out.")


def _untaken(path: Path, limits: Limits) -> Problem:
    what = f"{limits.platform} takes no video here"
    return _problem(path, "video-not-taken", what, f"Leave {limits.platform} out of the slot.")


def _unreadable(path: Path) -> Problem:
    what = "it is not a whole MP4, MOV or WebM video with pictures"
    return _problem(path, "media-invalid", what, "Export it again as MP4.")


def _endless(path: Path) -> Problem:
    what = f"ffmpeg was not done with it after {TIME_LIMIT / 60:.0f} minutes"
    return _problem(path, "media-too-large", what, "Take a shorter video, or one with fewer pixels.")


def _too_long(path: Path, seconds: float, most: int, limits: Limits) -> Problem:
    what = f"it plays for {seconds:,.0f} seconds, and {limits.platform} takes {most:,}"
    return _problem(path, "video-too-long", what, f"Cut it, or leave {limits.platform} out.")


def _incompressible(path: Path, rules: _Rules) -> Problem:
    what = f"it cannot be made as small as {rules.max_bytes:,} bytes and still be seen"
    return _problem(path, "media-too-large", what, "Take a shorter video.")
