"""Rate lanes: how many sends a bucket allows now (the generic cell rate algorithm)."""

from dataclasses import dataclass
from math import ceil, floor
from typing import Final

MICROS: Final = 1_000_000
EPSILON: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Lane:
    """One bucket as its row says. ``tat``, ``blocked_until`` and ``now`` are microseconds since 1970 UTC.

    Attributes:
        rate: Sends per second in the long run.
        burst: Sends that may go at one instant after a rest; at least 1.
    """

    id: str
    rate: float
    burst: float
    tat: int
    blocked_until: int
    now: int

    def room(self) -> int:
        """How many sends may begin now."""
        if self.blocked_until > self.now:
            return 0
        ahead = max(self.tat - self.now, 0) / MICROS
        return max(floor(self.burst - ahead * self.rate + EPSILON), 0)

    def spend(self, sends: int) -> "Lane":
        """The same lane after ``sends`` more."""
        tat = max(self.tat, self.now) + ceil(sends / self.rate * MICROS)
        return Lane(self.id, self.rate, self.burst, tat, self.blocked_until, self.now)
