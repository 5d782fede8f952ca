"""The letters of one volunteer: given to a newcomer, moved when they change what they chose, dropped when they go.

Whatever happens around it, a volunteer gets at most one letter of a day. While this decides, the volunteer's row is
locked, as it is while a prompt is spread.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, select

from schedules.clock import Clock
from schedules.ledger.ledger import AnyRow
from schedules.ledger.spreading import (
    UNSENT,
    WEEK,
    cancel_letters,
    give_letter,
    letter_row,
    locked_volunteer,
    note_prompted,
)
from schedules.ledger.stepping import settle_steps
from schedules.lifecycle import LETTER, PUBLISH, State
from schedules.people.days import BEFORE_EVERYTHING, DailyPrompt, arrival, is_prompt, prompt_of, waking
from schedules.people.steps import is_to_people
from schedules.people.volunteers import Level, Rhythm
from schedules.store.engine import Store
from schedules.store.tables import delivery, post, volunteer
from schedules.walltime import zone

AT_ONCE: Final = timedelta(minutes=15)
"""How long the prompt that somebody waits for may take, also within the quiet hours."""
LOOK_BACK: Final = timedelta(days=4)
"""Prompts of dates before that are over everywhere."""
DROPPED: Final = "The volunteer paused or left."
MOVED: Final = "The volunteer changed what they chose."


@dataclass(frozen=True, slots=True)
class _Spread:
    """A prompt whose letters are written, or being written."""

    post: int
    account: str
    language: str
    campaign: str
    planned_at: datetime
    day: tuple[date, str]
    prompt: DailyPrompt


async def deliver_today(store: Store, clock: Clock, person: str) -> bool:
    """Give a volunteer the prompt of their day at once, because they ask for it or have just joined.

    Later days that are spread already are made up for as well. Repeating it gives nothing twice.

    Returns:
        Whether they have it, or have it in a moment; ``False`` where there is none for them, or it is paused.
    """
    now = clock.now()
    return await store.run(lambda connection: _reconcile(connection, person, now, at_once=True))


async def move(store: Store, clock: Clock, person: str) -> None:
    """Make the pending letters of a volunteer fit what they have just chosen: hour, zone, language, level, city, rhythm.

    Those of action days are among them. Call it after the change was written. What they got already stays the prompt of that day.
    """
    now = clock.now()
    await store.run(lambda connection: _move(connection, person, now))


async def drop(store: Store, clock: Clock, person: str) -> None:
    """Cancel every pending letter of a volunteer at once; ``move`` brings those back whose time is not over.

    Call it before the volunteer's row is taken away.
    """
    now = clock.now()
    await store.run(lambda connection: _drop(connection, person, now))


async def letter_id(store: Store, post_key: str, person: str) -> int | None:
    """The number of the letter of one post to one volunteer, for the buttons of its card."""
    async with store.read() as connection:
        found = await connection.execute(
            select(delivery.c.id)
            .join(post, post.c.id == delivery.c.post)
            .where(post.c.key == post_key, delivery.c.kind == f"{LETTER}{person}")
        )
        number: int | None = found.scalar()
        return number


def letters_of(connection: Connection, who: str) -> list[int]:
    """Every letter of a volunteer's campaign to them, of its prompts and its action days, by number."""
    ours = select(volunteer.c.campaign).where(volunteer.c.person == who).scalar_subquery()
    posts = select(post.c.id).where(post.c.campaign == ours, is_to_people(post.c.slot))
    found = connection.execute(
        select(delivery.c.id).where(delivery.c.post.in_(posts), delivery.c.kind == f"{LETTER}{who}")
    )
    return list(found.scalars())


def _drop(connection: Connection, who: str, now: datetime) -> None:
    cancel_letters(connection, letters_of(connection, who), DROPPED, now)


def _move(connection: Connection, name: str, now: datetime) -> None:
    _reconcile(connection, name, now, at_once=False)
    settle_steps(connection, name, now)


def _reconcile(connection: Connection, name: str, now: datetime, *, at_once: bool) -> bool:
    who = locked_volunteer(connection, name)
    if who is None:
        return False
    spread = _spread(connection, who, now)
    letters = _letters(connection, name, [each.post for each in spread])
    today = now.astimezone(zone(who.zone)).date()
    has_today = False
    for (on, _), posts in groupby(spread, key=lambda each: each.day):
        hurry = at_once and on == today
        has = _settle_day(connection, who, list(posts), letters, now, hurry=hurry)
        has_today |= has and on == today
    return has_today


def _spread(connection: Connection, who: AnyRow, now: datetime) -> list[_Spread]:
    """The prompts of the volunteer's campaign that are spread and not over, day by day."""
    begun = [State.SENDING.value, State.SENT.value]
    found = connection.execute(
        select(
            post.c.id, post.c.account, post.c.language, post.c.campaign, post.c.slot, post.c.body,
            delivery.c.planned_at,
        )
        .join_from(post, delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == PUBLISH))
        .where(
            post.c.campaign == who.campaign,
            post.c.local_at >= (now - LOOK_BACK).date().isoformat(),
            is_prompt(post.c.slot),
            delivery.c.state.in_(begun),
            delivery.c.expires_at > now,
        )
    )  # fmt: skip
    return sorted(_each_spread(found), key=lambda each: each.day)


def _each_spread(found: Iterable[Any]) -> Iterable[_Spread]:
    for row in found:
        prompt = prompt_of(row.body)
        if prompt is not None:
            day = (prompt.on, row.slot if prompt.urgent else "")
            yield _Spread(row.id, row.account, row.language, row.campaign, row.planned_at, day, prompt)


def _letters(connection: Connection, name: str, posts: Sequence[int]) -> list[AnyRow]:
    found = connection.execute(
        select(delivery.c.id, delivery.c.post, delivery.c.state)
        .where(delivery.c.post.in_(posts), delivery.c.kind == f"{LETTER}{name}")
        .order_by(delivery.c.id)
        .with_for_update()
    )
    return list(found.all())


def _settle_day(
    connection: Connection,
    who: AnyRow,
    posts: Sequence[_Spread],
    letters: Sequence[AnyRow],
    now: datetime,
    *,
    hurry: bool,
) -> bool:
    """Leave exactly the letter of one day that the volunteer is to get. Whether there is one."""
    mine = [letter for letter in letters if letter.post in {each.post for each in posts}]
    has = any(letter.state not in UNSENT for letter in mine)
    wanted = None if has else _wanted(who, posts)
    times = None if wanted is None else _times(who, wanted.prompt, now, hurry=hurry)
    kept = None if wanted is None or times is None else wanted
    cancel_letters(
        connection, [each.id for each in mine if kept is None or each.post != kept.post], MOVED, now
    )
    if kept is not None and times is not None:
        _write(connection, who, kept, times, now)
    return has or kept is not None


def _wanted(who: AnyRow, posts: Sequence[_Spread]) -> _Spread | None:
    if who.left_at is not None or not _is_their_turn(who, posts[0].prompt.on):
        return None
    level = Level(who.level)
    safe = {each.language: each for each in reversed(posts) if level in each.prompt.serves}
    return safe.get(who.language) or safe.get(who.reading)


def _is_their_turn(who: AnyRow, on: date) -> bool:
    if who.rhythm != Rhythm.WEEKLY:
        return bool(who.rhythm == Rhythm.DAILY)
    last = who.prompted_on and date.fromisoformat(who.prompted_on)
    return last is None or last == on or last <= on - WEEK


def _times(
    who: AnyRow, prompt: DailyPrompt, now: datetime, *, hurry: bool
) -> tuple[datetime, datetime] | None:
    times = _at_once(who, prompt, now) if hurry else arrival(prompt, who.zone, who.hour, now)
    if times is None or (who.paused_until is not None and who.paused_until > max(times[0], now)):
        return None
    return times


def _at_once(who: AnyRow, prompt: DailyPrompt, now: datetime) -> tuple[datetime, datetime] | None:
    day = waking(prompt.on, who.zone, who.hour)
    if day is None:
        return None
    return BEFORE_EVERYTHING, min(day.over_at, max(day.ends_at, now + AT_ONCE))


def _write(
    connection: Connection, who: AnyRow, wanted: _Spread, times: tuple[datetime, datetime], now: datetime
) -> None:
    row = letter_row(
        who,
        times,
        post=wanted.post,
        account=wanted.account,
        campaign=wanted.campaign,
        planned_at=wanted.planned_at,
        changed_at=now,
    )
    give_letter(connection, row)
    note_prompted(connection, [who.person], wanted.prompt.on)
