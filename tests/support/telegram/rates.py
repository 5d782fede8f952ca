"""Telegram's rates as sliding windows: its bot FAQ says one a second per chat, 30 a second overall, 20 a minute per group."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.support.telegram.chats import Chat
from tests.support.telegram.errors import Rejected, too_many_requests


@dataclass(slots=True)
class Window:
    """At most ``most`` sends in any stretch of ``seconds``."""

    most: int
    seconds: float
    sent: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Seconds until one more is allowed."""
        while self.sent and self.sent[0] <= now - self.seconds:
            self.sent.popleft()
        return 0.0 if len(self.sent) < self.most else self.sent[0] + self.seconds - now


class Rates:
    """Counts what is sent; a request beyond a rate is refused, and refused requests do not count as sent."""

    def __init__(self, *, overall: int = 30, private_burst: int = 1, group_per_minute: int = 20) -> None:
        self._all = Window(overall, 1.0)
        self._private: dict[int, Window] = defaultdict(lambda: Window(private_burst, float(private_burst)))
        self._group: dict[int, Window] = defaultdict(lambda: Window(group_per_minute, 60.0))

    def take(self, chat: Chat, now: float, count: int = 1) -> Rejected | None:
        """Count ``count`` messages to a chat, or say why they are too many."""
        own = self._private[chat.id] if chat.is_private else self._group[chat.id]
        waits = max(self._all.wait(now), own.wait(now))
        if waits > 0:
            return too_many_requests(math.ceil(waits))
        for window in (self._all, own):
            window.sent.extend([now] * count)
        return None
