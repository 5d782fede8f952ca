"""Files that were sent, by bots or people."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from PIL import Image

from tests.support.telegram.errors import bad
from tests.support.telegram.parameters import Attachment, Upload

MAX_PHOTO_BYTES: Final = 10_000_000
MAX_FILE_BYTES: Final = 50_000_000
MAX_DOWNLOAD_BYTES: Final = 20_000_000
MAX_PHOTO_SIDES: Final = 10_000

Media = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file under the id that a bot may use again."""

    id: str
    kind: str
    name: str
    content: bytes
    size: tuple[int, int] = (0, 0)

    @property
    def path(self) -> str:
        return f"{self.kind}s/{self.id}"

    def wire(self) -> Media:
        digest = hashlib.sha256(self.content).hexdigest()[:15]
        width, height = self.size
        common: Media = {"file_id": self.id, "file_unique_id": digest, "file_size": len(self.content)}
        match self.kind:
            case "photo":
                return {**common, "width": width, "height": height}
            case "video":
                return {**common, "width": 1, "height": 1, "duration": 1, "file_name": self.name}
        mime = MIME.get(self.name.rpartition(".")[2].lower())
        return {**common, "file_name": self.name} | ({"mime_type": mime} if mime else {})


MIME = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
}
"""What a phone says that a document is, by the end of its name."""


class Files:
    """All of them."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}

    def __getitem__(self, file_id: str) -> StoredFile:
        if file_id not in self._files:
            raise bad("wrong file_id or the file is temporarily unavailable")
        return self._files[file_id]

    def at(self, path: str) -> bytes | None:
        """What a download of this path gives."""
        return next((file.content for file in self._files.values() if file.path == path), None)

    def add(self, kind: str, name: str, content: bytes) -> StoredFile:
        """Keep a file.

        Raises:
            Rejected: It is empty, too large, or no picture although it should be one.
        """
        if not content:
            raise bad("file must be non-empty")
        if len(content) > (MAX_PHOTO_BYTES if kind == "photo" else MAX_FILE_BYTES):
            raise bad(f"file of size {len(content)} bytes is too big for a {kind}")
        size = _picture_size(content) if kind == "photo" else (0, 0)
        stored = StoredFile(f"{kind}-{len(self._files) + 1}", kind, name, content, size)
        self._files[stored.id] = stored
        return stored

    def take(self, kind: str, attachment: Attachment, uploads: dict[str, Upload]) -> StoredFile:
        """The file that a parameter means: an upload, ``attach://name`` or the id of an earlier file."""
        if isinstance(attachment, Upload):
            return self.add(kind, attachment.name, attachment.content)
        if attachment.startswith("attach://"):
            upload = uploads.get(attachment.removeprefix("attach://"))
            if upload is None:
                raise bad(f"can't find the file {attachment}")
            return self.add(kind, upload.name, upload.content)
        if attachment not in self._files:
            raise bad("wrong file identifier/HTTP URL specified")
        if self._files[attachment].kind != kind:
            raise bad(f"can't use file of type {self._files[attachment].kind.title()} as {kind.title()}")
        return self._files[attachment]


def _picture_size(content: bytes) -> tuple[int, int]:
    try:
        with Image.open(BytesIO(content)) as image:
            width, height = image.size
    except (OSError, SyntaxError):
        raise bad("IMAGE_PROCESS_FAILED") from None
    if width + height > MAX_PHOTO_SIDES or max(width, height) > 20 * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return width, height


def media_content(kind: str, file: StoredFile) -> Media:
    """The part of a message that shows a file."""
    return {kind: [file.wire()] if kind == "photo" else file.wire()}
