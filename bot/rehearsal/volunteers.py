"""Volunteers: what reaches their phones, and what they press, write and open in answer."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from html import unescape
from typing import Any, Final

from markupsafe import Markup, escape

from bot.rehearsal.cast import BOT
from bot.rehearsal.crowd import FIRST_CHAT, Manner, Someone, comes, crowd, leaves, says
from bot.rehearsal.phones import labels
from bot.rehearsal.stage import Act, Stage
from bot.telegram.signing import Signer
from bot.telegram.stepcards import StepCards
from channels.base import Card
from channels.rehearsal.journal import accepted
from content.intents import Intent, intent_of, label
from content.models import Campaign, StepKind
from schedules.commands import coming, volunteering
from schedules.ledger import answers, cards, prompts
from schedules.ledger.answers import Answer
from schedules.people import people, volunteers
from schedules.people.days import prompt_of
from schedules.people.steps import DayStep, step_of
from schedules.people.volunteers import Volunteer
from schedules.planning.kits import Kits

TAKES: Final = timedelta(minutes=20)
"""How long after a prompt has come somebody answers."""
INTENTS: Final = {Manner.PAUSES: Intent.PAUSE, Manner.FORGETS: Intent.FORGET}
_TAG: Final = re.compile(r"(</?[a-z]+[^>]*>)")
_KEPT: Final = frozenset({"<b>", "</b>", "<i>", "</i>"})


@dataclass(frozen=True, slots=True)
class Face:
    """One card as a phone shows it: its text, as safe HTML, and the labels of its buttons."""

    text: Markup
    buttons: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """What one phone shows when the prompt of a date has come.

    Attributes:
        opened: What a tap on the first button shows; ``None`` where the card came open.
        word: What somebody wrote to the bot after it; empty where they wrote nothing.
    """

    of: Someone
    on: date
    card: Face
    opened: Face | None
    said: Answer | None
    word: str


class Volunteers:
    """Everybody who gets prompts in a rehearsal.

    Args:
        seed: Chooses who answers what.
    """

    def __init__(self, stage: Stage, campaign: Campaign, seed: int) -> None:
        self._stage, self._campaign, self._seed = stage, campaign, seed
        self.crowd = crowd(campaign)
        self.pseudonyms: dict[str, Someone] = {}
        self.screens: list[Screen] = []
        self.coming: set[tuple[int, str]] = set()
        self._read = 0
        self._heard: list[Mapping[str, Any]] = []
        app, clock = stage.app, stage.clock
        signer = Signer(app.keys.buttons, clock)
        self.cards = StepCards(app.store, app.vault, clock, signer, Kits(app.store))

    @property
    def phones(self) -> dict[str, str]:
        """The account of the bot, by each phone that it writes to."""
        return {str(who.chat): BOT for who in self.crowd}

    async def join(self) -> None:
        """Everybody joins, before the first prompt."""
        for who in self.crowd:
            self.pseudonyms[await self._join(who)] = who

    async def _join(self, who: Someone) -> str:
        app, clock = self._stage.app, self._stage.clock
        async with app.store.write() as connection:
            name = await people.welcome(connection, app.vault, clock, who.chat, who.language)
            chosen = Volunteer(
                name, self._campaign.id, who.language, who.zone, who.hour, city=who.city, level=who.level
            )
            await volunteers.join(connection, chosen, clock.now())
        return name

    def accepted(self) -> tuple[Mapping[str, Any], ...]:
        """Everything that has reached a phone."""
        self._listen()
        return tuple(self._heard)

    def answers(self) -> Iterable[Act]:
        """The answers that are to come since this was asked last."""
        known = len(self._heard)
        self._listen()
        at = self._stage.clock.now() + TAKES
        return [Act(at, partial(self._answer, entry)) for entry in self._heard[known:]]

    def _listen(self) -> None:
        """Read on in what the stand-in writes down."""
        if BOT not in self._stage.standins:
            return
        with self._stage.standins[BOT].journal.path.open("rb") as lines:
            lines.seek(self._read)
            fresh = [json.loads(line) for line in lines]
            self._read = lines.tell()
        self._heard.extend(accepted(fresh))

    async def _answer(self, entry: Mapping[str, Any]) -> None:
        who, prompt, step = self.crowd[int(entry["account"]) - FIRST_CHAT], prompt_of(entry), step_of(entry)
        key, _, person = entry["key"].rpartition("#")
        if step is not None and step.kind is StepKind.PROMPT:
            await self._say_whether(who, person, step)
        number = await prompts.letter_id(self._stage.app.store, key, person)
        if number is None or prompt is None:
            return
        opened = await self._open(person, number) if who.is_guarded else None
        is_last = leaves(self._campaign, who, prompt.on)
        said = None if is_last else says(self._seed, who, prompt.on)
        word = label(INTENTS[who.manner], who.language) if is_last else ""
        if said is not None:
            now = self._stage.clock.now()
            await answers.answer(self._stage.app.store, person, number, said, now)
        await self._write(person, word)
        card = Face(shown(entry["options"]["html"]), entry["options"]["buttons"])
        self.screens.append(Screen(who, prompt.on, card, opened, said, word))

    async def _say_whether(self, who: Someone, person: str, step: DayStep) -> None:
        """Sign up, where they come; in a guarded city they are only counted."""
        store, clock = self._stage.app.store, self._stage.clock
        known = await volunteers.get(store, person)
        if known is None or not comes(self._seed, who, step.day):
            return
        if who.is_guarded:
            await coming.count_one(store, clock, self._campaign, known, step.day)
        elif await coming.sign_up(store, clock, self._campaign, known, step.day, 1) is coming.Answer.COMING:
            self.coming.add((who.number, step.day))

    async def _open(self, person: str, number: int) -> Face | None:
        store, now = self._stage.app.store, self._stage.clock.now()
        await answers.pressed(store, person, number, now)
        letter, reader = await cards.written(store, person, number), await self.cards.reader(person)
        return None if letter is None or reader is None else _face(self.cards.opened(reader, letter))

    async def _write(self, person: str, word: str) -> None:
        store, clock = self._stage.app.store, self._stage.clock
        match intent_of(word):
            case Intent.PAUSE:
                await volunteering.pause(store, clock, person, None)
            case Intent.FORGET:
                await volunteering.forget(store, clock, person)


def shown(html: str) -> Markup:
    """A message in Telegram's HTML as the page shows it: bold and italic stay, everything else is text."""
    parts = _TAG.split(html)
    return Markup("").join(_safe(part) for part in parts)


def _safe(part: str) -> Markup:
    if _TAG.fullmatch(part):
        return Markup(part) if part in _KEPT else Markup("")  # noqa: S704 - one of four tags
    return escape(unescape(part))


def _face(card: Card) -> Face:
    return Face(shown(card.html), labels(card))
