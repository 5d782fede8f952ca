"""What to do after an attempt failed: a value, decided without looking at anything else."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from channels.errors import ChannelError, NotAuthorised, OutcomeUnknown, RateLimited, Unreachable
from schedules.lifecycle import State

FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=10)
LOOK_BACK_AFTER: Final = timedelta(seconds=30)
"""How long to wait before asking a platform whether a post landed: it may still be working on it."""
RECONNECT_PAUSE: Final = timedelta(seconds=30)
MOST_CRASHES: Final = 3
MOST_DOUBTS: Final = 5
"""Attempts that ended in doubt although the platform then said that nothing was there; after so many a person looks."""
CHANGE_THE_TEXT: Final = "Change the text and plan again."
ASK_A_PERSON: Final = "Look at the account, then say what you saw: munasara posts resolve <id> --sent <link>, --again or --drop."


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a delivery goes after a failed attempt.

    Attributes:
        delay: Before it may be tried, or looked for, again.
        block: How long the account's lane is closed to every worker.
        hold: Whether nothing more is sent on this account until a person reconnects it.
    """

    state: State
    reason: str
    remedy: str = ""
    delay: timedelta = timedelta()
    block: timedelta = timedelta()
    hold: bool = False


def backoff(attempt: int, draw: random.Random) -> timedelta:
    """A pause with full jitter: anything from nothing to twice the last ceiling. ``attempt`` counts from 1."""
    ceiling: timedelta = min(FIRST_PAUSE * 2 ** min(attempt - 1, 20), LONGEST_PAUSE)
    return timedelta(seconds=ceiling.total_seconds() * draw.random())


def decide(
    error: ChannelError, attempt: int, *, can_repeat: bool, can_look_back: bool, draw: random.Random
) -> Decision:
    """Decide what a failed attempt means.

    Args:
        attempt: The number of the attempt that failed, from 1.
        can_repeat: The channel is idempotent: repeating cannot make a second post.
        can_look_back: The channel can tell whether a post went out.
        draw: Where the jitter comes from.
    """
    match error:
        case RateLimited():
            wait = max(error.retry_after, timedelta(seconds=1))
            return Decision(State.READY, error.detail, error.remedy, delay=wait, block=wait)
        case NotAuthorised():
            return Decision(State.READY, error.detail, error.remedy, delay=RECONNECT_PAUSE, hold=True)
        case Unreachable():
            return Decision(State.READY, error.detail, error.remedy, delay=backoff(attempt, draw))
        case OutcomeUnknown():
            return _after_silence(
                error, attempt, can_repeat=can_repeat, can_look_back=can_look_back, draw=draw
            )
        case _:
            return Decision(State.REFUSED, error.detail, error.remedy or CHANGE_THE_TEXT)


def _after_silence(
    error: OutcomeUnknown, attempt: int, *, can_repeat: bool, can_look_back: bool, draw: random.Random
) -> Decision:
    if can_repeat:
        return Decision(State.SENDING, f"{error.detail} Repeating it.", delay=backoff(attempt, draw))
    if can_look_back and attempt < MOST_DOUBTS:
        looking = f"{error.detail} Looking whether it landed."
        return Decision(State.SENDING, looking, delay=LOOK_BACK_AFTER)
    return Decision(State.UNKNOWN, error.detail, ASK_A_PERSON)
