"""The one place that turns what HTTP did into what must happen next.

A request that certainly never left is ``Unreachable``. From the first byte on, a publish that fails
without a clear answer is ``OutcomeUnknown``; a read that fails the same way is ``Unreachable``.
"""

import functools
import importlib.util
import json
import logging
import math
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

import httpx

from channels.errors import (
    ChannelError,
    NotAuthorised,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unreachable,
)

TIMEOUT = httpx.Timeout(connect=5.0, read=20.0, write=20.0, pool=5.0)
"""Seconds. The dispatcher's own deadline is above their sum."""
MAX_ANSWER_BYTES: Final = 2 * 1024 * 1024
DEFAULT_WAIT: Final = timedelta(seconds=60)
LONGEST_WAIT: Final = timedelta(days=1)
DENIALS: Final = frozenset({401, 402, 403})
"""Statuses that speak of the account, where it is the platform that speaks."""
SHORTEST_WAIT: Final = timedelta(seconds=1)

NOTHING_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Raised by httpx before the first byte of a request leaves."""

OPTIONAL: Final = "sniffio"
TALKATIVE_LOGGERS: Final = ("httpx", "httpcore", "telegram", "oauthlib", "tweepy")
"""Libraries that log addresses with tokens in them, or whole messages."""


class AnswerTooLarge(httpx.HTTPError):
    """The other side sent more than ``MAX_ANSWER_BYTES``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole and within bounds."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is one of the 2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


def quiet_libraries() -> None:
    """Keep libraries that log tokens and texts at WARNING, however talkative the root logger is."""
    for name in TALKATIVE_LOGGERS:
        logger = logging.getLogger(name)
        if logger.level < logging.WARNING:
            logger.setLevel(logging.WARNING)


@functools.cache
def tls() -> ssl.SSLContext:
    """The trusted certificates, read once per process."""
    return httpx.create_ssl_context(trust_env=False)


@functools.cache
def spare_the_search() -> None:
    """Let httpcore know once that sniffio is not installed.

    It imports it anew for every lock, and while nobody says that it is missing, Python searches its whole path each time: a tenth of what a
    send costs.
    """
    if importlib.util.find_spec(OPTIONAL) is None:
        sys.modules[OPTIONAL] = None  # type: ignore[assignment]  # the documented way to say so


def client_options() -> dict[str, Any]:
    """What every client of ours is built with: no proxy from the environment, no redirects, no cookies kept."""
    quiet_libraries()
    spare_the_search()
    return {"timeout": TIMEOUT, "trust_env": False, "follow_redirects": False, "verify": tls()}


def new_client(base_url: str = "", headers: Mapping[str, str] | None = None) -> httpx.AsyncClient:
    """A client for one account. Close it."""
    return httpx.AsyncClient(base_url=base_url, headers=headers, **client_options())


async def fetch(client: httpx.AsyncClient, method: str, url: str, **options: Any) -> Answer:
    """Send one request and read the whole answer, up to ``MAX_ANSWER_BYTES`` after decompression.

    Raises:
        httpx.HTTPError: Nothing usable came back; ``Translator.failure`` says what that means.
    """
    async with client.stream(method, url, **options) as response:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise AnswerTooLarge("the answer is too large")
        return Answer(response.status_code, response.headers, bytes(body))


@dataclass(frozen=True, slots=True)
class Translator:
    """Turns failures of HTTP into errors of one account. ``publishing`` marks a request that shows something.

    Attributes:
        refused_before: 5xx statuses by which this platform says that it took nothing.
    """

    channel: str
    account: str
    refused_before: frozenset[int] = frozenset()

    def failure(self, error: httpx.HTTPError | httpx.InvalidURL, *, publishing: bool) -> ChannelError:
        """The error for a request that got no whole answer."""
        if isinstance(error, (*NOTHING_SENT, httpx.InvalidURL)):
            return self.unreachable(f"the server could not be reached ({type(error).__name__})")
        return self.unclear(f"the connection broke off ({type(error).__name__})", publishing=publishing)

    def refusal(self, answer: Answer, *, publishing: bool, reason: str = "") -> ChannelError:
        """The error for an answer that is not 2xx. ``reason`` is the platform's own, without any secret."""
        said = f": {reason}" if reason else ""
        if is_foreign_denial(answer):
            return self.foreign_denial(answer, publishing=publishing)
        match answer.status:
            case 401 | 403:
                return self.not_authorised(f"the platform does not let this account act{said}")
            case 429:
                return self.rate_limited(retry_after(answer.headers))
            case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return self.server_error(status, publishing=publishing)
            case status if status >= HTTPStatus.BAD_REQUEST:
                return self.refused(f"the platform refused with status {status}{said}")
            case status:
                return self.not_authorised(
                    f"the address answered with status {status} instead of taking the request",
                    "Check the account's base_url.",
                )

    def foreign_denial(self, answer: Answer, *, publishing: bool) -> ChannelError:
        """The error for an answer that ``is_foreign_denial``: it says nothing of the account, and nobody knows how far
        the request came.
        """
        detail = f"a web page with status {answer.status} came instead of the platform's answer"
        return self.unclear(detail, publishing=publishing)

    def server_error(self, status: int, *, publishing: bool) -> ChannelError:
        """The error for a 5xx: whether anything was published depends on the platform."""
        detail = f"the server failed with status {status}"
        return self.unclear(detail, publishing=publishing and status not in self.refused_before)

    def json(self, answer: Answer, *, publishing: bool) -> dict[str, Any]:
        """The JSON object of a 2xx answer.

        Raises:
            OutcomeUnknown, Unreachable: It is empty, HTML, broken, or no object.
        """
        try:
            value = json.loads(answer.body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise self.unclear("the answer could not be read", publishing=publishing) from None
        return value

    def unclear(self, detail: str, *, publishing: bool) -> ChannelError:
        """``OutcomeUnknown`` for a publish, ``Unreachable`` for anything that shows nothing."""
        if publishing:
            return OutcomeUnknown(
                self.channel, self.account, detail, "Look at the account: is the post there?"
            )
        return self.unreachable(detail)

    def unreachable(self, detail: str) -> Unreachable:
        """The error for a request that changed nothing."""
        return Unreachable(self.channel, self.account, detail, "It will be tried again.")

    def refused(self, detail: str, remedy: str = "Change the text or the pictures.") -> Refused:
        """The error for content that will never be accepted."""
        return Refused(self.channel, self.account, detail, remedy)

    def not_authorised(self, detail: str, remedy: str = "Connect the account again.") -> NotAuthorised:
        """The error for an account that a person must put right."""
        return NotAuthorised(self.channel, self.account, detail, remedy)

    def rate_limited(self, wait: timedelta) -> RateLimited:
        """The error for a platform that asks to wait."""
        detail = f"the platform asks to wait {math.ceil(wait.total_seconds())} s"
        return RateLimited(self.channel, self.account, detail, wait, "It will be tried again by itself.")


def is_foreign_denial(answer: Answer) -> bool:
    """Whether something between us and the platform refused, such as a proxy or a firewall, by a page for readers.

    Platforms refuse in the format of their API.
    """
    return answer.status in DENIALS and is_page(answer)


def is_page(answer: Answer) -> bool:
    """Whether it is a web page, in which no platform's API answers."""
    return answer.body.lstrip().startswith(b"<")


def retry_after(headers: Mapping[str, str]) -> timedelta:
    """How long a platform asks to wait, between one second and one day.

    A date is measured against the answer's own ``Date``, so a wrong clock here does no harm. Without a
    readable value it is a minute.
    """
    value = headers.get("retry-after", "").strip()
    seconds = _seconds(value)
    if seconds is None:
        seconds = _seconds_until(value, headers.get("date", ""))
    return DEFAULT_WAIT if seconds is None else clamp_wait(seconds)


def clamp_wait(seconds: float) -> timedelta:
    """A wait between one second and one day, whatever was asked for."""
    bounded = min(max(seconds, SHORTEST_WAIT.total_seconds()), LONGEST_WAIT.total_seconds())
    return timedelta(seconds=bounded)


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return None if math.isnan(seconds) else seconds


def _seconds_until(value: str, now: str) -> float | None:
    try:
        return (parsedate_to_datetime(value) - parsedate_to_datetime(now)).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
