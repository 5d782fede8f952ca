"""Failures on request, decided by count or by a seeded die."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

EVERY_ACCOUNT: Final = "*"


class FaultKind(StrEnum):
    """What goes wrong with one publish."""

    REFUSE = "refuse"
    """400: never accepted."""
    RATE_LIMIT = "rate_limit"
    """429 with ``Retry-After: seconds``, or without where ``seconds`` is 0."""
    UNAVAILABLE = "unavailable"
    """503: certainly not accepted."""
    DROP_BEFORE = "drop_before"
    """The connection closes; nothing was accepted."""
    DROP_AFTER = "drop_after"
    """Accepted; then the connection closes in the middle of the answer."""
    EXPIRE_TOKEN = "expire_token"  # noqa: S105 - the name of a failure
    """401 from now on, until the faults are cleared."""
    LATENCY = "latency"
    """Acceptance takes ``seconds`` longer."""
    SLOW_ANSWER = "slow_answer"
    """Accepted at once; the answer takes ``seconds`` longer."""
    HANG = "hang"
    """No answer ever; nothing was accepted."""


DELAYS: Final = frozenset({FaultKind.LATENCY, FaultKind.SLOW_ANSWER})


@dataclass(slots=True)
class Fault:
    """One failure that is due.

    Attributes:
        account: The account it hits, or ``*`` for all.
        count: How many publishes it still hits; ``None`` is without end.
        probability: The chance that it hits a publish.
        seconds: Length of a latency, or of a ``Retry-After``.
    """

    kind: FaultKind
    account: str = EVERY_ACCOUNT
    count: int | None = None
    probability: float = 1.0
    seconds: float = 0.0

    def concerns(self, account: str) -> bool:
        """Whether it may hit this account now."""
        return self.account in {EVERY_ACCOUNT, account} and self.count != 0

    def spend(self) -> None:
        """It has hit once."""
        if self.count is not None and self.kind is not FaultKind.EXPIRE_TOKEN:
            self.count -= 1


@dataclass(slots=True)
class Faults:
    """All failures that are due, in the order in which they were asked for."""

    seed: int = 0
    due: list[Fault] = field(default_factory=list)
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311 - a rehearsal must be repeatable

    def add(self, fault: Fault) -> None:
        """Let this failure happen."""
        self.due.append(fault)

    def clear(self) -> None:
        """Let nothing fail any more."""
        self.due.clear()

    def strike(self, account: str) -> list[Fault]:
        """The failures that hit one publish: any number of delays, then at most one other."""
        struck: list[Fault] = []
        for fault in self.due:
            if fault.concerns(account) and self._dice.random() < fault.probability:
                fault.spend()
                struck.append(fault)
                if fault.kind not in DELAYS:
                    break
        return struck


def read_fault(value: Mapping[str, Any]) -> Fault:
    """A fault from its JSON form.

    Raises:
        ValueError, TypeError, KeyError: It is none.
    """
    return Fault(**{**value, "kind": FaultKind(value["kind"])})
