"""How the stand-in answers, also when it does not."""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from channels.rehearsal.faults import DELAYS, Fault, FaultKind

NOTHING: Final = Response(status_code=204)
PASSING: Final = DELAYS | {FaultKind.DROP_AFTER}
"""Faults that let a post be accepted."""
SPOKEN: Final = {
    FaultKind.REFUSE: (400, "told to refuse"),
    FaultKind.RATE_LIMIT: (429, "told to wait"),
    FaultKind.UNAVAILABLE: (503, "told to be unavailable"),
    FaultKind.EXPIRE_TOKEN: (401, "the token has expired"),
}


class HalfAnswer(Response):
    """An answer that breaks off in the middle."""

    def __init__(self, hang_up: Callable[[], None]) -> None:
        super().__init__(b'{"id": "', 201, {"content-length": "100"})
        self._hang_up = hang_up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and a few bytes, then drop the connection."""
        del scope
        await send({"type": "http.response.start", "status": 201, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        self._hang_up()
        while (await receive())["type"] != "http.disconnect":
            pass


def error_answer(status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal with its reason."""
    return JSONResponse({"error": reason}, status, headers)


async def failure(struck: list[Fault], request: Request) -> Response | None:
    """The answer to a publish that the last of these faults stops; ``None`` where none of them does."""
    fault = struck[-1] if struck else None
    if fault is None or fault.kind in PASSING:
        return None
    if fault.kind is FaultKind.DROP_BEFORE:
        request.state.hang_up()
        return NOTHING
    if fault.kind is FaultKind.HANG:
        return await _no_answer(request)
    status, reason = SPOKEN[fault.kind]
    return error_answer(status, reason, _wait_header(fault))


def _wait_header(fault: Fault) -> dict[str, str]:
    asks_to_wait = fault.kind is FaultKind.RATE_LIMIT and fault.seconds
    return {"retry-after": f"{fault.seconds:g}"} if asks_to_wait else {}


async def _no_answer(request: Request) -> Response:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return NOTHING
