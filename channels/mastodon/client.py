"""Requests to one Mastodon server, and what its answers mean.

Sources: docs.joinmastodon.org, ``api/rate-limits``, ``methods/instance``, ``methods/media``, ``entities/Error``.
"""

import asyncio
import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

from channels.base import Connection, OutgoingMedia
from channels.errors import ChannelError, RateLimited
from channels.httpclient import Answer, HttpClient, Translator, clamp_wait, retry_after
from channels.secret import MASK
from content.limits import Limits

INSTANCE_PATHS: Final = ("/api/v2/instance", "/api/v1/instance")
"""The second is for servers older than Mastodon 4.0."""
GONE: Final = (HTTPStatus.NOT_FOUND,)
UNTOLD: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
"""How servers answer what they do not tell, or not to a token with few scopes."""
LONGEST_REASON: Final = 200
PROCESSING_LOOKS: Final = 15
VIDEO_LOOKS: Final = 30
PROCESSING_WAIT = timedelta(seconds=1)
"""Between two looks at a file that the server is still processing."""

TOLD_LIMITS: Final[Mapping[str, tuple[str, str]]] = {
    "max_length": ("statuses", "max_characters"),
    "max_media": ("statuses", "max_media_attachments"),
    "max_media_bytes": ("media_attachments", "image_size_limit"),
    "max_alt_graphemes": ("media_attachments", "description_limit"),
    "max_video_bytes": ("media_attachments", "video_size_limit"),
}
"""Fields of ``Limits``, the last one of its ``video``, and where a server's ``configuration`` tells them."""


class MastodonTranslator(Translator):
    """Adds the server's own words to a refusal, and its own way to ask for a wait."""

    def answered(self, answer: Answer, *, publishing: bool, secret: str) -> ChannelError:
        """The error for an answer that is not 2xx. ``secret`` is cut out of what the server said."""
        reason = _reason(answer).replace(secret, MASK)[:LONGEST_REASON]
        error = self.refusal(answer, publishing=publishing, reason=reason)
        if isinstance(error, RateLimited):
            return self.rate_limited(wait_asked_for(answer.headers))
        return error


class MastodonClient:
    """Sends requests as one account. Close it."""

    def __init__(self, connection: Connection, base_url: str, token: str) -> None:
        self.errors = MastodonTranslator("mastodon", connection.account)
        self._token = token
        self._http = HttpClient(base_url, {"Authorization": f"Bearer {token}"})

    async def send(
        self,
        method: str,
        path: str,
        *,
        publishing: bool = False,
        bearing: Container[int] = (),
        **options: Any,
    ) -> Answer:
        """Send one request.

        Args:
            publishing: Whether it shows something to the public.
            bearing: Statuses beside the 2xx that are answers here, not errors.
            options: As ``HttpClient.fetch`` takes them.

        Raises:
            ChannelError: The server could not be asked, or refused.
        """
        answer = await self.errors.ask(self._http, method, path, publishing=publishing, **options)
        if answer.ok or answer.status in bearing:
            return answer
        raise self.errors.answered(answer, publishing=publishing, secret=self._token)

    async def read(self, path: str) -> dict[str, Any]:
        """One object of the server."""
        return self.errors.json(await self.send("GET", path), publishing=False)

    async def read_list(self, path: str, **params: str | int) -> list[dict[str, Any]]:
        """One page of a list."""
        answer = await self.send("GET", path, params=params)
        page = _loaded(answer)
        if not isinstance(page, list) or not all(isinstance(each, dict) for each in page):
            raise self.errors.unreachable("the answer could not be read")
        return page

    async def account(self) -> dict[str, Any]:
        """The account that the token belongs to, with its ``id`` and its name ``acct``."""
        account = await self.read("/api/v1/accounts/verify_credentials")
        if not all(isinstance(account.get(each), str) for each in ("id", "acct")):
            raise self.errors.unreachable("the server did not name the account")
        return account

    async def scopes(self) -> frozenset[str] | None:
        """What the application may do; ``None`` where the server does not tell, before Mastodon 4.3."""
        answer = await self.send("GET", "/api/v1/apps/verify_credentials", bearing=UNTOLD)
        granted = self.errors.json(answer, publishing=False).get("scopes") if answer.ok else None
        return frozenset(map(str, granted)) if isinstance(granted, list) else None

    async def source(self, remote_id: str) -> tuple[str, str] | None:
        """A text and its warning as they were sent; ``None`` where the server does not tell (Mastodon 3.5)."""
        answer = await self.send("GET", f"/api/v1/statuses/{remote_id}/source", bearing=GONE)
        if not answer.ok:
            return None
        source = self.errors.json(answer, publishing=False)
        return str(source.get("text") or ""), str(source.get("spoiler_text") or "")

    async def instance(self) -> dict[str, Any]:
        """What the server tells of itself; nothing where it has no such page."""
        for path in INSTANCE_PATHS:
            answer = await self.send("GET", path, bearing=GONE)
            if answer.ok:
                return self.errors.json(answer, publishing=False)
        return {}

    async def upload(self, media: OutgoingMedia) -> str:
        """The id of a file that is ready to be attached. One that is never attached vanishes by itself."""
        answer = await self.send(
            "POST",
            "/api/v2/media",
            files={"file": (media.file_name, media.data, media.mime)},
            data={"description": media.alt} if media.alt else {},
        )
        media_id = self.errors.json(answer, publishing=False).get("id")
        if not isinstance(media_id, str):
            raise self.errors.unreachable("the server did not name the file that it took")
        if answer.status == HTTPStatus.ACCEPTED:
            await self._processed(media_id, VIDEO_LOOKS if media.is_video else PROCESSING_LOOKS)
        return media_id

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._http.aclose()

    async def _processed(self, media_id: str, looks: int) -> None:
        for _ in range(looks):
            await asyncio.sleep(PROCESSING_WAIT.total_seconds())
            answer = await self.send("GET", f"/api/v1/media/{media_id}")
            if answer.status == HTTPStatus.OK:
                return
        raise self.errors.unreachable("the server is still processing a file")


def told_limits(instance: Mapping[str, Any]) -> dict[str, int]:
    """The limits that a server tells of, by their names in ``Limits``."""
    return dict(_numbers(instance.get("configuration")))


def with_told(limits: Limits, told: Mapping[str, Any]) -> Limits:
    """Limits with what a server told in place of our guesses."""
    own = {name: number for name, number in told.items() if name != "max_video_bytes"}
    video = limits.video
    if video is not None and "max_video_bytes" in told:
        video = replace(video, max_bytes=told["max_video_bytes"])
    return replace(limits, video=video, **own)


def wait_asked_for(headers: Mapping[str, str]) -> timedelta:
    """How long a 429 asks to wait: until ``X-RateLimit-Reset``, measured against the answer's own ``Date``."""
    try:
        reset = datetime.fromisoformat(headers.get("x-ratelimit-reset", ""))
        asked = parsedate_to_datetime(headers.get("date", ""))
        return clamp_wait((reset - asked).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return retry_after(headers)


def _numbers(configuration: Any) -> Iterator[tuple[str, int]]:
    for name, (part, entry) in TOLD_LIMITS.items():
        told = configuration.get(part) if isinstance(configuration, dict) else None
        number = told.get(entry) if isinstance(told, dict) else None
        if type(number) is int and number > 0:
            yield name, number


def _reason(answer: Answer) -> str:
    body = _loaded(answer)
    reason = body.get("error") if isinstance(body, dict) else None
    return reason if isinstance(reason, str) else ""


def _loaded(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
