"""What goes wrong on the way to volunteers: chosen by a seed, each on a date of its own."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.rehearsal.cast import BOT
from bot.rehearsal.crowd import LEAVES_AFTER, Manner, Someone, owed, says
from bot.rehearsal.mishaps import JUST_BEFORE, OUTAGE, Mishap
from channels.rehearsal.faults import FaultKind
from content.models import Campaign
from schedules.ledger.answers import Answer
from schedules.people.days import waking

WAIT_SECONDS: Final = 60.0
DOWN: Final = (
    "Telegram takes no message of the bot for two hours. Whoever is still awake then gets the task late."
)
HASTE: Final = "Telegram asks the bot to wait for a minute."
SETTLED: Final = (
    "Telegram takes a task for one volunteer, and the connection dies before the answer arrives. "
    "She presses a button of it, which proves that it came."
)
UNCERTAIN: Final = (
    "The connection to Telegram dies before a task for one volunteer is taken. Nobody can tell, "
    "so it counts as unknown; it is not sent again, and nobody is asked."
)


@dataclass(frozen=True, slots=True)
class _Due:
    to: Someone
    on: date
    at: datetime


def upsets(campaign: Campaign, crowd: Sequence[Someone], seed: int) -> tuple[Mishap, ...]:
    """What goes wrong with these volunteers' prompts, in order of time. A small campaign does not meet every kind."""
    dice = random.Random(seed)  # noqa: S311 - a rehearsal must be repeatable
    free = _due(campaign, crowd)
    dice.shuffle(free)
    answered = [each for each in free if says(seed, each.to, each.on) is Answer.DONE]
    silent = [each for each in free if says(seed, each.to, each.on) is None]
    late = [each for each in free if each.on > campaign.starts_on + LEAVES_AFTER]
    found: list[Mishap] = []
    taken: set[date] = set()
    for name, what, kind, candidates in (
        ("letter-uncertain", UNCERTAIN, FaultKind.DROP_BEFORE, silent),
        ("letter-settled", SETTLED, FaultKind.DROP_AFTER, answered),
        ("letters-down", DOWN, FaultKind.UNAVAILABLE, late),
        ("letters-wait", HASTE, FaultKind.RATE_LIMIT, late),
    ):
        chosen = next((each for each in candidates if each.on not in taken), None)
        if chosen is not None:
            taken.add(chosen.on)
            found.append(_mishap(name, what, kind, chosen))
    return tuple(sorted(found, key=lambda mishap: mishap.begins_at))


def _due(campaign: Campaign, crowd: Sequence[Someone]) -> list[_Due]:
    return [
        _Due(who, prompt.on, times.due_at)
        for who in crowd
        if who.manner is Manner.STAYS
        for prompt in owed(campaign, who)
        if (times := waking(prompt.on, who.zone, who.hour)) is not None
    ]


def _mishap(name: str, what: str, kind: FaultKind, chosen: _Due) -> Mishap:
    of_one = kind in {FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER}
    begins = chosen.at - JUST_BEFORE
    return Mishap(
        name,
        what,
        scope=str(chosen.to.chat) if of_one else BOT,
        begins_at=begins,
        posts=(),
        kind=kind,
        ends_at=begins + OUTAGE if kind is FaultKind.UNAVAILABLE else None,
        seconds=WAIT_SECONDS if kind is FaultKind.RATE_LIMIT else 0.0,
    )
