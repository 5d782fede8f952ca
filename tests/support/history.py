"""The judge: compares the ledger with what the stand-in wrote down."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from schedules.lifecycle import State
from schedules.store.engine import Store
from schedules.store.tables import delivery, post


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of every delivery, seen from both sides.

    Attributes:
        twice: Keys that the other side accepted more than once.
        lost: Keys that the ledger calls sent and the other side never accepted.
        hidden: Keys that the other side accepted and the ledger calls neither sent nor unknown.
        open: Keys that have not ended.
    """

    states: dict[str, int]
    twice: tuple[str, ...]
    lost: tuple[str, ...]
    hidden: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def unknown(self) -> int:
        return self.states.get(State.UNKNOWN, 0)

    def assert_sound(self) -> None:
        """Nothing lost, nothing twice, nothing hidden, nothing in limbo."""
        assert (self.twice, self.lost, self.hidden, self.open) == ((), (), (), ()), self


async def judge(store: Store, accepted: list[dict[str, Any]]) -> Verdict:
    """Compare every publish delivery with the stand-in's log of acceptances."""
    async with store.read() as connection:
        found = await connection.execute(
            select(post.c.key, delivery.c.state)
            .join_from(post, delivery, delivery.c.post == post.c.id)
            .where(delivery.c.kind == "publish")
        )
        states = {row.key: State(row.state) for row in found}
    counts = Counter(entry["key"] for entry in accepted)
    ended = {State.SENT, State.UNKNOWN}
    moving = {State.PLANNED, State.READY, State.CLAIMED, State.SENDING}
    return Verdict(
        states=dict(Counter(str(state) for state in states.values())),
        twice=tuple(sorted(key for key, count in counts.items() if count > 1)),
        lost=tuple(sorted(k for k, state in states.items() if state is State.SENT and not counts[k])),
        hidden=tuple(sorted(k for k in counts if states[k] not in ended)),
        open=tuple(sorted(key for key, state in states.items() if state in moving)),
    )
