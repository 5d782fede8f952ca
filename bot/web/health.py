"""What a supervisor asks: is the process alive, and would it send what is due?"""

from collections.abc import Callable, Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

NO_STORE: Final = {"Cache-Control": "no-store"}
NOT_READY: Final = "The pauses were not confirmed within the last second: the database does not answer."


def health_app(is_ready: Callable[[], bool], routes: Sequence[Route] = ()) -> Starlette:
    """The web application with ``/health`` and ``/ready``.

    Args:
        is_ready: Whether the worker would send what is due at this moment.
        routes: What else it answers.
    """

    async def health(request: Request) -> JSONResponse:
        del request
        return JSONResponse({"alive": True}, headers=NO_STORE)

    async def ready(request: Request) -> JSONResponse:
        del request
        if is_ready():
            return JSONResponse({"ready": True}, headers=NO_STORE)
        return JSONResponse({"ready": False, "why": NOT_READY}, status_code=503, headers=NO_STORE)

    return Starlette(routes=[Route("/health", health), Route("/ready", ready), *routes])
