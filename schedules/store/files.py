"""Frozen files that are too large for the database: videos, each under its SHA-256 in one folder."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from schedules.errors import StoreUnusable


@dataclass(frozen=True, slots=True)
class Files:
    """The folder of an installation, shared by all its workers. Nothing in it is deleted but by a wipe.

    Attributes:
        folder: Made when the first file is kept; ``None`` where this installation has none.
    """

    folder: Path | None

    def keep(self, sha256: str, data: bytes) -> None:
        """Write a file whole, or not at all; it is on the disk when this returns.

        Raises:
            StoreUnusable: There is no such folder, or it cannot be written.
        """
        try:
            if self.read(sha256) is None:
                _write(self._made(), sha256, data)
        except OSError as error:
            why = os.strerror(error.errno or 0)
            raise StoreUnusable(
                f"The folder of videos, {self.folder}, cannot be written: {why}."
            ) from error

    def read(self, sha256: str) -> bytes | None:
        """The bytes of a file, or ``None`` where it is missing or is not what was kept.

        Raises:
            OSError: It cannot be read now.
        """
        if self.folder is None:
            return None
        try:
            data = (self.folder / sha256).read_bytes()
        except FileNotFoundError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def erase(self) -> None:
        """Delete the folder with all files.

        Raises:
            OSError: Some of it is still there.
        """
        if self.folder is not None and self.folder.exists():
            shutil.rmtree(self.folder)

    def _made(self) -> Path:
        if self.folder is None:
            raise StoreUnusable("A video needs a folder to be kept in, and this installation has none.")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.folder


def _write(folder: Path, name: str, data: bytes) -> None:
    with NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(folder / name)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
