"""Pictures and videos for platforms that fetch them: behind an address that is signed and soon expires."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.base import OutgoingMedia
from schedules.clock import Clock

LIVES: Final = timedelta(hours=24)
"""As long as a container of Instagram or Threads waits for its files."""
SUFFIXES: Final[Mapping[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
}
SAFE: Final = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"}

Load = Callable[[str], Awaitable[tuple[str, bytes] | None]]
"""The type and the bytes of a file by its SHA-256."""


class SignedMedia:
    """Gives frozen files addresses below a public one, and answers there.

    Args:
        public_url: Where the internet reaches this server, such as ``https://bot.example.org``.
        key: At least 16 secret bytes.
    """

    def __init__(self, public_url: str, key: bytes, clock: Clock) -> None:
        self._base = public_url.rstrip("/")
        self._key = key
        self._clock = clock

    def __call__(self, media: OutgoingMedia) -> str:
        """The address of a file for the next 24 hours."""
        name = f"{media.sha256}.{SUFFIXES.get(media.mime, 'bin')}"
        until = int((self._clock.now() + LIVES).timestamp())
        return f"{self._base}/media/{until}/{self._signature(until, name)}/{name}"

    def route(self, load: Load) -> Route:
        """The route that answers such addresses. Anything else is not found, whatever the reason."""

        async def answer(request: Request) -> Response:
            until, given, name = (request.path_params[part] for part in ("until", "signature", "name"))
            if not self._is_valid(until, given, name):
                return Response(status_code=404)
            found = await load(name.partition(".")[0])
            if found is None:
                return Response(status_code=404)
            mime, data = found
            return Response(data, media_type=mime, headers=SAFE)

        return Route("/media/{until:int}/{signature}/{name}", answer, methods=["GET"])

    def _is_valid(self, until: int, given: str, name: str) -> bool:
        right = hmac.compare_digest(self._signature(until, name).encode(), given.encode())
        return right and self._clock.now() < _instant(until)

    def _signature(self, until: int, name: str) -> str:
        return hmac.digest(self._key, f"{until}/{name}".encode(), hashlib.sha256).hex()[:32]


def _instant(seconds: int) -> datetime:
    """An instant that is always in range: a signature that is right was made by us."""
    return datetime.fromtimestamp(min(seconds, 32_503_680_000), UTC)
