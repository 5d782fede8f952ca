"""The session of one account: its tokens, and how they are renewed.

An access token lasts two hours, a refresh token 90 days (source of the PDS). Logging in is limited to 30
times in 5 minutes and 300 a day (docs.bsky.app/docs/advanced-guides/rate-limits), so a token is kept while it
is good. An answer ``ExpiredToken`` proves that the request did nothing, so it may be repeated.
"""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, TypeAlias

from channels.bluesky.client import EXPIRED, BlueskyTranslator, Xrpc, error_name
from channels.httpclient import Answer

CREATE: Final = "com.atproto.server.createSession"
REFRESH: Final = "com.atproto.server.refreshSession"
USUAL_LIFE: Final = timedelta(hours=2)
CLIENT_ERRORS: Final = range(400, 429)

Request: TypeAlias = Callable[[str], Awaitable[Answer]]


class Session:
    """Lends the access token to requests, and fetches another when it is missing or has run out.

    Attributes:
        parts: ``app_password``, and ``access`` and ``refresh`` once there is a session.
    """

    def __init__(
        self, xrpc: Xrpc, errors: BlueskyTranslator, handle: str, parts: Mapping[str, str]
    ) -> None:
        self._xrpc, self._errors, self._handle = xrpc, errors, handle
        self.parts = dict(parts)
        self._renewing = asyncio.Lock()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be shown."""
        return tuple(self.parts.values())

    async def answer(self, request: Request) -> Answer:
        """Send a request with the access token; where that has run out, once more with a new one.

        Raises:
            NotAuthorised, RateLimited, Unreachable: There is no session to be had.
            ChannelError: What the request itself raises.
        """
        token = self.parts.get("access") or await self._replace("")
        answer = await request(token)
        if error_name(answer) != EXPIRED:
            return answer
        return await request(await self._replace(token))

    async def renew(self) -> None:
        """Take a new session with the refresh token or, where that is no longer good, with the app password.

        Raises:
            NotAuthorised: The app password was revoked, or the account was taken down.
            RateLimited, Unreachable: Not now.
        """
        answer = await self._refreshed() if self.parts.get("refresh") else None
        if answer is None or answer.status in CLIENT_ERRORS:
            answer = await self._xrpc.post(CREATE, body=self._credentials())
        self._keep(self._tokens(answer))

    def life(self) -> timedelta:
        """How long the access token lasts from its issue."""
        return token_life(self.parts.get("access", ""))

    async def _replace(self, old: str) -> str:
        """A token other than ``old``; those who wait for the same one get it from whoever was first."""
        async with self._renewing:
            if self.parts.get("access", "") == old:
                await self.renew()
            return self.parts["access"]

    async def _refreshed(self) -> Answer:
        return await self._xrpc.post(REFRESH, self.parts["refresh"])

    def _credentials(self) -> dict[str, str]:
        return {"identifier": self._handle, "password": self.parts["app_password"]}

    def _tokens(self, answer: Answer) -> dict[str, Any]:
        if not answer.ok:
            raise self._errors.looking(answer)
        return self._errors.json(answer, publishing=False)

    def _keep(self, tokens: Mapping[str, Any]) -> None:
        access, refresh = tokens.get("accessJwt"), tokens.get("refreshJwt")
        if not (isinstance(access, str) and access and isinstance(refresh, str)):
            raise self._errors.unreachable("the server gave no session; check the account's base_url")
        self.parts |= {"access": access, "refresh": refresh}


def token_life(token: str) -> timedelta:
    """How long a token lasts from its issue, as it says itself; two hours where it cannot be read."""
    with suppress(ValueError, TypeError, KeyError, IndexError, OverflowError):
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        return timedelta(seconds=int(claims["exp"]) - int(claims["iat"]))
    return USUAL_LIFE
