"""The embargo: what an action day keeps for its reveal must not be said before. Pure."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Final

import regex

from content.errors import Problem
from content.models import ActionDay, Campaign
from schedules.action_days.timeline import starts_at
from schedules.planning.occurrences import Occurrence
from schedules.walltime import SHOWN

_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")
UNMISTAKABLE: Final = 8
"""Letters from which on a word is recognised also in the middle of another."""


@dataclass(frozen=True, slots=True)
class _Secret:
    day: ActionDay
    until: datetime
    messages: frozenset[str]


class Embargo:
    """Looks at everything that is planned and remembers what comes too early."""

    def __init__(self, campaign: Campaign) -> None:
        self._secrets = tuple(_secrets(campaign))
        self._found: dict[Problem, None] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found so far, each once."""
        return tuple(self._found)

    def note(self, planned: Occurrence, text: str) -> None:
        """Look at one text that is to be published at ``planned.due_at``, or at any time where it tells of a change."""
        for secret in self._secrets:
            if planned.waits or planned.due_at < secret.until:
                self._found.update(dict.fromkeys(_breaches(secret, planned, text)))


def says(text: str, phrase: str) -> bool:
    """Whether a text holds a phrase, however its words are joined: ``let_them_rise``, ``#LetThemRise``."""
    words = _WORD.findall(_plain(text))
    needle, joined = "".join(_WORD.findall(_plain(phrase))), "".join(words)
    starts = {0, *accumulate(len(word) for word in words)}
    at = joined.find(needle) if needle else -1
    while at >= 0 and at not in starts and len(needle) < UNMISTAKABLE:
        at = joined.find(needle, at + 1)
    return at >= 0


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _secrets(campaign: Campaign) -> Iterator[_Secret]:
    for day in campaign.action_days:
        reveal = day.reveal
        if reveal is None:
            continue
        zones = {city.zone for city in campaign.cities_of(day) if reveal.includes(city.id)}
        instants = [at + reveal.offset for name in zones if (at := starts_at(day, name).at) is not None]
        if instants:
            earlier = {step.message for step in day.steps if step.offset < reveal.offset}
            kept = {step.message for step in day.steps if step.message} - earlier
            yield _Secret(day, min(instants), frozenset(name for name in kept if name))


def _breaches(secret: _Secret, planned: Occurrence, text: str) -> Iterator[Problem]:
    if planned.prompt is None and planned.message_id in secret.messages:
        yield _breach(secret, planned, f"the message {planned.message_id}")
    for phrase in secret.day.embargo:
        if says(text, phrase):
            yield _breach(secret, planned, f"“{phrase}”")


def _breach(secret: _Secret, planned: Occurrence, what: str) -> Problem:
    return Problem(
        "embargo-broken",
        f"slot {planned.slot_id}",
        f"it says {what} before the reveal of {secret.day.id}, {secret.until:{SHOWN}} UTC",
        "Move it after the reveal, or take it out of the text.",
    )
