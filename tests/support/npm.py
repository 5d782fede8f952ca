"""Packages from npm for tests that compare with another implementation, installed once per checkout."""

import fcntl
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

TOOLS: Final = Path(__file__).parents[2] / ".tools" / "npm"
PATIENCE: Final = 240
INSTALL: Final = ("install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


def program(name: str) -> str:
    """The path of ``node`` or ``npm``.

    Raises:
        Skipped: This machine has none.
    """
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not on this machine")
    return path


def npm_folder(name: str, *packages: str) -> Path:
    """The folder whose ``node_modules`` holds these packages; whoever asks meanwhile waits.

    Args:
        name: Of the folder below ``.tools/npm``.
        packages: Each with its version, as in ``twitter-text@3.1.0``.

    Raises:
        Skipped: npm is missing, or could not install them.
    """
    npm, folder = program("npm"), TOOLS / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all(_is_installed(folder, package) for package in packages):
            _install(npm, folder, packages)
    return folder


def _is_installed(folder: Path, package: str) -> bool:
    name, _, version = package.rpartition("@")
    try:
        manifest = json.loads((folder / "node_modules" / name / "package.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(manifest.get("version") == version)


def _install(npm: str, folder: Path, packages: tuple[str, ...]) -> None:
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    wanted = ", ".join(packages)
    try:
        run = subprocess.run(
            [npm, *INSTALL, *packages],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not install {wanted} within {PATIENCE} s")
    if run.returncode:
        pytest.skip(f"npm could not install {wanted}: {_last_words(run.stderr)}")


def _last_words(complaints: str) -> str:
    return re.sub(r"\s+", " ", complaints)[-200:].strip()
