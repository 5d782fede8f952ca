"""What a person would have to look at, and what became of the posts that something went wrong with."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.rehearsal.mishaps import Mishap
from bot.rehearsal.report import Verdict
from bot.rehearsal.transcript import LATE, URGENCY, Card, sentence
from schedules.lifecycle import State

RESOLVE: Final = "munasara posts resolve"


@dataclass(frozen=True, slots=True)
class Attention:
    """A post that did not simply go out at its time. ``what`` says why, ``remedy`` what to do."""

    card: Card
    what: str
    remedy: str | None


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that went wrong, and what became of the posts in its way."""

    mishap: Mishap
    cards: tuple[Card, ...]
    outcome: str


def attention(found: Iterable[Card], verdict: Verdict) -> tuple[Attention, ...]:
    """What a person would have to look at, the most urgent first."""
    wanted = [card for card in found if card.badge not in (State.SENT, LATE)]
    wanted.sort(key=lambda card: (_urgency(card.post.state), card.planned_at, card.post.id))
    return tuple(Attention(card, _what(card, verdict), _remedy(card)) for card in wanted)


def incidents(mishaps: Iterable[Mishap], found: Iterable[Card]) -> tuple[Incident, ...]:
    """What went wrong, each with what became of it."""
    by_id = {card.post.id: card for card in found}
    return tuple(
        Incident(mishap, hit, _outcome(hit))
        for mishap in mishaps
        for hit in [tuple(by_id[post] for post in mishap.posts)]
    )


def _urgency(state: State) -> int:
    return URGENCY.index(state) if state in URGENCY else -1


def _what(card: Card, verdict: Verdict) -> str:
    why = sentence(card.post.reason or "no reason is recorded")
    if card.post.id in verdict.landed:
        return f"{why} In this rehearsal the stand-in did accept it: a person would see it on the account."
    if card.post.id in verdict.not_landed:
        return f"{why} In this rehearsal the stand-in never accepted it: a person would not find it."
    return why


def _remedy(card: Card) -> str | None:
    told = sentence(card.post.remedy or "")
    if card.post.state is State.UNKNOWN and RESOLVE not in told:
        told = f"{told} Then say what you saw: {RESOLVE} <id> --sent LINK, --again or --drop.".strip()
    return told.replace("<id>", str(card.post.id)) or None


def _outcome(hit: Sequence[Card]) -> str:
    if not hit:
        return "No post was in its way."
    counts = Counter(_ending(card) for card in hit)
    return "; ".join(f"{number} {ending}" for ending, number in counts.items()) + "."


def _ending(card: Card) -> str:
    if card.post.state is State.SENT:
        return f"sent once, {card.delay} late" if card.delay else "sent once, on time"
    return card.post.state.value.replace("_", " ")
