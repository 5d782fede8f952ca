"""How the Bot API says no."""

from typing import Any


class Rejected(Exception):
    """An answer with ``ok: false``; ``parameters`` may hold ``retry_after`` or ``migrate_to_chat_id``."""

    def __init__(self, description: str, status: int = 400, **parameters: Any) -> None:
        super().__init__(description)
        self.description, self.status, self.parameters = description, status, parameters

    @property
    def body(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        return {**answer, "parameters": self.parameters} if self.parameters else answer


def bad(description: str, **parameters: Any) -> Rejected:
    return Rejected(f"Bad Request: {description}", 400, **parameters)


def forbidden(description: str) -> Rejected:
    return Rejected(f"Forbidden: {description}", 403)


def too_many_requests(retry_after: int | None) -> Rejected:
    if retry_after is None:
        return Rejected("Too Many Requests", 429)
    return Rejected(f"Too Many Requests: retry after {retry_after}", 429, retry_after=retry_after)
