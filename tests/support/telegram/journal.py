"""What was asked of the server and what it answered."""

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from tests.support.telegram.parameters import Upload


@dataclass(slots=True)
class Request:
    """One request. Times are monotonic seconds; ``answered`` is ``None`` while the answer is held or was dropped.

    ``accepted`` says that the server did what it was asked, whether or not the bot learned of it.
    """

    method: str
    parameters: dict[str, Any]
    arrived: float
    answered: float | None = None
    status: int | None = None
    accepted: bool = False
    result: Any = None
    description: str | None = None


@dataclass
class Journal:
    """All requests, oldest first, and a file with a line of JSON for each that was accepted."""

    path: Path | None = None
    requests: list[Request] = field(default_factory=list)

    def of(self, *methods: str) -> list[Request]:
        """The requests of these methods."""
        return [request for request in self.requests if request.method in methods]

    def accepted(self, *methods: str) -> list[Request]:
        """Those of them that took effect."""
        return [request for request in self.of(*methods) if request.accepted]

    def write(self, request: Request) -> None:
        """Put an accepted request on file before anybody learns of it."""
        if self.path is None or request.method == "getUpdates":
            return
        known = {each.name: getattr(request, each.name) for each in fields(request)}
        line = json.dumps({"event": "accepted", **known}, default=_told, ensure_ascii=False)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _told(value: Any) -> Any:
    return {"file": value.name, "bytes": len(value.content)} if isinstance(value, Upload) else str(value)
