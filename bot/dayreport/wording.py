"""How a report says its numbers. It is in English, like the command line; what the campaign wrote is shown as it is."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from content.models import Texts
from schedules.lifecycle import State
from schedules.planning.cities import Status
from schedules.walltime import SHOWN, zone

STATES: Final[Mapping[State, str]] = {
    State.SENT: "sent",
    State.REFUSED: "failed",
    State.UNKNOWN: "unknown",
    State.EXPIRED: "expired",
    State.CANCELLED: "cancelled",
}
"""The columns of every table of posts, in this order."""
STATUSES: Final[Mapping[Status, str]] = {
    Status.PLANNED: "no word",
    Status.BEGUN: "begun",
    Status.ENDED: "ended",
    Status.ABORTED: "aborted",
}


def local(at: datetime | None, where: str) -> str:
    """An instant as the clocks of a zone show it; empty where there is none."""
    return "" if at is None else f"{at.astimezone(zone(where)):{SHOWN}}"


def seconds(late: timedelta | None) -> str:
    """How late, in seconds; empty where nothing was sent."""
    return "" if late is None else f"{late.total_seconds():.1f}"


def minutes(by: timedelta) -> int:
    """How many whole minutes."""
    return int(by.total_seconds() // 60)


def in_words(texts: Texts) -> str:
    """What the campaign wrote, in English where there is one."""
    return texts.get("en") or next(iter(texts.values()), "")
