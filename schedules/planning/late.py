"""How late a post may still go out."""

from datetime import timedelta
from typing import Final

from content.models import AskKind, Slot

LATE_BY: Final = {AskKind.ATTEND: timedelta(minutes=30), AskKind.CALL: timedelta(hours=2)}
"""A call to gather must not appear when people have gone home; a call to ring an office must not
appear when the office has closed."""

LATE_BY_OTHERWISE: Final = timedelta(hours=12)
"""Any other ask is as good in the evening as in the morning, but not as yesterday's news."""


def late_by(slot: Slot, ask: AskKind) -> timedelta:
    """How long after its time a post of this slot may still go out; what the slot says wins."""
    if slot.late_by is not None:
        return slot.late_by
    return LATE_BY.get(ask, LATE_BY_OTHERWISE)
