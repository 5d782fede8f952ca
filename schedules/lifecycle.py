"""The states of a delivery and the moves between them."""

from enum import StrEnum
from typing import Final

from schedules.errors import IllegalMove


class State(StrEnum):
    """Where a delivery is on its journey. ``schedules/README.md`` has a paragraph for each."""

    PLANNED = "planned"
    READY = "ready"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    HANDED_OFF = "handed_off"


MOVES: Final = {
    State.PLANNED: frozenset({State.READY, State.EXPIRED, State.CANCELLED}),
    State.READY: frozenset({State.PLANNED, State.CLAIMED, State.SENT, State.EXPIRED, State.CANCELLED}),
    State.CLAIMED: frozenset({State.READY, State.SENDING, State.SENT, State.REFUSED}),
    State.SENDING: frozenset({State.READY, State.SENT, State.REFUSED, State.UNKNOWN, State.HANDED_OFF}),
    State.UNKNOWN: frozenset({State.SENT, State.READY, State.CANCELLED}),
    State.HANDED_OFF: frozenset({State.SENT, State.EXPIRED, State.CANCELLED}),
    State.SENT: frozenset[State](),
    State.REFUSED: frozenset({State.PLANNED}),
    State.EXPIRED: frozenset({State.PLANNED, State.SENT}),
    State.CANCELLED: frozenset({State.PLANNED}),
}
"""Every move that is allowed. A refused, expired or cancelled post that is edited is planned anew. A receipt that
arrives late is proof, whatever others have decided meanwhile."""

UNCLAIMED: Final = frozenset({State.PLANNED, State.READY})
"""Nothing has been done yet: the post may still be changed or withdrawn."""

IN_FLIGHT: Final = frozenset({State.CLAIMED, State.SENDING})
"""A worker holds the delivery under a lease."""

WAITING_FOR_A_PERSON: Final = frozenset({State.UNKNOWN, State.HANDED_OFF})

ENDED: Final = frozenset({State.SENT, State.REFUSED, State.EXPIRED, State.CANCELLED})


def check_move(here: State, there: State) -> None:
    """Raise ``IllegalMove`` unless a delivery may go from ``here`` to ``there``."""
    if there not in MOVES[here]:
        allowed = ", ".join(sorted(MOVES[here])) or "nothing; this state is final"
        msg = f"A delivery that is {here} cannot become {there}. From {here} it can become: {allowed}."
        raise IllegalMove(msg)
