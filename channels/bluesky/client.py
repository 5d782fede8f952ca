"""Requests to a server of the AT Protocol (atproto.com/specs/xrpc), and its errors in our words.

The SDK's own client follows redirects, reads proxies from the environment, has no bound for an answer and
drops a ``swapRecord`` of null, so only its models are used.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from channels.errors import ChannelError, RateLimited
from channels.httpclient import Answer, HttpClient, Translator, clamp_wait, retry_after
from channels.secret import MASK

EXPIRED: Final = "ExpiredToken"
DEACTIVATED: Final = "AccountDeactivated"
PATH: Final = "/xrpc/"
LONGEST_REASON: Final = 200
TOO_MANY_REQUESTS: Final = 429
SERVER_ERRORS: Final = 500

RECONNECT: Final = "Make a new app password on Bluesky and connect the account again."
ACCOUNT: Final[Mapping[str, tuple[str, str]]] = {
    EXPIRED: ("the session of this account has ended", RECONNECT),
    "InvalidToken": ("Bluesky does not accept the session of this account", RECONNECT),
    "AuthMissing": ("Bluesky asks for a session", RECONNECT),
    "AuthenticationRequired": ("Bluesky does not accept the handle and app password", RECONNECT),
    "AuthFactorTokenRequired": (
        "Bluesky asks for a code by e-mail, as it does for the main password",
        "Use an app password instead of the main one.",
    ),
    "AccountTakedown": (
        "Bluesky has taken this account down",
        "Read Bluesky's e-mail about it and appeal there; nothing can be posted until then.",
    ),
    "RepoTakendown": (
        "Bluesky has taken this account down",
        "Read Bluesky's e-mail about it and appeal there; nothing can be posted until then.",
    ),
    DEACTIVATED: ("this account is deactivated", "Sign in at bsky.app and activate it again."),
    "RepoDeactivated": ("this account is deactivated", "Sign in at bsky.app and activate it again."),
    "AccountNotFound": (
        "this server does not hold the account",
        "Check the account's handle (it may have changed) and base_url.",
    ),
}
"""What the names of errors say about an account; nothing was done where one of them is the answer."""


class Xrpc:
    """Requests to one server. Holds no session."""

    def __init__(self, base_url: str, errors: Translator) -> None:
        self._errors = errors
        self._address = base_url.rstrip("/") + PATH
        self._http = HttpClient()

    async def get(self, method: str, token: str, parameters: Mapping[str, str]) -> Answer:
        """Ask for something.

        Raises:
            Unreachable: Nothing usable came back.
        """
        return await self._send("GET", method, token, content={"params": parameters})

    async def post(
        self,
        method: str,
        token: str = "",
        body: Mapping[str, Any] | None = None,
        *,
        publishing: bool = False,
    ) -> Answer:
        """Ask to do something.

        Raises:
            Unreachable, OutcomeUnknown: Nothing usable came back.
        """
        content = {} if body is None else {"json": body}
        return await self._send("POST", method, token, content=content, publishing=publishing)

    async def upload(self, method: str, token: str, data: bytes, mime: str) -> Answer:
        """Send bytes.

        Raises:
            Unreachable: Nothing usable came back.
        """
        return await self._send("POST", method, token, content={"content": data}, mime=mime)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _send(
        self,
        verb: str,
        method: str,
        token: str,
        content: Mapping[str, Any],
        *,
        mime: str = "",
        publishing: bool = False,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Content-Type": mime} if mime else {}
        address = self._address + method
        return await self._errors.ask(
            self._http, verb, address, publishing=publishing, headers=headers, **content
        )


class BlueskyTranslator(Translator):
    """Turns answers that are no success into errors."""

    def xrpc(
        self, answer: Answer, *, publishing: bool = False, secrets: tuple[str, ...] = ()
    ) -> ChannelError:
        """The error for an answer that is not 2xx. ``secrets`` are cut out of what the server said."""
        if answer.status == TOO_MANY_REQUESTS:
            return self.rate_limited(wait_of(answer.headers))
        name = error_name(answer)
        if answer.status < SERVER_ERRORS and name in ACCOUNT:
            return self.not_authorised(*ACCOUNT[name])
        return self.refusal(answer, publishing=publishing, reason=_masked(_message(answer), secrets))

    def looking(self, answer: Answer) -> ChannelError:
        """The error for a request that only asks, or only renews a session: a refusal is no verdict on a post."""
        error = self.xrpc(answer)
        if isinstance(error, RateLimited) or error_name(answer) in ACCOUNT:
            return error
        return self.unreachable(
            f"the server answered with status {answer.status}; if it stays so, check the account's base_url"
        )


def error_name(answer: Answer) -> str:
    """The name of the error in an answer, such as ``InvalidSwap``; empty where it is none of the protocol's."""
    name = _body(answer).get("error")
    return name if not answer.ok and isinstance(name, str) else ""


def wait_of(headers: Mapping[str, str]) -> timedelta:
    """How long the server asks to wait: ``retry-after``, or ``ratelimit-reset`` measured by its own clock."""
    if "retry-after" in headers:
        return retry_after(headers)
    with suppress(KeyError, ValueError, TypeError, OverflowError):
        now = parsedate_to_datetime(headers["date"]).timestamp()
        return clamp_wait(float(headers["ratelimit-reset"]) - now)
    return retry_after(headers)


def _message(answer: Answer) -> str:
    message = _body(answer).get("message")
    return message if isinstance(message, str) else ""


def _body(answer: Answer) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        value = json.loads(answer.body)
        return value if isinstance(value, dict) else {}
    return {}


def _masked(reason: str, secrets: tuple[str, ...]) -> str:
    for secret in filter(None, secrets):
        reason = re.sub(re.escape(secret), MASK, reason, flags=re.IGNORECASE)
    return reason[:LONGEST_REASON]
