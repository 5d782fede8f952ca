"""How late a post may still go out."""

from datetime import timedelta
from typing import Final

from content.models import AskKind, Slot, Step, StepKind

LATE_BY: Final = {AskKind.ATTEND: timedelta(minutes=30), AskKind.CALL: timedelta(hours=2)}
"""A call to gather must not appear when people have gone home; a call to ring an office must not
appear when the office has closed."""

STILL_COMING: Final = timedelta(hours=1)
"""How long after T-0 somebody who is late may still be told the place."""

LATE_BY_OTHERWISE: Final = timedelta(hours=12)
"""Any other ask is as good in the evening as in the morning, but not as yesterday's news."""


def late_by(slot: Slot, ask: AskKind) -> timedelta:
    """How long after its time a post of this slot may still go out; what the slot says wins."""
    if slot.late_by is not None:
        return slot.late_by
    return LATE_BY.get(ask, LATE_BY_OTHERWISE)


def late_letter(step: Step, ask: AskKind) -> timedelta:
    """How long after its time the letters of a step of an action day may still go out; what the step says wins.

    A place is told as long as somebody may still come, and nobody is reminded of what has begun.
    """
    if step.late_by is not None:
        return step.late_by
    match step.kind:
        case StepKind.REVEAL:
            return max(-step.offset, timedelta()) + STILL_COMING
        case StepKind.REMINDER:
            until = -step.offset if step.offset < timedelta() else LATE_BY_OTHERWISE
            return min(LATE_BY.get(ask, LATE_BY_OTHERWISE), until)
        case _:
            return LATE_BY_OTHERWISE
