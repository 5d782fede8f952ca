"""The kinds of deliveries, their states and the moves between these."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from content.later import Phrase, later
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


CALLED: Final[Mapping[State, Phrase]] = {
    State.PLANNED: later("planned"),
    State.READY: later("ready"),
    State.CLAIMED: later("claimed"),
    State.SENDING: later("sending"),
    State.SENT: later("sent"),
    State.REFUSED: later("refused"),
    State.UNKNOWN: later("unknown"),
    State.EXPIRED: later("expired"),
    State.CANCELLED: later("cancelled"),
    State.HANDED_OFF: later("handed over"),
}
"""What people call the states."""

PUBLISH: Final = "publish"
PIN: Final = "pin"
PART: Final = "part-"
"""How the kinds of the later parts of a thread begin; the number of the part follows, from 2."""
RETRACT: Final = "retract"
"""How the kinds of retractions begin: ``retract`` takes back a post, ``retract-2`` the second part of a thread."""
LETTER: Final = "letter-"
"""How the kinds of letters begin; the name of the recipient follows."""
REMIND: Final = "remind"
"""How the kinds of reminders begin, of a post that was handed to a person: ``remind-2`` for the second part of a thread."""
ESCALATE: Final = "escalate"
"""The same for telling the next person, where the reminder was not answered either."""

MOVES: Final = {
    State.PLANNED: frozenset({State.READY, State.EXPIRED, State.CANCELLED}),
    State.READY: frozenset({State.PLANNED, State.CLAIMED, State.SENT, State.EXPIRED, State.CANCELLED}),
    State.CLAIMED: frozenset({State.READY, State.SENDING, State.SENT, State.REFUSED}),
    State.SENDING: frozenset({State.READY, State.SENT, State.REFUSED, State.UNKNOWN, State.HANDED_OFF}),
    State.UNKNOWN: frozenset({State.SENT, State.READY, State.CANCELLED}),
    State.HANDED_OFF: frozenset({State.SENT, State.EXPIRED, State.CANCELLED}),
    State.SENT: frozenset[State](),
    State.REFUSED: frozenset({State.PLANNED, State.READY}),
    State.EXPIRED: frozenset({State.PLANNED, State.SENT}),
    State.CANCELLED: frozenset({State.PLANNED}),
}
"""Every move that is allowed. A refused, expired or cancelled post that is edited is planned anew; one that was refused
because a place was not filled in goes out once it is. A receipt that arrives late is proof, whatever others have decided
meanwhile."""

UNCLAIMED: Final = frozenset({State.PLANNED, State.READY})
"""Nothing has been done yet: the post may still be changed or withdrawn."""

IN_FLIGHT: Final = frozenset({State.CLAIMED, State.SENDING})
"""A worker holds the delivery under a lease."""

WAITING_FOR_A_PERSON: Final = frozenset({State.UNKNOWN, State.HANDED_OFF})

ENDED: Final = frozenset({State.SENT, State.REFUSED, State.EXPIRED, State.CANCELLED})


def part_number(kind: str) -> int | None:
    """Which part of a thread a delivery publishes, from 1; ``None`` where it publishes nothing."""
    if kind == PUBLISH:
        return 1
    return int(kind.removeprefix(PART)) if kind.startswith(PART) else None


def urged_part(kind: str) -> int | None:
    """Which part of a thread a reminder or an escalation is about, from 1; ``None`` for other deliveries."""
    name, _, number = kind.partition("-")
    return int(number or 1) if name in {REMIND, ESCALATE} else None


def check_move(here: State, there: State) -> None:
    """Raise ``IllegalMove`` unless a delivery may go from ``here`` to ``there``."""
    if there not in MOVES[here]:
        allowed = ", ".join(sorted(MOVES[here])) or "nothing; this state is final"
        msg = f"A delivery that is {here} cannot become {there}. From {here} it can become: {allowed}."
        raise IllegalMove(msg, later("That cannot be done any more: {state}.", state=CALLED[here]))
