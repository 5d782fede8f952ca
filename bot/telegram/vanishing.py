"""Whatever the bot writes to somebody in a guarded city is noted before it leaves, so that it vanishes within a day."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.telegram.guarding import is_guarded
from bot.telegram.polling import PollingBot
from channels.telegram.client import Elsewhere, FloodControl
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.people import people, traces
from schedules.people.traces import LIVES
from schedules.planning.kits import Kits
from schedules.store.engine import Store

SENDING: Final = ("send", "copy", "forward")
"""How the methods begin that write something new."""
EDITING: Final = "edit"
NOT_WRITING: Final = "sendChatAction"
NOT_SENT: Final = (BadRequest, Forbidden, InvalidToken, FloodControl, Elsewhere)
"""After these nothing has arrived; after any other failure nobody knows."""


@dataclass(frozen=True, slots=True)
class Vanishing:
    """Notes messages to people in guarded cities."""

    store: Store
    vault: Vault
    clock: Clock
    kits: Kits

    async def is_guarded(self, person: str) -> bool:
        """Whether what stands on the phone of somebody must vanish."""
        return await is_guarded(self.store, self.kits, person)

    async def reader(self, chat: Any) -> str | None:
        """Who reads a chat, by pseudonym, where it is the private chat of somebody in a guarded city."""
        if not isinstance(chat, int) or chat <= 0:
            return None
        person = await people.find(self.store, self.vault, chat)
        if person is None or not await self.is_guarded(person.id):
            return None
        return person.id

    async def begin(self, person: str, key: str = "", *, seen: int = 0, lives: timedelta = LIVES) -> str:
        """Note a message that is about to be sent; gives its key."""
        return await traces.begin(self.store, self.clock, person, key, seen=seen, lives=lives)

    async def arrived(self, key: str, *messages: int) -> bool:
        """Note its numbers. Whether it may stay: otherwise it is to be deleted at once."""
        return await traces.arrived(self.store, key, *messages)

    async def failed(self, key: str, error: BaseException) -> None:
        """Forget it where it has certainly not arrived."""
        if isinstance(error, NOT_SENT):
            await traces.not_sent(self.store, key)

    async def edited(self, person: str, message: Any) -> None:
        """Note a message that gets another text."""
        if isinstance(message, int):
            await traces.leave(self.store, self.clock, person, message)


class VanishingBot(PollingBot):
    """The bot of the installation: no message of it to somebody in a guarded city is forgotten."""

    def __init__(self, *args: Any, vanishing: Vanishing, **options: Any) -> None:
        super().__init__(*args, **options)
        self._vanishing = vanishing
        self._seen = 0

    async def _do_post(self, endpoint: str, data: dict[str, Any], **timeouts: Any) -> Any:
        """Every request of the library goes through here."""

        async def post() -> Any:
            return await super(VanishingBot, self)._do_post(endpoint, data, **timeouts)

        chat = data.get("chat_id")
        if endpoint.startswith(SENDING) and endpoint != NOT_WRITING:
            return await self._send(chat, post)
        if endpoint.startswith(EDITING):
            person = await self._vanishing.reader(chat)
            if person is not None:
                await self._vanishing.edited(person, data.get("message_id"))
        return await post()

    async def _send(self, chat: Any, post: Callable[[], Awaitable[Any]]) -> Any:
        person = await self._vanishing.reader(chat)
        if person is None:
            return self._read(chat, await post())
        key = await self._vanishing.begin(person, seen=self._seen)
        try:
            sent = await post()
        except TelegramError as error:
            await self._vanishing.failed(key, error)
            raise
        numbers = numbers_in(sent)
        self._read(chat, sent)
        if not await self._vanishing.arrived(key, *numbers):
            await self.delete_messages(chat, numbers)
        return sent

    def _read(self, chat: Any, sent: Any) -> Any:
        """Private chats share one row of numbers; groups have their own."""
        if isinstance(chat, int) and chat > 0:
            self._seen = max((self._seen, *numbers_in(sent)))
        return sent


def numbers_in(sent: Any) -> tuple[int, ...]:
    """The numbers of what was sent, from Telegram's answer."""
    every = sent if isinstance(sent, list) else [sent]
    return tuple(each["message_id"] for each in every if isinstance(each, dict) and "message_id" in each)
