"""A step of an action day that is written to people: what its post says of itself, who gets it, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Column, ColumnElement

from content.models import DayChange, StepKind
from schedules.people.days import BEFORE_EVERYTHING, is_prompt, waking
from schedules.people.volunteers import HOURS
from schedules.walltime import zone

OPTION: Final = "step"
"""The option of a post that makes it the letters of a step."""
CHANGE: Final = "!"
"""How the id of a step begins that tells of a change of its day; no step of a folder can have such an id."""
CALLING_OFF: Final = (f":{CHANGE}{DayChange.ENDED}", f":{CHANGE}{DayChange.ABORTED}")
"""What the slots of that have in them which calls something off: it is told although the city or the campaign is paused."""
PATIENT: Final = frozenset({StepKind.PROMPT, StepKind.THANKS, StepKind.NEXT_ASK})
"""Steps that wait for the morning where they fall into the quiet hours; the others are bound to the day's own time."""
AFTER_THE_END: Final = frozenset({StepKind.ROUND_UP, StepKind.THANKS, StepKind.NEXT_ASK})
"""Steps that still happen where a day was ended."""


class To(StrEnum):
    """Who gets the letters of a step."""

    ALL = "all"
    SIGNED_UP = "signed-up"


@dataclass(frozen=True, slots=True)
class DayStep:
    """What a post says of itself besides its text where it is the letters of a step in one city.

    Attributes:
        day: The id of the action day.
        step: The id of the step.
        city: The id of the city.
        to: Who there gets it.
        tells_place: Whether it tells where people meet, so that it waits for the permit.
    """

    day: str
    step: str
    kind: StepKind
    city: str
    to: To
    tells_place: bool = False

    def as_options(self) -> dict[str, Any]:
        """The options of its post."""
        about = {"day": self.day, "step": self.step, "kind": self.kind.value, "city": self.city}
        return {OPTION: about | {"to": self.to.value, "place": self.tells_place}}

    def arrives_at(self, at: datetime, ends_at: datetime, where: str) -> datetime:
        """When a letter is due in a zone, in UTC: at its instant, or in the morning where it can wait until then.

        What tells of a change is due before everything else.


        Args:
            at: The instant of the step, in UTC.
            ends_at: When the letter is too late, in UTC.
        """
        if self.step.startswith(CHANGE):
            return BEFORE_EVERYTHING
        local = at.astimezone(zone(where))
        if self.kind not in PATIENT or local.hour in HOURS:
            return at
        on = local.date() + (timedelta(days=1) if local.hour >= HOURS.stop else timedelta())
        day = waking(on, where, HOURS.start)
        return at if day is None or day.begins_at >= ends_at else day.begins_at


def step_of(body: Mapping[str, Any]) -> DayStep | None:
    """The step whose letters the frozen body of a post is, or ``None`` where it is another post."""
    about = body["options"].get(OPTION)
    if about is None:
        return None
    return DayStep(
        day=about["day"],
        step=about["step"],
        kind=StepKind(about["kind"]),
        city=about["city"],
        to=To(about["to"]),
        tells_place=about["place"],
    )


def is_step(slot: Column[str]) -> ColumnElement[bool]:
    """Whether the slot of a post says that an action day writes it to people: ``day:step:language``."""
    return slot.like("%:%:%") & ~is_prompt(slot)


def tells_change(slot: Column[str]) -> ColumnElement[bool]:
    """Whether the slot of a post says that it tells of a change of an action day."""
    return slot.like(f"%:{CHANGE}%")


def is_to_people(slot: Column[str]) -> ColumnElement[bool]:
    """Whether the slot of a post says that it becomes letters to volunteers."""
    return slot.like("%:%:%") | is_prompt(slot)
