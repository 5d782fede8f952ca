"""A day of prompts: which date it is, whom each prompt serves, and when that date lasts where a volunteer lives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Column, ColumnElement

from channels.base import Topic
from content.models import LEVELS, Gap, Level, Overlap
from schedules.people.volunteers import HOURS
from schedules.walltime import resolve, zone

OPTION: Final = "prompt"
"""The option of a post that makes it a prompt."""
SLOT: Final = "prompt:"
"""How the slots of the prompts of a campaign folder begin; no slot of a folder can have such an id."""
URGENT_SLOT: Final = "urgent:"
"""How the slots of urgent prompts begin; each is a day of its own beside the prompt of the day."""
GROUP_SLOT: Final = "group:"
"""How the slots begin of prompts that a whole group gets; they are posts like any other."""
GROUP_OPTION: Final = "task"
"""The option of a post that says which prompt it brings a group, and of which date."""
FIRST_ZONE: Final = "Pacific/Kiritimati"
"""Where each date begins first, at UTC+14."""
LASTS: Final = timedelta(hours=50)
"""From the moment when a date begins in the first zone to the moment when it has ended in the last, at UTC-12."""
FEW: Final = 5
"""Fewer people than this are never counted out, so that nobody can be singled out."""
NEVER: Final = datetime.fromisoformat("9000-01-01T00:00:00+00:00")
"""When something is due that never comes by itself: what tells of a change of an action day, until somebody changes it."""
BEFORE_EVERYTHING: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""When letters are due that go ahead of all others: of two that are due, the one that was due earlier goes first."""


@dataclass(frozen=True, slots=True)
class DailyPrompt:
    """What a post says of itself besides its text where it is a prompt.

    Attributes:
        id: The name of its folder.
        on: The local date it is for, everywhere.
        level: Who may come to see that a volunteer did it.
        serves: The volunteers who get it: those for whom this level is safe, unless a higher one of that day is.
        urgent: Whether it goes to everybody who is awake at once, before anything else.
    """

    id: str
    on: date
    level: Level
    serves: tuple[Level, ...]
    urgent: bool = False

    def as_options(self) -> dict[str, Any]:
        """The options of its post."""
        urgent = {"urgent": True} if self.urgent else {}
        serves = [level.value for level in self.serves]
        about = {"id": self.id, "on": self.on.isoformat(), "level": self.level.value, "serves": serves}
        return {OPTION: about | urgent}

    def as_group_options(self) -> dict[str, Any]:
        """The options of the post that brings it to a group."""
        return {"topic": Topic.TODAY.value, GROUP_OPTION: {"id": self.id, "on": self.on.isoformat()}}


def group_day(options: Mapping[str, Any]) -> date | None:
    """The date of the prompt that a post brings a group, by its options; ``None`` where it is another post."""
    about = options.get(GROUP_OPTION)
    return None if about is None else date.fromisoformat(about["on"])


def prompt_of(body: Mapping[str, Any]) -> DailyPrompt | None:
    """The prompt that the frozen body of a post is, or ``None`` where it is another post."""
    about = body["options"].get(OPTION)
    if about is None:
        return None
    return DailyPrompt(
        id=about["id"],
        on=date.fromisoformat(about["on"]),
        level=Level(about["level"]),
        serves=tuple(Level(level) for level in about["serves"]),
        urgent=about.get("urgent", False),
    )


def is_prompt(slot: Column[str]) -> ColumnElement[bool]:
    """Whether the slot of a post says that it is a prompt."""
    return slot.startswith(SLOT) | slot.startswith(URGENT_SLOT)


def served(levels: Iterable[Level]) -> dict[Level, tuple[Level, ...]]:
    """Whom each prompt of one day serves, by the levels of that day's prompts."""
    given = set(levels)
    found: dict[Level, tuple[Level, ...]] = {}
    for rank, who in enumerate(LEVELS, 1):
        safe = [level for level in LEVELS[:rank] if level in given]
        if safe:
            found[safe[-1]] = (*found.get(safe[-1], ()), who)
    return found


@dataclass(frozen=True, slots=True)
class Waking:
    """The hours of one date in which a volunteer may get a prompt. All in UTC.

    Attributes:
        begins_at: When the quiet hours of that date end.
        due_at: When the prompt is due at the hour that they chose.
        ends_at: When the quiet hours begin again.
        over_at: When the date itself ends.
    """

    begins_at: datetime
    due_at: datetime
    ends_at: datetime
    over_at: datetime


@lru_cache(maxsize=16_384)
def waking(on: date, where: str, hour: int) -> Waking | None:
    """When a prompt of a date may reach a volunteer; ``None`` where that date does not exist.

    An hour that the clocks jump over comes as much later; of one that comes twice, the first is meant.

    Args:
        where: Their IANA zone.
        hour: A wall hour; one within the quiet hours counts as the nearest that is not.
    """
    chosen = min(max(hour, HOURS.start), HOURS.stop - 1)
    due_at = _at(on, chosen, where)
    if due_at.astimezone(zone(where)).date() != on:
        return None
    return Waking(
        begins_at=_at(on, HOURS.start, where),
        due_at=due_at,
        ends_at=_at(on, HOURS.stop, where),
        over_at=_at(on + timedelta(days=1), 0, where),
    )


def arrival(prompt: DailyPrompt, where: str, hour: int, now: datetime) -> tuple[datetime, datetime] | None:
    """When a letter is due for a volunteer and when it is too late, in UTC; ``None`` where it is too late already.

    An urgent one is due before everything else where people are awake, and elsewhere when they wake.
    """
    day = waking(prompt.on, where, hour)
    if day is None or day.ends_at <= now:
        return None
    if not prompt.urgent:
        return day.due_at, day.ends_at
    return (BEFORE_EVERYTHING if day.begins_at <= now else day.begins_at), day.ends_at


def below_five(people: int) -> str:
    """How many people, for a reader; fewer than five are not counted out."""
    return f"{people:,}" if people >= FEW or not people else f"<{FEW}"


def _at(on: date, hour: int, where: str) -> datetime:
    found = resolve(datetime.combine(on, time(hour)), where, gap=Gap.SHIFT, overlap=Overlap.FIRST).at
    assert found is not None, "a gap that is shifted has an instant"  # noqa: S101 - for the type checker
    return found
