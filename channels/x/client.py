"""tweepy's client of the X API v2 over our own HTTP, with what tweepy lacks, and X's answers in our words.

tweepy knows the routes, the parameters and how OAuth 1.0a signs. It has no settable host, no v2 media, no
OAuth 2 renewal, and it reads an HTML 502 as JSON; all of that goes through one method, which is ours here.
"""

import base64
import json as jsonlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from oauthlib.oauth1 import Client as Signer  # type: ignore[import-untyped]
from tweepy.asynchronous import AsyncClient  # type: ignore[import-untyped]
from yarl import URL

from channels.base import OutgoingMedia
from channels.errors import ChannelError, Refused
from channels.httpclient import (
    Answer,
    HttpClient,
    Translator,
    clamp_wait,
    is_foreign_denial,
    retry_after,
)
from channels.secret import MASK

CREATE: Final = ("POST", "/2/tweets")
"""The one request that shows something to the public."""
TOKEN_ROUTE: Final = "/2/oauth2/token"  # noqa: S105
TOKEN_REFUSED: Final = frozenset({400, 401})
SHORTEST_SECRET: Final = 6
LONGEST_REASON: Final = 200

DUPLICATE: Final = "duplicate content"
"""In the ``detail`` of the 403: *You are not allowed to create a Tweet with duplicate content.*"""
CONTENT: Final = ("deleted or not visible", "too long", "bit shorter")
"""Other 403s that speak of the text and not of the account."""
CREDITS: Final = ("creditsdepleted", "credits", "usagecapexceeded", "usage-capped")
"""In the ``title`` or ``type`` of an answer where the prepaid credits or the spending cap ran out."""
LIMIT_HEADERS: Final = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")
"""Each with ``-remaining`` and ``-reset``, in seconds since 1970 (docs.x.com/x-api/fundamentals/rate-limits)."""


class Gone(Refused):
    """X does not know this post, or no longer."""


class Duplicate(Refused):
    """This account has posted the same text before; perhaps it was this very post."""


class Reply(Answer):
    """An answer in the shape in which tweepy reads it."""

    async def json(self) -> dict[str, Any]:
        """The object in the body, which was checked already."""
        value: dict[str, Any] = jsonlib.loads(self.body)
        return value


class XTranslator(Translator):
    """Turns X's answers into our errors."""

    def x(self, answer: Answer, *, publishing: bool, secrets: tuple[str, ...]) -> ChannelError:
        """The error for an answer that is not 2xx. ``secrets`` are cut out of what X said."""
        if is_foreign_denial(answer):
            return self.foreign_denial(answer, publishing=publishing)
        problem = _problem(answer)
        reason = _masked(str(problem.get("detail") or problem.get("title") or ""), secrets)
        if answer.status == 402 or _mentions(f"{problem.get('title')} {problem.get('type')}", CREDITS):  # noqa: PLR2004
            return self.not_authorised(
                "the prepaid credits or the spending cap of the app are used up",
                "Add credits in the X developer console under Billing.",
            )
        match answer.status:
            case 403:
                return self._forbidden(reason)
            case 404:
                return Gone(self.channel, self.account, "X does not know this post or address", GONE_REMEDY)
            case 429:
                return self.rate_limited(asked_wait(answer.headers))
            case _:
                return self.refusal(answer, publishing=publishing, reason=reason)

    def token(self, answer: Answer) -> ChannelError:
        """The error for a renewal that was not granted: only X's own 400 and 401 mean that the token is dead."""
        if answer.status in TOKEN_REFUSED and _problem(answer):
            return self.not_authorised("X no longer accepts the refresh token")
        if answer.status == 429:  # noqa: PLR2004
            return self.rate_limited(asked_wait(answer.headers))
        return self.unreachable(f"the token could not be renewed (status {answer.status})")

    def _forbidden(self, reason: str) -> ChannelError:
        if _mentions(reason, (DUPLICATE,)):
            return Duplicate(
                self.channel, self.account, "X has this text already", "Change the text, or drop the post."
            )
        if _mentions(reason, CONTENT):
            return self.refused(f"X says: {reason}")
        return self.not_authorised(
            f"X does not let this account act: {reason or 'forbidden'}",
            "Open X: is the account locked or suspended? The app needs the permission Read and write.",
        )


GONE_REMEDY: Final = "Look at the account; if every post fails, check its base_url."


class XClient(AsyncClient):  # type: ignore[misc]
    """The X API v2 for one account.

    Args:
        base_url: Scheme and host of the API, without a path.
        parts: Either the four keys of OAuth 1.0a, or the parts of OAuth 2, as ``XChannel.secret_parts`` names them.
    """

    def __init__(self, base_url: str, parts: Mapping[str, str], errors: XTranslator) -> None:
        self.signs = "client_id" not in parts
        super().__init__(
            bearer_token=None if self.signs else parts["access_token"],
            consumer_key=parts.get("consumer_key"),
            consumer_secret=parts.get("consumer_secret"),
            access_token=parts["access_token"],
            access_token_secret=parts.get("access_token_secret"),
            return_type=dict,
        )
        self._base_url, self._errors = base_url.rstrip("/"), errors
        self._secrets = tuple(value for value in parts.values() if len(value) >= SHORTEST_SECRET)
        self._http = HttpClient()

    async def request(
        self,
        method: str,
        route: str,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        user_auth: bool = False,
        **body: Any,
    ) -> Reply:
        """Send one request as this account, once. tweepy's own methods come through here as well.

        Raises:
            Gone, Duplicate: See there.
            ChannelError: As for ``Channel.publish``; ``OutcomeUnknown`` only for ``CREATE``.
        """
        del user_auth
        publishing = (method, route) == CREATE
        answer = await self._send(
            method, route, publishing=publishing, params=params, json=json, sign=True, **body
        )
        if not answer.ok:
            raise self._errors.x(answer, publishing=publishing, secrets=self._secrets)
        self._errors.json(answer, publishing=publishing)
        return Reply(answer.status, answer.headers, answer.body)

    async def upload(self, media: OutgoingMedia) -> str:
        """Upload a picture and give back its id, which is good for 24 hours."""
        answer = await self.request(
            "POST",
            "/2/media/upload",
            data={"media_category": "tweet_image", "media_type": media.mime},
            files={"media": (media.file_name, media.data, media.mime)},
        )
        return str(self.data(await answer.json())["id"])

    async def describe(self, media_id: str, media: OutgoingMedia) -> None:
        """Give an uploaded picture its alt text and its warning; a video has no alt text."""
        metadata: dict[str, Any] = {}
        if media.alt and not media.is_video:
            metadata["alt_text"] = {"text": media.alt}
        if media.sensitive:
            metadata["sensitive_media_warning"] = {"other": True}
        if metadata:
            await self.request("POST", "/2/media/metadata", json={"id": media_id, "metadata": metadata})

    async def renewed(self, form: Mapping[str, str], client_secret: str) -> dict[str, Any]:
        """Exchange a refresh token; the answer holds ``access_token`` and, as a rule, a new ``refresh_token``.

        Raises:
            NotAuthorised, RateLimited, Unreachable: As for ``Channel.renew``.
        """
        headers = _basic(form["client_id"], client_secret) if client_secret else {}
        answer = await self._send("POST", TOKEN_ROUTE, publishing=False, data=form, headers=headers)
        if not answer.ok:
            raise self._errors.token(answer)
        return self._errors.json(answer, publishing=False)

    def data(self, answer: Mapping[str, Any], *, publishing: bool = False) -> dict[str, Any]:
        """The object that X gave, with an ``id``.

        Raises:
            OutcomeUnknown, Unreachable: There is none.
        """
        found = answer.get("data")
        if not isinstance(found, dict) or not str(found.get("id", "")).isdecimal():
            raise self._errors.unclear("X's answer could not be read", publishing=publishing)
        return found

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _send(
        self,
        method: str,
        route: str,
        *,
        publishing: bool,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        sign: bool = False,
        **body: Any,
    ) -> Answer:
        try:
            url = str(URL(self._base_url + route).update_query(params or {}))
            allowed = self._authorisation(url, method) if sign else {}
        except ValueError:
            raise self._errors.not_authorised(
                "the setting base_url is no address", "Check the account's base_url."
            ) from None
        sent = {**allowed, **(headers or {})}
        return await self._errors.ask(self._http, method, url, publishing=publishing, headers=sent, **body)

    def _authorisation(self, url: str, method: str) -> dict[str, str]:
        if not self.signs:
            return {"Authorization": f"Bearer {self.bearer_token}"}
        signer = Signer(
            self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret
        )
        _, headers, _ = signer.sign(url, method)
        return dict(headers)


def asked_wait(headers: Mapping[str, str]) -> timedelta:
    """How long X asks to wait: until the last of its exhausted limits is renewed, by X's own clock."""
    waits = list(_waits(headers))
    return clamp_wait(max(waits)) if waits else retry_after(headers)


def _waits(headers: Mapping[str, str]) -> Iterator[float]:
    try:
        now = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (TypeError, ValueError):
        return
    for name in LIMIT_HEADERS:
        reset = headers.get(f"{name}-reset", "")
        if reset.isdecimal() and headers.get(f"{name}-remaining", "0") == "0":
            yield int(reset) - now


def _problem(answer: Answer) -> dict[str, Any]:
    try:
        value = jsonlib.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _mentions(said: str, signs: tuple[str, ...]) -> bool:
    return any(sign in said.lower() for sign in signs)


def _masked(reason: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        reason = reason.replace(secret, MASK)
    return reason[:LONGEST_REASON]


def _basic(client_id: str, client_secret: str) -> dict[str, str]:
    pair = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}
