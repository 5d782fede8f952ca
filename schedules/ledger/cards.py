"""What is written in the letter of one volunteer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, select

from content.richtext import RichText, from_json
from schedules.ledger.tallies import posts_on
from schedules.lifecycle import LETTER, State
from schedules.people.days import DailyPrompt, prompt_of
from schedules.store.engine import Store
from schedules.store.tables import delivery, post

_ARRIVED: Final = (State.SENT.value, State.UNKNOWN.value)


@dataclass(frozen=True, slots=True)
class Written:
    """One letter: its number, its text as it was approved, and the prompt that it is."""

    number: int
    language: str
    text: RichText
    prompt: DailyPrompt


async def written(store: Store, person: str, number: int) -> Written | None:
    """A letter of this volunteer by its number; ``None`` where it is not theirs, or was taken away."""
    found = await _found(store, _letters(person).where(delivery.c.id == number))
    return found[0] if found else None


async def arrived_on(store: Store, person: str, campaign: str, on: date) -> Written | None:
    """The letter of a date that this volunteer has, or may have; ``None`` where it has not come."""
    posts = await posts_on(store, campaign, on)
    letters = _letters(person).where(delivery.c.post.in_(posts), delivery.c.state.in_(_ARRIVED))
    found = await _found(store, letters.order_by(delivery.c.id))
    return next((letter for letter in found if letter.prompt.on == on), None)


def _letters(person: str) -> Select[Any]:
    return (
        select(delivery.c.id, post.c.language, post.c.body)
        .join(post, post.c.id == delivery.c.post)
        .where(delivery.c.kind == f"{LETTER}{person}")
    )


async def _found(store: Store, letters: Select[Any]) -> Sequence[Written]:
    async with store.read() as connection:
        rows = (await connection.execute(letters)).all()
    return [
        Written(row.id, row.language, from_json(row.body["text"]), prompt)
        for row in rows
        if (prompt := prompt_of(row.body)) is not None
    ]
