"""What the ledger hands out and takes back."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from channels.base import Prepared, Urging
from schedules.lifecycle import ESCALATE, LETTER, REMIND, RETRACT, State, part_number, urged_part
from schedules.people.days import DailyPrompt, prompt_of
from schedules.people.steps import CALLING_OFF, DayStep, step_of

_URGINGS: Final = {REMIND: Urging.REMINDER, ESCALATE: Urging.ESCALATION}


class Claimed(NamedTuple):
    """A delivery that this worker holds under a lease.

    Attributes:
        claim: Fences every later write: a lost lease makes it worthless.
        attempt: Attempts made before this claim.
        crashes: Times that a worker vanished while it held this delivery.
        body: The frozen content, as JSON text.
        prepared: What an earlier attempt saved; only after a take-over.
        overdue: Whether the late policy has run out; only after a take-over.
    """

    id: int
    claim: str
    kind: str
    after: int | None
    account: str
    campaign: str
    city: str | None
    partner: str | None
    planned_at: datetime
    attempt: int
    crashes: int
    key: str
    language: str
    body: str
    prepared: Prepared
    overdue: bool = False

    @property
    def part(self) -> int | None:
        """Which part of a thread this publishes, from 1; ``None`` where it publishes nothing."""
        return part_number(self.kind)

    @property
    def recipient(self) -> str | None:
        """Whom this letter is for; ``None`` where it is no letter."""
        return self.kind.removeprefix(LETTER) if self.kind.startswith(LETTER) else None

    @property
    def prompt(self) -> DailyPrompt | None:
        """The prompt of the day that this is, or is a letter of; ``None`` where it is another post."""
        return prompt_of(json.loads(self.body))

    @property
    def step(self) -> DayStep | None:
        """The step of an action day whose letters this is, or is one of; ``None`` where it is another post."""
        return step_of(json.loads(self.body))

    @property
    def is_to_people(self) -> bool:
        """Whether it becomes letters to volunteers, or is one."""
        return self.prompt is not None or self.step is not None

    @property
    def publishes(self) -> bool:
        """Whether this makes something new public, so that doing it twice might show it twice."""
        return self.part is not None or self.recipient is not None

    @property
    def urges(self) -> Urging | None:
        """How this presses a person who was handed a post; ``None`` where it does something else."""
        return _URGINGS.get(self.kind.partition("-")[0])

    @property
    def subject(self) -> int:
        """Which part of a thread this publishes or is about, from 1."""
        return self.part or urged_part(self.kind) or 1

    @property
    def takes_back(self) -> bool:
        """Whether this removes a post from the public; no pause stops that."""
        return self.kind.startswith(RETRACT)

    @property
    def scopes(self) -> frozenset[str]:
        """Every scope whose pause stops this delivery; what calls something off is told where that is held."""
        covered = scopes(self.account, self.campaign, self.city, self.partner)
        calls_off = any(each in self.key for each in CALLING_OFF)
        return covered - {f"campaign:{self.campaign}", f"city:{self.city}"} if calls_off else covered


def scopes(account: str, campaign: str, city: str | None, partner: str | None) -> frozenset[str]:
    """The pause scopes that cover a delivery; ``everything`` is always one."""
    covered = {"everything", f"account:{account}", f"campaign:{campaign}"}
    covered |= {f"city:{city}"} if city else set()
    covered |= {f"partner:{partner}"} if partner else set()
    return frozenset(covered)


class Settlement(NamedTuple):
    """Where a delivery goes and why. ``delay`` counts from the commit.

    Attributes:
        outcome: One word for the history: a state, or ``lost`` or ``held``.
        block: How long to close the account's lane.
        hold: Whether to hold the account until a person reconnects it.
    """

    id: int
    claim: str
    account: str
    state: State
    outcome: str
    reason: str | None = None
    remedy: str | None = None
    delay: timedelta = timedelta()
    remote_id: str | None = None
    url: str | None = None
    accepted_at: datetime | None = None
    block: timedelta = timedelta()
    hold: bool = False


def storable(value: Any) -> Any:
    """The same JSON without what a database cannot hold: NUL and halves of surrogate pairs."""
    match value:
        case str():
            return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
        case list() | tuple():
            return [storable(item) for item in value]
        case Mapping():
            return {storable(name): storable(item) for name, item in value.items()}
        case _:
            return value


class Mark(NamedTuple):
    """The wish to begin sending, with what ``prepare`` gave."""

    id: int
    claim: str
    prepared: Prepared
