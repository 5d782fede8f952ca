"""What the bot is told, and how it asks for it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tests.support.telegram.clock import WorldClock
from tests.support.telegram.errors import Rejected, bad
from tests.support.telegram.parameters import Json

KINDS: Final = (
    *("message", "edited_message", "channel_post", "edited_channel_post", "message_reaction"),
    *("message_reaction_count", "callback_query", "my_chat_member", "chat_member", "chat_join_request"),
)
OTHER_KINDS: Final = (
    *("business_connection", "business_message", "edited_business_message", "deleted_business_messages"),
    *(
        "inline_query",
        "chosen_inline_result",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
    ),
    *("poll", "poll_answer", "chat_boost", "removed_chat_boost", "managed_bot", "guest_message"),
)
ONLY_WHEN_ASKED: Final = {"chat_member", "message_reaction", "message_reaction_count"}
KEPT: Final = timedelta(hours=24)
"""Bot API, "Getting updates": they are kept no longer than 24 hours."""


@dataclass(frozen=True, slots=True)
class Update:
    """One update and when it came about."""

    id: int
    body: Json
    at: datetime


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed instead."""

    url: str = ""
    secret: str | None = None
    max_connections: int = 40


@dataclass
class Updates:
    """The queue of a bot."""

    clock: WorldClock
    last_id: int = 800_000_000
    waiting: list[Update] = field(default_factory=list)
    allowed: frozenset[str] = frozenset(KINDS) - ONLY_WHEN_ASKED
    webhook: Webhook = field(default_factory=Webhook)
    _poller: "asyncio.Future[bool] | None" = None

    def add(self, kind: str, body: Json) -> None:
        """Queue an update unless the bot has not asked for its kind."""
        if kind not in self.allowed:
            return
        self.last_id += 1
        self.waiting.append(Update(self.last_id, {"update_id": self.last_id, kind: body}, self.clock.now()))
        self._wake(arrived=True)

    def allow(self, kinds: list[Any] | None) -> None:
        """Choose the kinds from now on; an empty list is Telegram's own choice, ``None`` keeps the last one."""
        if kinds is None:
            return
        if not all(isinstance(kind, str) for kind in kinds):
            raise bad("can't parse allowed_updates: expected an Array of Strings")
        known = {*KINDS, *OTHER_KINDS}
        if set(kinds) - known:
            raise bad(f"unknown kinds of updates: {', '.join(sorted(set(kinds) - known))}")
        self.allowed = frozenset(kinds) or frozenset(KINDS) - ONLY_WHEN_ASKED

    async def poll(self, offset: int, limit: int, wait: float) -> list[Json]:
        """Forget what ``offset`` confirms and tell the rest, waiting at most ``wait`` seconds for a first one.

        Raises:
            Rejected: A webhook is set, or another request asks meanwhile: then the earlier one is refused.
        """
        if self.webhook.url:
            raise _conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete it"
            )
        self._wake(arrived=False)
        self._forget(offset)
        if not self.waiting and wait:
            await self._one(wait)
        return [update.body for update in self.waiting[:limit]]

    def push(self) -> Json:
        """Take the oldest update off the queue, for a webhook."""
        return self.waiting.pop(0).body

    def drop(self) -> None:
        """Forget everything that waits."""
        self.waiting.clear()

    def _forget(self, offset: int) -> None:
        oldest = self.clock.now() - KEPT
        self.waiting = [update for update in self.waiting if update.at > oldest]
        if offset < 0:
            self.waiting = self.waiting[offset:]
        self.waiting = [update for update in self.waiting if update.id >= offset]

    async def _one(self, wait: float) -> None:
        mine = self._poller = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(wait):
                arrived = await mine
        except TimeoutError:
            return
        finally:
            self._poller = None if self._poller is mine else self._poller
        if not arrived:
            raise _conflict(
                "terminated by other getUpdates request; make sure that only one bot instance is running"
            )

    def _wake(self, *, arrived: bool) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(arrived)


def _conflict(reason: str) -> Rejected:
    return Rejected(f"Conflict: {reason}", 409)
