"""A folder whose files change all at once or not at all, one writer at a time."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

LOCK_FILE: Final = ".feed.lock"
READABLE: Final = 0o644


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Wait until no other thread or process writes in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_FILE).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old bytes or the new ones, also after a power cut."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        _write_durably(part, data)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def folder_time(folder: Path) -> datetime:
    """The present instant as the folder's file system tells it."""
    mark = folder / LOCK_FILE
    os.utime(mark)
    return datetime.fromtimestamp(mark.stat().st_mtime, UTC)


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        os.fchmod(file.fileno(), READABLE)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
