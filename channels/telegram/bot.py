"""One bot of Telegram: its token, its requests within our bounds, and its errors in our words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from telegram import Bot
from telegram.error import TelegramError

from channels.base import Connection, Shape
from channels.httpclient import quiet_libraries
from channels.telegram.client import BotRequest, TelegramTranslator

DEFAULT_BASE_URL: Final = "https://api.telegram.org"
SECRET_HELP: Final = "Talk to @BotFather on Telegram, send /newbot, and copy the token that it gives you."  # noqa: S105
SECRET_SHAPE: Final = Shape(
    r"[0-9]+:[A-Za-z0-9_-]+",
    f"A token is digits, a colon, and letters, such as 123456:ABC-DEF1234. {SECRET_HELP}",
)
"""core.telegram.org/bots/api#authorizing-your-bot."""
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What the library raises where an answer is JSON but not Telegram's."""


class TelegramBot:
    """The bot of one account.

    Raises:
        NotAuthorised: The token is missing.
    """

    def __init__(self, channel: str, connection: Connection) -> None:
        quiet_libraries()
        self.errors = TelegramTranslator(channel, connection.account)
        self._secret = connection.secret
        self._request = BotRequest()
        self.api = Bot(
            self._token(),
            base_url=f"{api_root(connection)}/bot",
            request=self._request,
            get_updates_request=self._request,
        )

    @asynccontextmanager
    async def calling(self, *, publishing: bool = False) -> AsyncIterator[None]:
        """A call in whose block every failure of the library becomes one of our errors."""
        try:
            yield
        except TelegramError as error:
            raise self.errors.telegram(error, publishing=publishing, secret=self._secret.reveal()) from None
        except UNREADABLE:
            raise self.errors.unclear(
                "Telegram's answer could not be read", publishing=publishing
            ) from None

    async def aclose(self) -> None:
        """Close the connections to Telegram."""
        await self._request.shutdown()

    def _token(self) -> str:
        token = self._secret.reveal()
        if not token:
            raise self.errors.not_authorised("the token is missing", SECRET_HELP)
        return token


def api_root(connection: Connection) -> str:
    """The address of the Bot API server that an account uses."""
    return (connection.settings.get("base_url") or DEFAULT_BASE_URL).rstrip("/")
