"""What is written in the letter of one volunteer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, select

from content.richtext import RichText, from_json
from schedules.ledger.tallies import posts_on
from schedules.lifecycle import LETTER, PUBLISH, State
from schedules.people.days import DailyPrompt, is_prompt, prompt_of
from schedules.people.steps import DayStep, step_of
from schedules.store.engine import Store
from schedules.store.tables import delivery, post

_ARRIVED: Final = (State.SENT.value, State.UNKNOWN.value)
_BEGUN: Final = (State.SENDING.value, State.SENT.value)


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


@dataclass(frozen=True, slots=True)
class StepLetter:
    """One letter of a step of an action day: its number, its text as it was approved, and the step."""

    number: int
    language: str
    text: RichText
    message: str
    step: DayStep


async def step_written(store: Store, person: str, number: int) -> StepLetter | None:
    """A letter of an action day to this volunteer by its number; ``None`` where it is not theirs, or was taken away."""
    async with store.read() as connection:
        found = await connection.execute(
            _letters(person).add_columns(post.c.message).where(delivery.c.id == number)
        )
        row = found.one_or_none()
    step = None if row is None else step_of(row.body)
    if row is None or step is None:
        return None
    return StepLetter(row.id, row.language, from_json(row.body["text"]), row.message, step)


async def arrived_on(store: Store, person: str, campaign: str, on: date) -> Written | None:
    """The letter of a date that this volunteer has, or may have; ``None`` where it has not come."""
    posts = await posts_on(store, campaign, on)
    letters = _letters(person).where(delivery.c.post.in_(posts), delivery.c.state.in_(_ARRIVED))
    found = await _found(store, letters.order_by(delivery.c.id))
    return next((letter for letter in found if letter.prompt.on == on), None)


async def in_language(store: Store, letter: Written, language: str) -> Written | None:
    """The same prompt in another language, as it was approved and sent to others; ``None`` where nobody got it so."""
    own, approved = post.alias("own"), delivery.alias("approved")
    wanted = (
        select(post.c.language, post.c.body)
        .join(own, (own.c.campaign == post.c.campaign) & (own.c.account == post.c.account))
        .join(delivery, (delivery.c.post == own.c.id) & (delivery.c.id == letter.number))
        .join(approved, (approved.c.post == post.c.id) & (approved.c.kind == PUBLISH))
        .where(
            post.c.local_at == own.c.local_at,
            post.c.language == language,
            is_prompt(post.c.slot),
            approved.c.state.in_(_BEGUN),
        )
        .order_by(post.c.id)
    )
    async with store.read() as connection:
        rows = (await connection.execute(wanted)).all()
    same = (row for row in rows if (prompt := prompt_of(row.body)) and prompt.id == letter.prompt.id)
    found = next(same, None)
    if found is None:
        return None
    return replace(letter, language=found.language, text=from_json(found.body["text"]))


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
