"""What the stand-in wrote down: one line of JSON per begun request and one per acceptance.

Each line is one ``write`` to a file opened for appending, so a kill leaves whole lines only.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


def machine_time() -> datetime:
    """The time of this machine: a platform has a clock of its own, also while ours is simulated."""
    return datetime.fromtimestamp(time.time_ns() / 1e9, UTC)


def digest(text: str) -> str:
    """SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Journal:
    """An append-only file, read again at the start so that a restarted stand-in forgets nothing.

    Attributes:
        last: The number of the last line.
        sync: Whether each line must reach the disk before the answer leaves.
    """

    def __init__(
        self, path: Path, *, sync: bool = False, now: Callable[[], datetime] = machine_time
    ) -> None:
        self.path, self.sync, self._now = path, sync, now
        self.entries = read_journal(path) if path.exists() else []
        self.last = max((entry["n"] for entry in self.entries), default=0)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, event: str, **facts: Any) -> Entry:
        """Add one line and return it with its number ``n`` and its time ``at``."""
        self.last += 1
        entry = {"n": self.last, "event": event, "at": self._now().isoformat(), **facts}
        os.write(self._file, json.dumps(entry, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        if self.sync:
            os.fsync(self._file)
        return entry

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def read_journal(path: Path) -> list[Entry]:
    """Every whole line of a journal, in order."""
    with path.open("rb") as lines:
        return [json.loads(line) for line in lines if line.endswith(b"\n")]


def accepted(entries: list[Entry]) -> Iterator[Mapping[str, Any]]:
    """The acceptances among the lines of a journal."""
    return (entry for entry in entries if entry["event"] == "accepted")
