"""The one place that turns what HTTP did into what must happen next.

A request that certainly never left is ``Unreachable``. From the first byte on, a publish that fails
without a clear answer is ``OutcomeUnknown``; a read that fails the same way is ``Unreachable``.
"""

import asyncio
import functools
import io
import json
import logging
import math
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import IO, Any, Final, TypeAlias
from weakref import WeakKeyDictionary

import aiohttp
import certifi

from channels.errors import (
    ChannelError,
    NotAuthorised,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unreachable,
)

TIMEOUT = aiohttp.ClientTimeout(total=60.0, connect=5.0, sock_read=20.0)
"""Seconds: for a whole request, for its connection, and between two pieces of the answer. The dispatcher's own deadline is below the first."""
IDLE: Final = 4.0
"""Seconds for which a connection waits for its next request. Servers hang up after five (Node and uvicorn, by default) or more: a
request that meets a connection just as it is closed leaves a doubt."""
MAX_ANSWER_BYTES: Final = 2 * 1024 * 1024
DEFAULT_WAIT: Final = timedelta(seconds=60)
LONGEST_WAIT: Final = timedelta(days=1)
DENIALS: Final = frozenset({401, 402, 403})
"""Statuses that speak of the account, where it is the platform that speaks."""
SHORTEST_WAIT: Final = timedelta(seconds=1)

NOTHING_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""Raised by aiohttp before the first byte of a request leaves."""

TALKATIVE_LOGGERS: Final = ("aiohttp", "httpx", "httpcore", "telegram", "oauthlib", "tweepy")
"""Libraries that log addresses with tokens in them, or whole messages."""

File: TypeAlias = tuple[str, bytes | IO[bytes], str]
"""Name, content and media type."""


class NoAnswer(Exception):
    """No whole answer came, for a reason of which only the kind is told: addresses may hold a token.

    Attributes:
        left: Whether something of the request may have left this machine.
        late: Whether it was waited for in vain.
    """

    def __init__(self, kind: str, *, left: bool, late: bool = False) -> None:
        super().__init__(kind)
        self.left, self.late = left, late


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole and within bounds. The names of headers are in small letters, or of any case."""

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
    return ssl.create_default_context(cafile=certifi.where())


class HttpClient:
    """Requests of one account: no proxy from the environment, no redirects, no cookies kept.

    Close it.

    Args:
        base_url: What addresses without a scheme are relative to.
        headers: Sent with every request.
    """

    def __init__(self, base_url: str = "", headers: Mapping[str, str] | None = None) -> None:
        quiet_libraries()
        self._base_url = base_url.rstrip("/")
        self._headers = dict(headers or {})
        self._session: aiohttp.ClientSession | None = None

    async def fetch(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, File] | None = None,
        within: float | None = None,
    ) -> Answer:
        """Send one request and read the whole answer, up to ``MAX_ANSWER_BYTES`` after decompression.

        Args:
            content: The body as it is; or
            json: the body before it is written as JSON; or
            data: the fields of a form, with
            files: that belong to it.
            within: Seconds for the whole request, where they are to be fewer than usual.

        Raises:
            NoAnswer: Nothing usable came back; ``Translator.failure`` says what that means.
        """
        body = io.BytesIO(content) if content is not None else _form(data, files)
        address = url if "://" in url else f"{self._base_url}/{url.lstrip('/')}"
        try:
            async with self._opened().request(
                method,
                address,
                params=params,
                headers=headers,
                json=json,
                data=body,
                timeout=TIMEOUT if within is None else aiohttp.ClientTimeout(total=within),
                allow_redirects=False,
            ) as response:
                return Answer(response.status, response.headers, await _read(response))
        except NOTHING_SENT as error:
            raise NoAnswer(_kind(error), left=False, late=isinstance(error, TimeoutError)) from None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise NoAnswer(_kind(error), left=True, late=isinstance(error, TimeoutError)) from None

    async def aclose(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()
            self._session = None
            await _give_back()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=_borrow(),
                connector_owner=False,
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                json_serialize=_as_json,
                trust_env=False,
            )
        return self._session


@dataclass(slots=True)
class _Connections:
    """Those of one event loop, shared by its clients: many accounts live on one platform, and a process may open few files.

    The dispatcher decides how many are wanted at one time, so there is no bound here for others to wait at.
    """

    connector: aiohttp.TCPConnector
    users: int = 0


_CONNECTIONS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, _Connections]] = WeakKeyDictionary()


def _borrow() -> aiohttp.TCPConnector:
    loop = asyncio.get_running_loop()
    if loop not in _CONNECTIONS:
        _CONNECTIONS[loop] = _Connections(aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE, ssl=tls()))
    _CONNECTIONS[loop].users += 1
    return _CONNECTIONS[loop].connector


async def _give_back() -> None:
    loop = asyncio.get_running_loop()
    _CONNECTIONS[loop].users -= 1
    if not _CONNECTIONS[loop].users:
        await _CONNECTIONS.pop(loop).connector.close()


def _form(data: Mapping[str, str] | None, files: Mapping[str, File] | None) -> aiohttp.FormData | None:
    if not data and not files:
        return None
    form = aiohttp.FormData(data or {})
    for name, (file_name, content, mime) in (files or {}).items():
        opened = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, opened, filename=file_name, content_type=mime)
    return form


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise NoAnswer("the answer is too large", left=True)
    return bytes(body)


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _kind(error: Exception) -> str:
    return type(error).__name__


@dataclass(frozen=True, slots=True)
class Translator:
    """Turns failures of HTTP into errors of one account. ``publishing`` marks a request that shows something.

    Attributes:
        refused_before: 5xx statuses by which this platform says that it took nothing.
    """

    channel: str
    account: str
    refused_before: frozenset[int] = frozenset()

    async def ask(
        self, client: HttpClient, method: str, url: str, *, publishing: bool, **options: Any
    ) -> Answer:
        """Send one request, with options as ``HttpClient.fetch`` takes them.

        Raises:
            Unreachable, OutcomeUnknown: Nothing usable came back.
        """
        try:
            return await client.fetch(method, url, **options)
        except NoAnswer as error:
            raise self.failure(error, publishing=publishing) from None

    def failure(self, error: NoAnswer, *, publishing: bool) -> ChannelError:
        """The error for a request that got no whole answer."""
        if not error.left:
            return self.unreachable(f"the server could not be reached ({error})")
        return self.unclear(f"the connection broke off ({error})", publishing=publishing)

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
