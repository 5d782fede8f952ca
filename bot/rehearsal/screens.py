"""The volunteers' side of the transcript: one phone for each language, a guarded one, a group, and the counts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.rehearsal.crowd import Someone
from bot.rehearsal.letters import Letter
from bot.rehearsal.mishaps import Mishap
from bot.rehearsal.report import LettersVerdict
from bot.rehearsal.transcript import Card, language_name
from bot.rehearsal.volunteers import Face, Screen
from content.intents import Intent, label
from content.models import Level
from schedules.ledger.answers import Answer
from schedules.lifecycle import State
from schedules.people.days import GROUP_SLOT, below_five

LEVELS: Final[Mapping[Level, str]] = {
    Level.NOBODY: "nobody sees it",
    Level.ONE: "one recipient",
    Level.PUBLIC: "public, with their name",
}
GUARDED: Final = "A guarded city"
UNSAID: Final = "No city said"
PRESSED: Final = {Answer.DONE: Intent.DONE, Answer.NOT_TODAY: Intent.NOT_TODAY}


@dataclass(frozen=True, slots=True)
class Phone:
    """What one phone shows.

    Attributes:
        title: Where it is, without naming a guarded city.
        about: What its owner chose, or how many of a group say that they have done it.
        opened: What a tap on the first button shows.
        reply: What its owner pressed or wrote, in her language; empty where she did nothing.
    """

    language: str
    title: str
    about: str
    when: str
    card: Face
    opened: Face | None = None
    reply: str = ""
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How the tasks went in one language; fewer than five are not counted out."""

    language: str
    sent: str
    done: str
    not_today: str
    unknown: str


@dataclass(frozen=True, slots=True)
class Side:
    """Everything that the transcript says of volunteers."""

    verdict: LettersVerdict
    phones: tuple[Phone, ...]
    counts: tuple[Count, ...]
    uncertain: tuple[str, ...]
    upsets: tuple[Mishap, ...]


def phones(screens: Sequence[Screen], cities: Mapping[str, str]) -> Iterator[Phone]:
    """One phone of an open city for each language, and one of a guarded city for each language that has one."""
    shown: set[tuple[str, bool]] = set()
    for screen in sorted(screens, key=_interest):
        kind = (screen.of.language, screen.of.is_guarded)
        is_wanted = not screen.of.is_guarded or screen.of.city is not None
        if is_wanted and kind not in shown:
            shown.add(kind)
            yield _phone(screen, cities)


def group_phones(cards: Iterable[Card], done: Mapping[int, int]) -> Iterator[Phone]:
    """The first prompt of one group for each language, as it stands there.

    Args:
        done: How many say that they have done it, by the number of the post.
    """
    shown: set[str] = set()
    for card in cards:
        if card.post.id in done and card.language not in shown:
            shown.add(card.language)
            about = f"Pinned; {below_five(done[card.post.id])} say that they have done it"
            face = Face(card.text, ())
            yield Phone(card.language, f"{card.city}, the group", about, card.local, face, is_group=True)


def group_prompts(cards: Iterable[Card]) -> tuple[Card, ...]:
    """The prompts that groups got."""
    return tuple(
        card for card in cards if card.post.slot.startswith(GROUP_SLOT) and card.post.state is State.SENT
    )


def counts(found: Iterable[Letter]) -> tuple[Count, ...]:
    """How the tasks went, language by language."""
    by_language: dict[str, list[Letter]] = {}
    for letter in found:
        by_language.setdefault(letter.to.language, []).append(letter)
    return tuple(_count(language, by_language[language]) for language in sorted(by_language))


def uncertain(found: Iterable[Letter]) -> tuple[str, ...]:
    """The letters of which nobody can tell, one sentence each. Nobody is named, and no guarded city."""
    return tuple(
        f"Task of {letter.on:%d %B} for a volunteer who reads {language_name(letter.to.language)}: "
        f"the stand-in for the phone {'did take it' if letter.taken else 'never got it'}."
        for letter in found
        if letter.state is State.UNKNOWN
    )


def _interest(screen: Screen) -> tuple[bool, bool, int, datetime, int]:
    """Those who write a word first, then those with most to press."""
    buttons = sum(len(row) for row in (screen.opened or screen.card).buttons)
    midnight = datetime.combine(screen.on, datetime.min.time())
    return not screen.word, screen.said is not Answer.DONE, -buttons, midnight, screen.of.number


def _phone(screen: Screen, cities: Mapping[str, str]) -> Phone:
    of = screen.of
    reply = label(PRESSED[screen.said], of.language) if screen.said else screen.word
    return Phone(
        of.language,
        _place(of, cities),
        f"What is safe: {LEVELS[of.level]}",
        f"{screen.on:%a %d %b %Y}, {of.hour:02}:00",
        screen.card,
        screen.opened,
        reply,
    )


def _place(of: Someone, cities: Mapping[str, str]) -> str:
    if of.city is None:
        return UNSAID
    return GUARDED if of.is_guarded else cities.get(of.city, of.city)


def _count(language: str, found: Sequence[Letter]) -> Count:
    states = [letter.state for letter in found]
    said = [letter.answer for letter in found]
    numbers = (
        states.count(State.SENT) + states.count(None),
        said.count(Answer.DONE),
        said.count(Answer.NOT_TODAY),
        states.count(State.UNKNOWN),
    )
    return Count(language_name(language), *(below_five(number) for number in numbers))
