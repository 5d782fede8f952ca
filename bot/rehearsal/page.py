"""The transcript as one page that needs nothing from elsewhere."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

from jinja2 import Environment
from markupsafe import Markup, escape

from bot.pages import source_hash, templates
from bot.rehearsal.dayside import DaySide
from bot.rehearsal.findings import Attention, Incident
from bot.rehearsal.pictures import Thumbnail
from bot.rehearsal.report import CitiesVerdict, DaysVerdict, LettersVerdict, Verdict
from bot.rehearsal.screens import Side
from bot.rehearsal.transcript import Card, language_name, sentence, tally
from content.errors import Problem
from content.languages import direction
from content.models import Campaign

_OPTION: Final = re.compile(r"(--[a-z-]+)")
HERE: Final = Path(__file__).parent
NOTHING: Final = "-"
"""Stands in a filter for posts of the whole campaign."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a filter."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the transcript says.

    Attributes:
        problems: Warnings of the plan.
        guarded: How many cities have no group.
        side: The volunteers' side; ``None`` where the campaign has no prompts.
        day_letters: What became of the letters of action days; ``None`` where it writes none.
        day_sides: The action days.
    """

    campaign: Campaign
    cards: tuple[Card, ...]
    verdict: Verdict
    attention: tuple[Attention, ...]
    incidents: tuple[Incident, ...]
    problems: tuple[Problem, ...]
    thumbnails: tuple[Thumbnail, ...]
    guarded: int
    side: Side | None = None
    day_letters: DaysVerdict | None = None
    day_sides: tuple[DaySide, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        to_people: list[CitiesVerdict | DaysVerdict | LettersVerdict | None] = [
            self.day_letters,
            None if self.side is None else self.side.verdict,
        ]
        to_people += [each.verdict for each in self.day_sides]
        return self.verdict.holds and all(each is None or each.holds for each in to_people)

    @property
    def title(self) -> str:
        """The campaign's title, in English where there is one."""
        titles = self.campaign.title
        return titles.get("en") or next(iter(titles.values()), self.campaign.id)

    @property
    def title_language(self) -> str:
        """The language of ``title``."""
        titles = self.campaign.title
        return "en" if "en" in titles else next(iter(titles), "en")

    @property
    def goal(self) -> tuple[str, str]:
        """The goal with its language, that of the title where there is one."""
        texts = self.campaign.goal.text
        language = self.title_language if self.title_language in texts else next(iter(texts))
        return texts[language], language

    @property
    def tally(self) -> Sequence[tuple[str, int]]:
        """Posts per badge."""
        return tally(self.cards)

    @property
    def shifted(self) -> tuple[Card, ...]:
        """Posts whose wall time a change of the clocks touched."""
        return tuple(card for card in self.cards if card.note)

    @property
    def days(self) -> Iterator[tuple[date, list[tuple[datetime, list[Card]]]]]:
        """Cards by UTC day, then by instant."""
        for day, of_day in groupby(self.cards, key=lambda card: card.planned_at.date()):
            moments = groupby(of_day, key=lambda card: card.planned_at)
            yield day, [(moment, list(together)) for moment, together in moments]

    @property
    def filters(self) -> tuple[tuple[str, str, tuple[Choice, ...]], ...]:
        """Each filter: the attribute of a card, its label and its choices."""
        cities = [(card.post.city or NOTHING, card.city or "The whole campaign") for card in self.cards]
        return (
            ("city", "City", _choices(cities)),
            ("language", "Language", _choices([(c.language, c.language_name) for c in self.cards])),
            ("channel", "Channel", _choices([(c.platform, c.platform_name) for c in self.cards])),
            ("state", "State", _choices([(c.badge, c.badge.replace("_", " ")) for c in self.cards])),
        )


def write_page(page: Page, path: Path) -> None:
    """Write the transcript, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(as_html(page), encoding="utf-8")
    unfinished.replace(path)


def as_html(page: Page) -> str:
    """The transcript as HTML. All texts are escaped; its script and style are the only ones that may run."""
    script = _own("transcript.js")
    return (
        _environment()
        .get_template("transcript.html")
        .render(page=page, script=script, style=_own("transcript.css"), script_hash=source_hash(script))
    )


@cache
def _environment() -> Environment:
    environment = templates(HERE)
    environment.globals.update(
        direction=direction,
        language_name=language_name,
        nothing=NOTHING,
        sentence=sentence,
        unbroken=_unbroken,
    )
    return environment


def _unbroken(text: str) -> Markup:
    """The text with its options kept in one line each."""
    parts = _OPTION.split(text)
    kept = Markup('<span class="option">{}</span>')
    return Markup("").join(kept.format(part) if part.startswith("--") else escape(part) for part in parts)


def _own(name: str) -> Markup:
    return Markup((HERE / name).read_text(encoding="utf-8"))  # noqa: S704 - a file of ours


def _choices(found: Sequence[tuple[str, str]]) -> tuple[Choice, ...]:
    counts: dict[tuple[str, str], int] = {}
    for entry in found:
        counts[entry] = counts.get(entry, 0) + 1
    ordered = sorted(counts, key=lambda entry: (entry[0] != NOTHING, entry[1].casefold()))
    return tuple(Choice(value, label, counts[value, label]) for value, label in ordered)
