"""The way out of a mailing list: a signed address that takes one click (RFC 8058) and tells nobody who you are."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

Leave = Callable[[str], Awaitable[bool]]
"""Takes a recipient, by their random name, off their list."""

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}
_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Unsubscribe</title><body style="font-family:sans-serif;max-width:30em;margin:3em auto;padding:0 1em">{body}</body></html>"""
_ASK: Final = (
    '<p>Receive no more letters from this list?</p><form method="post"><button>Unsubscribe</button></form>'
)
_DONE: Final = "<p>Done. Your address is erased, and no letter of this list will reach you.</p>"


class WayOut:
    """Makes and answers the addresses by which recipients leave.

    Args:
        public_url: Where the internet reaches this server.
        key: At least 16 secret bytes.
    """

    def __init__(self, public_url: str, key: bytes) -> None:
        self._base = public_url.rstrip("/")
        self._key = key

    def url(self, recipient: str) -> str:
        """The address by which a recipient, by their random name, leaves. It does not expire."""
        return f"{self._base}/unsubscribe/{recipient}/{self._signature(recipient)}"

    def route(self, leave: Leave) -> Route:
        """Shows a button to a reader, and obeys the post of a button or of a mail program."""

        async def answer(request: Request) -> Response:
            recipient, given = request.path_params["recipient"], request.path_params["signature"]
            if not hmac.compare_digest(self._signature(recipient).encode(), given.encode()):
                return Response(status_code=404)
            if request.method == "POST":
                await leave(recipient)
                return HTMLResponse(_PAGE.format(body=_DONE), headers=HEADERS)
            return HTMLResponse(_PAGE.format(body=_ASK), headers=HEADERS)

        return Route("/unsubscribe/{recipient}/{signature}", answer, methods=["GET", "POST"])

    def _signature(self, recipient: str) -> str:
        return hmac.digest(self._key, recipient.encode(), hashlib.sha256).hex()[:32]
