"""Turning away floods cheaply, so that nobody can take the time of the bot from the others."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from schedules import clock

BURST: Final = 20.0
PER_SECOND: Final = 0.5
"""Updates of one person that are answered at once after a rest, and how many a second from then on."""
MOST_PEOPLE: Final = 20_000
STRANGERS_BURST: Final = 200.0
STRANGERS_PER_SECOND: Final = 10.0
"""The same for everybody together of whom nothing is kept, so that invented accounts cannot crowd out the others."""

_STRANGERS: Final = 0
"""Nobody's Telegram id."""


class Floods:
    """Counts the updates of each person; nothing of it is kept beyond the process.

    Args:
        elapsed: A clock that only counts up, in seconds.
    """

    def __init__(self, elapsed: Callable[[], float] = clock.elapsed) -> None:
        self._elapsed = elapsed
        self._seen: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def allows(self, user: int) -> bool:
        """Whether one more update of this person is answered."""
        return self._take(user, BURST, PER_SECOND)

    def allows_stranger(self) -> bool:
        """Whether one more update of somebody of whom nothing is kept is answered."""
        return self._take(_STRANGERS, STRANGERS_BURST, STRANGERS_PER_SECOND)

    def _take(self, who: int, burst: float, per_second: float) -> bool:
        now = self._elapsed()
        left, since = self._seen.pop(who, (burst, now))
        left = min(burst, left + (now - since) * per_second)
        is_allowed = left >= 1
        self._seen[who] = (left - 1 if is_allowed else left, now)
        if len(self._seen) > MOST_PEOPLE:
            self._seen.popitem(last=False)
        return is_allowed
