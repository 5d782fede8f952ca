"""Telegram brings its updates to a public address; nothing is read that does not carry our secret.

The library's own webhook compares the secret character by character, logs a wrong one, and confirms updates before they
are handled.
"""

import asyncio
import hmac
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, Update

from bot.telegram.polling import GRACE_SECONDS, KINDS, Handle, InOrder
from channels.telegram.bot import UNREADABLE

PATH: Final = "/telegram"
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
MOST_BYTES: Final = 1_000_000
REMEMBERED: Final = 10_000
"""Updates that are known to have been handled, so that a replay does nothing."""
PATIENCE_SECONDS: Final = 20.0
"""How long an update may be at work before it is confirmed all the same; Telegram gives up after a minute."""

Take: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

log = structlog.get_logger()


class Webhook:
    """Where Telegram brings updates, while the bot is served.

    Args:
        public_url: Where the internet reaches the web server, such as ``https://bot.example.org``.
        secret: What Telegram must say with every update: 1 to 256 letters, digits, hyphens and underscores
            (core.telegram.org/bots/api#setwebhook).
    """

    def __init__(self, public_url: str, secret: str) -> None:
        self._url = public_url.rstrip("/") + PATH
        self._secret = secret
        self._take: Take | None = None

    def route(self) -> Route:
        """The route that takes updates. Whoever does not know the secret learns nothing."""
        return Route(PATH, self._answer, methods=["POST"])

    async def serve(self, bot: Bot, handle: Handle, stop: asyncio.Event) -> None:
        """Let updates be brought and handle them until ``stop`` is set.

        An update is confirmed after its handler ended: one that a crash cut off is brought again.
        """
        order, seen = InOrder(handle), _Seen()

        async def take(raw: dict[str, Any]) -> None:
            if seen.has(raw["update_id"]):
                return
            update = Update.de_json(raw, bot)
            await asyncio.wait({order.begin(update)}, timeout=PATIENCE_SECONDS)
            seen.add(raw["update_id"])

        self._take = take
        try:
            await bot.set_webhook(self._url, secret_token=self._secret, allowed_updates=KINDS)
            await stop.wait()
        finally:
            self._take = None
            await order.drain(GRACE_SECONDS)

    async def _answer(self, request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return Response(status_code=403)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        if self._take is None:
            return Response(status_code=503, headers={"Retry-After": "1"})
        try:
            await self._take(_update(body))
        except (*UNREADABLE, json.JSONDecodeError) as error:
            # Telegram would bring it for ever if it were refused.
            log.warning("update not understood", error=type(error).__name__)
        return Response(status_code=200)


class _Seen:
    def __init__(self) -> None:
        self._numbers: OrderedDict[int, None] = OrderedDict()

    def has(self, number: int) -> bool:
        return number in self._numbers

    def add(self, number: int) -> None:
        self._numbers[number] = None
        if len(self._numbers) > REMEMBERED:
            self._numbers.popitem(last=False)


async def _body(request: Request) -> bytes | None:
    """The whole body, or ``None`` where it is larger than any update."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _update(body: bytes) -> dict[str, Any]:
    raw = json.loads(body)
    if not isinstance(raw, dict) or not isinstance(raw["update_id"], int):
        raise TypeError("no update")
    return raw
