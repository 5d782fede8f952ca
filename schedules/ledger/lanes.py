"""Rate lanes: how many sends a bucket allows now (the generic cell rate algorithm)."""

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Allotment:
    """How many sends an account may begin now, and the lanes that they spend."""

    room: int
    lanes: frozenset[str]


def allot(
    accounts: Sequence[tuple[str, str, str]], lanes: Mapping[str, Lane], fair: int, most: int
) -> dict[str, Allotment]:
    """Room for accounts in their order, as if each used all that it is given.

    Args:
        accounts: Each with the names of its two lanes, which may be the same.
        fair: The most for one account.
        most: The most for all together.
    """
    left = dict(lanes)
    allotted: dict[str, Allotment] = {}
    for account, own, shared in accounts:
        room = min(left[own].room(), left[shared].room(), fair, most)
        if room > 0:
            allotted[account] = given = Allotment(room, frozenset({own, shared}))
            left |= {name: left[name].spend(room) for name in given.lanes}
            most -= room
    return allotted
