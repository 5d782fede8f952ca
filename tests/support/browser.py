"""A real browser, without a screen: Chromium, as Debian packs it."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
OPTIONS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--hide-scrollbars",
    "--no-first-run",
    "--allow-file-access-from-files",
    "--virtual-time-budget=3000",
)
PATIENCE: Final = 240.0
"""Seconds; the machine may be busy."""
_FRAME: Final = """<!doctype html><meta charset="utf-8"><body><script>
window.onload = () => {{
  const inner = document.querySelector("iframe").contentDocument;
  const root = inner.documentElement;
  const direction = getComputedStyle(inner.body).direction;
  const weight = getComputedStyle(inner.querySelector("h1")).fontWeight;
  document.body.dataset.seen = [root.scrollWidth, root.clientWidth, direction, weight].join(" ");
}};
</script><iframe src="{address}" width="{width}" height="{height}" style="border:0"></iframe>"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A page on a screen: how wide its content and the screen are, how it runs, and how heavy its title is."""

    content: int
    screen: int
    direction: str
    weight: str


@dataclass(frozen=True, slots=True)
class Browser:
    """Chromium with a fresh profile in a folder of its own."""

    program: str
    folder: Path

    def look(self, page: Path, width: int, height: int) -> Seen:
        """Open a page on a screen of that size."""
        frame = self.folder / "frame.html"
        frame.write_text(_FRAME.format(address=page.as_uri(), width=width, height=height), encoding="utf-8")
        shown = self._run("--dump-dom", frame)
        found = re.search(r'data-seen="(\d+) (\d+) (\w+) (\d+)"', shown)
        assert found is not None, shown[:500]
        return Seen(int(found[1]), int(found[2]), found[3], found[4])

    def screenshot(self, page: Path, to: Path, width: int, height: int) -> None:
        """Keep what a screen of that size shows."""
        to.parent.mkdir(parents=True, exist_ok=True)
        to.unlink(missing_ok=True)
        self._run(f"--screenshot={to}", page, f"--window-size={width},{height}")

    def _run(self, wish: str, page: Path, *options: str) -> str:
        profile = f"--user-data-dir={self.folder / 'profile'}"
        run = subprocess.run(
            [self.program, *OPTIONS, profile, *options, wish, page.as_uri()],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
            env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin"},
        )
        return run.stdout


def browser(folder: Path) -> Browser:
    """Chromium; where there is none, the test is skipped and says so."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("Chromium is not installed: the page was looked at by no browser. Install chromium.")
    return Browser(program, folder)
