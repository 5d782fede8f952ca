"""The files of a campaign folder: which there are, and their text. Nothing here trusts a file."""

import os
import re
import stat
import unicodedata
from pathlib import Path
from typing import Final

from content.errors import Problem, Severity
from content.models import VIDEO_SUFFIXES
from content.reading.known import did_you_mean, shown

MAX_TEXT_BYTES: Final = 256 * 1024
MAX_PICTURE_BYTES: Final = 50 * 1024 * 1024
MAX_VIDEO_BYTES: Final = 1024 * 1024 * 1024
MAX_ALL_TEXT_BYTES: Final = 32 * 1024 * 1024
MAX_FILES: Final = 5_000
MAX_DEPTH: Final = 6

LISTS: Final = ("targets", "claims", "cities", "slots")
TOP_FILES: Final = ("campaign.toml", *(f"{name}.toml" for name in LISTS))
TOP_FOLDERS: Final = ("messages", "prompts", "action_days", "calendars", "media")
_LEFT_ALONE: Final = "README.md"
_EXPECTED: Final = re.compile(
    r"(?:campaign|targets|claims|cities|slots)\.toml|action_days/[^/]+\.toml|calendars/[^/]+\.ics|media/.+"
    r"|messages/[^/]+/(?:message\.toml|[^/]+\.md)|prompts/[^/]+/(?:prompt\.toml|[^/]+\.md)",
    re.DOTALL,
)
_FOLDERS: Final = re.compile(
    r"messages(?:/[^/]+)?|prompts(?:/[^/]+)?|action_days|calendars|media(?:/.+)?", re.DOTALL
)
_MEANT_AS_FILE: Final = (".toml", ".md", ".ics", ".jpg", ".jpeg", ".png", ".webp", *VIDEO_SUFFIXES)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]")


def place(name: str) -> str:
    """A file's name as it may stand in a problem: one line, nothing invisible."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in name)


def has_control_characters(text: str) -> bool:
    """Whether a text holds invisible control characters other than tabs and line ends."""
    return _CONTROL.search(text) is not None


class Folder:
    """A campaign folder, looked through once.

    Attributes:
        root: The folder itself, with every link resolved.
        names: The campaign's files, relative to the folder, sorted.
        folders: The folders of messages and prompts, such as ``messages/launch``, sorted.
        problems: Everything that was wrong with files so far.
    """

    def __init__(self, path: Path) -> None:
        self.root = Path(os.path.realpath(path))
        self.problems: list[Problem] = []
        self.names: list[str] = []
        self.folders: list[str] = []
        self._seen = 0
        self._read = 0
        if self.root.is_dir():
            self._look_into("")
            self.names.sort()
            self.folders.sort()
        else:
            self.add(
                "folder-missing",
                str(path),
                "there is no such folder",
                "Give the path of a campaign folder.",
            )

    def add(
        self,
        code: str,
        name: str,
        what: str,
        remedy: str,
        *,
        line: int | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note one problem with a file."""
        self.problems.append(Problem(code, place(name), what, remedy, line, severity))

    def text(self, name: str) -> str | None:
        """The text of a file with plain line ends, or ``None`` with the reason among ``problems``."""
        data = self._bytes(name)
        if data is None:
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = _plain_ends(data[: error.start].decode("utf-8", "replace")).count("\n") + 1
            self.add("not-utf8", name, "this is not UTF-8 text", "Save the file as UTF-8.", line=line)
            return None
        return self._checked(name, _plain_ends(text))

    def size(self, name: str) -> int | None:
        """The size of a file in bytes, or ``None`` with the reason among ``problems``."""
        try:
            return (self.root / name).stat().st_size
        except OSError as error:
            self._unreadable(name, error)
            return None

    def too_large(self, name: str, size: int, most: int) -> bool:
        """Note a problem where ``size`` is more than ``most`` bytes."""
        if size <= most:
            return False
        unit, divisor = ("MB", 1024 * 1024) if most >= 1024 * 1024 else ("kB", 1024)
        self.add(
            "file-too-large",
            name,
            f"the file has {size // divisor:,} {unit}; at most {most // divisor} {unit} are read",
            "Make it smaller, or check that it is the right file.",
        )
        return True

    def _bytes(self, name: str) -> bytes | None:
        size = self.size(name)
        if size is None or self.too_large(name, size, MAX_TEXT_BYTES):
            return None
        self._read += size
        if self._read > MAX_ALL_TEXT_BYTES:
            self.too_large(".", self._read, MAX_ALL_TEXT_BYTES)
            return None
        try:
            with (self.root / name).open("rb") as file:
                return file.read(MAX_TEXT_BYTES)
        except OSError as error:
            self._unreadable(name, error)
            return None

    def _checked(self, name: str, text: str) -> str | None:
        found = _CONTROL.search(text)
        if found is None:
            return text
        self.add(
            "control-character",
            name,
            "the text holds an invisible control character",
            "Delete it, or write the line again.",
            line=text.count("\n", 0, found.start()) + 1,
        )
        return None

    def _unreadable(self, name: str, error: OSError) -> None:
        reason = (error.strerror or "unknown reason").lower()
        self.add(
            "file-unreadable", name, f"the file cannot be read ({reason})", "Check that you may read it."
        )

    def _look_into(self, folder: str) -> None:
        entries = self._entries(folder)
        self._compare_names(folder, [entry.name for entry in entries])
        for entry in entries:
            self._seen += 1
            if self._seen > MAX_FILES:
                self._too_many()
                return
            self._take(f"{folder}/{entry.name}" if folder else entry.name)

    def _too_many(self) -> None:
        if self._seen == MAX_FILES + 1:
            self.add(
                "too-many-files",
                ".",
                f"the folder has more than {MAX_FILES:,} files",
                "Give the path of the campaign itself, not of a folder around it.",
            )

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root / folder) as entries:
                kept = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            self._unreadable(folder or ".", error)
            return []
        return sorted(kept, key=lambda entry: entry.name)

    def _compare_names(self, folder: str, names: list[str]) -> None:
        seen: dict[str, str] = {}
        for name in names:
            other = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
            if other != name:
                self.add(
                    "names-collide",
                    f"{folder}/{name}" if folder else name,
                    f"{shown(other)} stands beside it, and only capitals or accents differ",
                    "Keep one of the two: on many computers they are the same file.",
                )

    def _take(self, name: str) -> None:
        try:
            mode = (self.root / name).lstat().st_mode
            linked = stat.S_ISLNK(mode)
            mode = (self.root / name).stat().st_mode
        except OSError as error:
            self._unreadable(name, error)
            return
        if linked and not self._link_allowed(name, mode):
            return
        if stat.S_ISDIR(mode):
            self._take_folder(name)
        elif stat.S_ISREG(mode):
            self._take_file(name)
        else:
            self.add("not-a-file", name, "this is no ordinary file", "Remove it from the folder.")

    def _link_allowed(self, name: str, mode: int) -> bool:
        target = Path(os.path.realpath(self.root / name))
        if not target.is_relative_to(self.root):
            what, remedy = "this is a link to a file outside the folder", "Copy the file here."
        elif stat.S_ISDIR(mode):
            what, remedy = "this is a link to a folder", "Copy the folder here."
        else:
            return True
        self.add("link-outside" if "outside" in what else "link-to-folder", name, what, remedy)
        return False

    def _take_folder(self, name: str) -> None:
        if name.endswith(_MEANT_AS_FILE):
            self.add("folder-not-file", name, "this is a folder, not a file", "Put a file in its place.")
        elif _FOLDERS.fullmatch(name) is None or name.count("/") >= MAX_DEPTH:
            self._unexpected(name, "folder")
        else:
            if name.startswith(("messages/", "prompts/")):
                self.folders.append(name)
            self._look_into(name)

    def _take_file(self, name: str) -> None:
        if name in TOP_FOLDERS:
            self.add("file-not-folder", name, "this is a file, not a folder", "Make it a folder.")
        elif name.rpartition("/")[2] == _LEFT_ALONE:
            return
        elif _EXPECTED.fullmatch(name):
            self.names.append(name)
        else:
            self._unexpected(name, "file")

    def _unexpected(self, name: str, kind: str) -> None:
        remedy = did_you_mean(
            name,
            (*TOP_FILES, *TOP_FOLDERS),
            "Move it out of the folder, or see the list of files in the guide.",
        )
        what = f"Munasara does not know this {kind} and leaves it out"
        self.add(f"unexpected-{kind}", name, what, remedy, severity=Severity.WARNING)


def _plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
