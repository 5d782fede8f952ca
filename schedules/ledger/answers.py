"""What volunteers say of their prompts. Self-reported, counted once, for the day of the prompt."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from schedules.ledger.ledger import AnyRow
from schedules.lifecycle import LETTER, State
from schedules.people.days import prompt_of
from schedules.store.engine import Store
from schedules.store.tables import delivery, post, response, volunteer
from schedules.walltime import zone


class Answer(StrEnum):
    """What a volunteer says of a prompt."""

    DONE = "done"
    NOT_TODAY = "not_today"


@dataclass(frozen=True, slots=True)
class Counted:
    """What an answer did.

    Attributes:
        on: The date that the prompt was for.
        new: Whether it was counted just now; ``False`` where the same was said before.
        answer: What counts: whoever said that it is done has done it.
    """

    on: date
    new: bool
    answer: Answer


async def answer(store: Store, person: str, delivery: int, said: Answer, now: datetime) -> Counted | None:
    """Count what a volunteer says of one letter. Repeating it, or saying it late, counts once and for its own day.

    Args:
        person: The pseudonym of whoever pressed.
        delivery: The number of the letter.

    Returns:
        ``None`` where the letter is not theirs, or was counted and taken away some days after its day.
    """
    return await store.run(lambda connection: _answer(connection, person, delivery, said, now))


async def pressed(store: Store, person: str, delivery: int, now: datetime) -> bool:
    """Note that a volunteer pressed any button of a letter: it arrived, and they are there.

    Returns:
        ``False`` where the letter is not theirs, or was taken away.
    """
    return await store.run(lambda connection: _pressed(connection, person, delivery, now) is not None)


def _answer(connection: Connection, name: str, letter: int, said: Answer, now: datetime) -> Counted | None:
    found = _pressed(connection, name, letter, now)
    prompt = None if found is None else prompt_of(found.body)
    if found is None or prompt is None:
        return None
    before = connection.execute(select(response.c.answer).where(response.c.delivery == letter)).scalar()
    if before in {said.value, Answer.DONE.value}:
        return Counted(prompt.on, new=False, answer=Answer(before))
    _write(connection, letter, said, now)
    if said is Answer.DONE:
        _count(connection, found, prompt.on)
    return Counted(prompt.on, new=True, answer=said)


def _pressed(connection: Connection, name: str, letter: int, now: datetime) -> AnyRow | None:
    found = connection.execute(
        select(volunteer, post.c.body)
        .join_from(delivery, post, post.c.id == delivery.c.post)
        .join(volunteer, volunteer.c.person == name)
        .where(delivery.c.id == letter, delivery.c.kind == f"{LETTER}{name}")
        .with_for_update(of=volunteer)
    ).one_or_none()
    if found is None:
        return None
    connection.execute(
        update(delivery)
        .where(delivery.c.id == letter, delivery.c.state == State.UNKNOWN.value)
        .values(state=State.SENT.value, accepted_at=now, reason=None, remedy=None, changed_at=now)
    )
    today = now.astimezone(zone(found.zone)).date().isoformat()
    _change(connection, name, active_on=max(found.active_on, today))
    return found


def _write(connection: Connection, letter: int, said: Answer, now: datetime) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(response).values(delivery=letter, answer=said.value, answered_at=now)
    same = {"answer": new.excluded.answer, "answered_at": new.excluded.answered_at}
    connection.execute(new.on_conflict_do_update(index_elements=["delivery"], set_=same))


def _count(connection: Connection, who: AnyRow, on: date) -> None:
    last = who.done_on and date.fromisoformat(who.done_on)
    newest = on if last is None else max(last, on)
    _change(
        connection,
        who.person,
        done=who.done + 1,
        streak=streak(who.streak, last, on),
        done_on=newest.isoformat(),
    )


def streak(so_far: int, last: date | None, on: date) -> int:
    """How many dates in a row are done, once ``on`` is done as well.

    Args:
        so_far: How many were, up to and with ``last``, the latest date that is done.
    """
    if last is None:
        return 1
    day = timedelta(days=1)
    if on == last + day or on == last - so_far * day:
        return so_far + 1
    return so_far if on <= last else 1


def _change(connection: Connection, name: str, **values: Any) -> None:
    connection.execute(update(volunteer).where(volunteer.c.person == name).values(**values))
