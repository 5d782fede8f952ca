"""The key file: what opens the tokens in the database, kept outside the database and its backups."""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from schedules.errors import StoreUnusable

KEY_BYTES: Final = 32
KEY_MODE: Final = 0o400
FOLDER_MODE: Final = 0o700
_FOR_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_LONGEST_FILE: Final = 4_096
_NAME_OF_KEY: Final = b"munasara key version"


@dataclass(frozen=True, slots=True)
class Key:
    """The bytes of a key file. Never shown; ``version`` names the key without telling it."""

    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.value) != KEY_BYTES:
            raise StoreUnusable(f"A key has {KEY_BYTES} bytes, not {len(self.value)}.")

    @property
    def version(self) -> str:
        """Eight hex digits that tell one key from another."""
        return self.derive(_NAME_OF_KEY).hex()[:8]

    def derive(self, purpose: bytes) -> bytes:
        """A key of 32 bytes for one purpose alone (HMAC-SHA256)."""
        return hmac.digest(self.value, purpose, hashlib.sha256)


def create_key(path: Path) -> Key:
    """Write a new random key to a file that only its owner can read.

    Raises:
        StoreUnusable: There is a file already, which is left as it is, or it cannot be written.
    """
    value = secrets.token_bytes(KEY_BYTES)
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, KEY_MODE)
    except OSError as error:
        if os.path.lexists(path):
            raise StoreUnusable(
                f"{path} is there already and was left as it is. Use it, or choose another place for a new key."
            ) from None
        raise StoreUnusable(
            f"The key file {path} cannot be written: {_why(error)}. Choose a folder that you may write to."
        ) from None
    _write(descriptor, path, base64.b64encode(value) + b"\n")
    return Key(value)


def load_key(path: Path) -> Key:
    """Read the key from its file.

    Raises:
        StoreUnusable: It is missing, others may read it, or it holds no key.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise StoreUnusable(
            f"There is no key file at {path}. Put it back from where you keep it safe; "
            "on a new installation make one with `munasara init`."
        ) from None
    except OSError as error:
        raise StoreUnusable(
            f"The key file {path} cannot be read: {_why(error)}. Let the user that runs Munasara own it."
        ) from None
    try:
        _refuse_what_others_may_read(path, os.fstat(descriptor).st_mode)
        return Key(_decoded(path, os.read(descriptor, _LONGEST_FILE)))
    finally:
        os.close(descriptor)


def next_key(path: Path) -> Path:
    """Where a key lies that is to take over from the one in this file; there is none but while keys are changed."""
    place = path.resolve()
    return place.with_name(f"{place.name}.new")


def replace_key(path: Path) -> None:
    """Put the next key in the place of the old one, at once, and destroy the old one.

    Raises:
        StoreUnusable: It cannot be put there; says how to do it by hand.
    """
    place, fresh = path.resolve(), next_key(path)
    try:
        place.chmod(KEY_MODE | stat.S_IWUSR)
        with place.open("r+b") as old:
            fresh.replace(place)
            _sync_folder(place.parent)
            _scribble(old)
    except OSError as error:
        raise StoreUnusable(
            f"Everything is sealed with the new key, which cannot take the place of the old one: {_why(error)}. "
            f"Put it there by hand: mv {fresh} {place}"
        ) from None


def destroy_key(path: Path) -> None:
    """Overwrite the key and take its file away: nothing that was sealed with it is ever opened again.

    A file that is not there is destroyed already. What a disk or a backup keeps beside the file is out of reach.

    Raises:
        StoreUnusable: It is still there; says why.
    """
    try:
        for place in {path.resolve(), path}:
            _overwrite(place)
            place.unlink(missing_ok=True)
            _sync_folder(place.parent)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreUnusable(
            f"The key file {path} is still there: {_why(error)}. Destroy it by hand: shred -u {path}"
        ) from None


def _overwrite(path: Path) -> None:
    """Its mode lets nobody write, not even its owner."""
    if path.is_symlink():
        return
    path.chmod(KEY_MODE | stat.S_IWUSR)
    with path.open("r+b") as file:
        _scribble(file)


def _scribble(file: BinaryIO) -> None:
    file.write(secrets.token_bytes(_LONGEST_FILE))
    file.flush()
    os.fsync(file.fileno())


def _write(descriptor: int, path: Path, content: bytes) -> None:
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, KEY_MODE)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        _sync_folder(path.parent)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise StoreUnusable(
            f"The key file {path} cannot be written: {_why(error)}. Make room, then try again."
        ) from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_what_others_may_read(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise StoreUnusable(f"{path} is not a file. Name the key file itself.")
    if mode & _FOR_OTHERS:
        raise StoreUnusable(
            f"Others on this machine may open the key file {path} (mode {stat.S_IMODE(mode):04o}). "
            f"Close it with: chmod 0400 {path}"
        )


def _decoded(path: Path, content: bytes) -> bytes:
    try:
        value = base64.b64decode(content.strip(), validate=True)
    except binascii.Error:
        value = b""
    if len(value) != KEY_BYTES:
        raise StoreUnusable(
            f"{path} holds no key, or only a part of one. Put it back from where you keep it safe."
        )
    return value


def _why(error: OSError) -> str:
    return os.strerror(error.errno or 0)
