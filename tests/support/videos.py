"""Videos for tests, drawn by ffmpeg itself."""

import subprocess
from pathlib import Path
from typing import Final

SILENT: Final = ()
BEEP: Final = ("-f", "lavfi", "-i", "sine=duration={seconds}")


def film(
    ffmpeg: Path,
    target: Path,
    *more: str,
    seconds: float = 1,
    size: str = "160x120",
    sound: tuple[str, ...] = BEEP,
    source: str = "testsrc2",
) -> Path:
    """Write a short video, with a tone unless it is ``SILENT``; ``more`` goes to ffmpeg before the name."""
    pictures = ("-f", "lavfi", "-i", f"{source}=size={size}:rate=25:duration={seconds}")
    tone = (each.format(seconds=seconds) for each in sound)
    run(ffmpeg, *pictures, *tone, *more, str(target))
    return target


def run(ffmpeg: Path, *orders: str) -> None:
    """Run ffmpeg; it must succeed."""
    subprocess.run([ffmpeg, "-nostdin", "-loglevel", "error", "-y", *orders], check=True)
