"""python-telegram-bot's requests within our bounds, and its errors in our words."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData

from channels.errors import ChannelError
from channels.httpclient import (
    TIMEOUT,
    Answer,
    HttpClient,
    NoAnswer,
    Translator,
    clamp_wait,
    is_page,
    retry_after,
)
from channels.secret import MASK

LONGEST_REASON: Final = 200
TOO_MANY_REQUESTS: Final = 429
SERVER_ERRORS: Final = 500
TOKEN_UNKNOWN: Final = frozenset({401, 403, 404})
"""Statuses by which Telegram says that it does not know a token, or does not let it act."""
REDIRECTS: Final = range(300, 400)

RIGHTS: Final = (
    "chat not found",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "administrator_required",
    "admin_required",
    "write_forbidden",
    "chat_restricted",
    "not a member",
    "bot was kicked",
)
TOPIC: Final = ("thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")


class ServerFailed(NetworkError):
    """Telegram answered with a 5xx. Nobody knows what became of the request."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class FloodControl(TelegramError):
    """Telegram asks to wait. The library's own ``RetryAfter`` is missing where the answer is incomplete."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"wait {wait}")
        self.wait = wait


class Elsewhere(TelegramError):
    """The address is not a Bot API server: it points somewhere else."""

    def __init__(self) -> None:
        super().__init__("redirected")


class BotRequest(BaseRequest):
    """Requests without proxies, redirects and endless answers, whose 429s always say how long to wait."""

    def __init__(self) -> None:
        self._http = HttpClient()

    @property
    def read_timeout(self) -> float | None:
        """Seconds between two pieces of an answer."""
        return TIMEOUT.sock_read

    async def initialize(self) -> None:
        """Nothing is to be prepared."""

    async def shutdown(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        """Send one request. The timeouts are ours, whatever the caller asks for."""
        del read_timeout, write_timeout, connect_timeout, pool_timeout
        form = request_data.json_parameters if request_data else None
        files = request_data.multipart_data if request_data else None
        try:
            answer = await self._http.fetch(method, url, data=form, files=files)
        except NoAnswer as error:
            raise (TimedOut() if error.late else NetworkError(str(error))) from error
        return self._checked(answer)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer without logging it, which the library would do.

        Raises:
            TelegramError: It is not a JSON object.
        """
        try:
            return dict(Translator("telegram", "").json(Answer(200, {}, payload), publishing=False))
        except ChannelError:
            raise TelegramError("the answer could not be read") from None

    def _checked(self, answer: Answer) -> tuple[int, bytes]:
        if answer.status >= SERVER_ERRORS:
            raise ServerFailed(answer.status)
        if answer.status in REDIRECTS:
            raise Elsewhere
        if answer.status in TOKEN_UNKNOWN and is_page(answer):
            raise NetworkError("a web page came instead of an answer")
        if answer.status == TOO_MANY_REQUESTS:
            raise FloodControl(self._wait(answer))
        return answer.status, answer.body

    def _wait(self, answer: Answer) -> timedelta:
        try:
            return clamp_wait(float(self.parse_json_payload(answer.body)["parameters"]["retry_after"]))
        except (TelegramError, KeyError, TypeError, ValueError):
            return retry_after(answer.headers)


NOT_AUTHORISED: Final[Mapping[type[TelegramError], tuple[str, str]]] = {
    Forbidden: (
        "Telegram does not let this bot act in this chat",
        "Make the bot an administrator of the chat again.",
    ),
    InvalidToken: ("Telegram does not know this token", "Ask @BotFather for the token and connect again."),
    ChatMigrated: (
        "the group has become a supergroup and has a new id",
        "Read the new id with the bot and put it into the account's chat_id.",
    ),
    Elsewhere: ("the address is not a Bot API server", "Check the account's base_url."),
}


class TelegramTranslator(Translator):
    """Turns the library's errors into ours. ``BadRequest`` and ``TimedOut`` are kinds of ``NetworkError``
    there, so the order of the cases matters.
    """

    def telegram(self, error: TelegramError, *, publishing: bool, secret: str) -> ChannelError:
        """The error for a call that the library gave up. ``secret`` is cut out of what Telegram said."""
        match error:
            case FloodControl():
                return self.rate_limited(error.wait)
            case BadRequest():
                return self._bad_request(_masked(error.message, secret)[:LONGEST_REASON])
            case ServerFailed():
                return self.server_error(error.status, publishing=publishing)
            case Forbidden() | InvalidToken() | ChatMigrated() | Elsewhere():
                return self.not_authorised(*NOT_AUTHORISED[type(error)])
            case _:
                return self._no_answer(error, publishing=publishing)

    def _bad_request(self, reason: str) -> ChannelError:
        said = reason.lower()
        if any(sign in said for sign in RIGHTS):
            return self.not_authorised(
                f"Telegram says: {reason}",
                "Check the account's chat_id, and that the bot is an administrator there.",
            )
        if any(sign in said for sign in TOPIC):
            return self.not_authorised(
                f"Telegram says: {reason}",
                "Open the topic again, or choose another in the account's settings.",
            )
        return self.refused(f"Telegram says: {reason}")

    def _no_answer(self, error: TelegramError, *, publishing: bool) -> ChannelError:
        cause = error.__cause__
        if isinstance(cause, NoAnswer):
            return self.failure(cause, publishing=publishing)
        return self.unclear("Telegram's answer could not be read", publishing=publishing)


def _masked(reason: str, secret: str) -> str:
    # The library changes the case of what Telegram says.
    return re.sub(re.escape(secret), MASK, reason, flags=re.IGNORECASE)
