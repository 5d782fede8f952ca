"""A step of an action day becomes one letter for each volunteer of its city who is to get it.

In chunks like a prompt (``schedules.ledger.spreading``), and safe to go on with after a crash. Whoever signs up late, or
changes what they chose, is given then what is already spread and not over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from content.models import DayChange, Permit, StepKind
from schedules.clock import Clock
from schedules.ledger.ledger import AnyRow, Ledger
from schedules.ledger.spreading import (
    AFTER,
    CHUNK,
    GOES_OUT,
    UNSENT,
    ClaimLost,
    cancel_letters,
    count,
    give_letter,
    letter_row,
    locked_volunteer,
    next_few,
    without_another,
    write_letters,
)
from schedules.ledger.values import Claimed
from schedules.lifecycle import LETTER, PUBLISH, State
from schedules.people.steps import AFTER_THE_END, CHANGE, DayStep, To, is_step, step_of
from schedules.people.volunteers import Rhythm, is_here
from schedules.store.engine import Store
from schedules.store.tables import day_city, delivery, meeting, person, post, sign_up, volunteer

NO_PLACE: Final = "Nobody has filled in where people meet."
NO_PLACE_REMEDY: Final = "Fill it in with the bot; then it goes out by itself."
NO_PERMIT: Final = "The permit of the city is not there, and it tells where people meet."
NO_PERMIT_REMEDY: Final = "Once there is a permit, say so, and plan the campaign again."
MOVED: Final = "The volunteer does not come any more, or changed what they chose."
ABORTED: Final = f"{CHANGE}{DayChange.ABORTED}"
_STOPPED: Final = "The action day does not take place there any more."
_CLOSED: Final = (Permit.NEEDED.value, Permit.APPLIED.value)
_BEGUN: Final = frozenset({State.SENDING, State.SENT})


class Withheld(Exception):
    """Why the letters of a step must not be written."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        self.reason, self.remedy = reason, remedy
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class _Stepping:
    """One step that is spread in one language.

    Attributes:
        ends_at: When its letters are too late, in UTC.
        siblings: The posts of the same step and city in other languages.
        languages: In which it goes out, the most used one first.
    """

    held: Claimed
    step: DayStep
    post: int
    ends_at: datetime
    siblings: tuple[int, ...]
    languages: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class _Spread:
    """A step that goes out to a city in one language."""

    post: int
    list: int
    account: str
    language: str
    planned_at: datetime
    expires_at: datetime
    has_begun: bool
    step: DayStep


async def spread_step(ledger: Ledger, held: Claimed, step: DayStep) -> int | None:
    """Write the letters of a step that is marked.

    Returns:
        How many letters there are, or ``None`` where the claim was lost and somebody else goes on.

    Raises:
        Withheld: They must not be written, or no more of them; those that were and are not sent are cancelled.
    """
    store, last = ledger.store, held.prepared.get(AFTER, "")
    one = await store.run(lambda connection: _stepping(connection, held, step, ledger.clock.now()))
    try:
        while last is not None:
            last = await store.run(partial(_chunk, ledger=ledger, one=one, after=str(last)))
    except ClaimLost:
        return None
    except Withheld as why:
        reason = why.reason
        await store.run(lambda connection: _cancel_all(connection, one, reason))
        raise
    return await store.run(lambda connection: count(connection, one.post))


async def readers(store: Store, clock: Clock, number: int) -> int | None:
    """How many would get a step as things are now, in the language of this post; ``None`` where it is no step.

    What waits for approval beside it is taken to go out as well.
    """
    return await store.run(lambda connection: _readers(connection, number, clock.now()))


def _readers(connection: Connection, number: int, now: datetime) -> int | None:
    columns = (post.c.campaign, post.c.account, post.c.language, post.c.body)
    own = connection.execute(select(*columns).where(post.c.id == number)).one()
    step = step_of(own.body)
    if step is None:
        return None
    beside = _in_languages(connection, own.campaign, own.account, step)
    languages = [each.language for each in beside if each.state in {State.PLANNED, *GOES_OUT}]
    mine = (sign_up.c.campaign == own.campaign, sign_up.c.day == step.day, sign_up.c.city == step.city)
    comes = select(sign_up.c.person).where(*mine, sign_up.c.person == volunteer.c.person).exists()
    found = connection.execute(
        select(func.count())
        .select_from(volunteer)
        .join(person, person.c.id == volunteer.c.person)
        .where(
            volunteer.c.campaign == own.campaign,
            volunteer.c.city == step.city,
            is_here(now),
            _reads(own.language, languages),
            true() if step.to is To.ALL else comes,
        )
    )
    return int(found.scalar_one())


def place_is_known(connection: Connection, campaign: str, day: str, city: str, now: datetime) -> None:
    """Let go out what was refused because nobody had filled in where people meet, where that is still to be told."""
    days = post.c.slot.startswith(f"{day}:", autoescape=True)
    refused = (
        delivery.c.city == city,
        delivery.c.state == State.REFUSED.value,
        delivery.c.reason == NO_PLACE,
        delivery.c.expires_at > now,
    )
    found = connection.execute(
        select(post.c.id, post.c.body)
        .where(post.c.campaign == campaign, days)
        .where(select(delivery.c.id).where(delivery.c.post == post.c.id, *refused).exists())
        .order_by(post.c.id)
    )
    steps = [(row.id, step) for row in found.all() if (step := step_of(row.body)) is not None]
    ours = [number for number, step in steps if not is_stopped(connection, campaign, step)]
    connection.execute(
        update(delivery)
        .where(delivery.c.post.in_(ours), *refused)
        .values(state=State.READY.value, reason=None, remedy=None, prepared=None, changed_at=now)
    )


def is_stopped(connection: Connection, campaign: str, step: DayStep) -> bool:
    """Whether a step is not written to anybody now: its day was aborted or ended there, or its permit is not there."""
    names = {"campaign": campaign, "day": step.day, "city": step.city}
    state = connection.execute(
        select(day_city.c.status, day_city.c.permit).where(*_same(names))
    ).one_or_none()
    return state is not None and _why_not(state, step) is not None


def settle_steps(connection: Connection, name: str, now: datetime) -> None:
    """Leave a volunteer exactly the letters of action days that they are to get, of those that are spread and not over.

    Call it in the transaction that changed what they chose, or whether they come. Nothing is given twice.
    """
    who = locked_volunteer(connection, name)
    if who is None:
        return
    days = _days_of(connection, name)
    spread = _spread_in(connection, who, now)
    mine = _letters(connection, name, now)
    kept: set[int] = set()
    for _, posts in groupby(spread, key=lambda each: (each.step.day, each.step.step)):
        wanted = _settle(connection, who, list(posts), mine, days, now)
        kept |= {wanted} if wanted is not None else set()
    others = [each.id for each in mine if each.post not in kept and each.state == State.READY]
    cancel_letters(connection, others, MOVED, now)


def _stepping(connection: Connection, held: Claimed, step: DayStep, now: datetime) -> _Stepping:
    own = connection.execute(
        select(delivery.c.post, delivery.c.expires_at).where(delivery.c.id == held.id)
    ).one()
    found = _in_languages(connection, held.campaign, held.account, step)
    return _Stepping(
        held=held,
        step=step,
        post=own.post,
        ends_at=own.expires_at,
        siblings=tuple(each.id for each in found if each.id != own.post),
        languages=tuple(each.language for each in found if each.state in GOES_OUT),
        now=now,
    )


def _in_languages(connection: Connection, campaign: str, account: str, step: DayStep) -> Sequence[AnyRow]:
    """The posts of a step for one city, in each of its languages, the most used one first."""
    slots = post.c.slot.startswith(f"{step.day}:{step.step}:", autoescape=True)
    same = (post.c.campaign == campaign, post.c.account == account, delivery.c.city == step.city)
    found = connection.execute(
        select(post.c.id, post.c.language, delivery.c.state)
        .join(delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == PUBLISH))
        .where(*same, slots)
        .order_by(post.c.id)
    )
    return found.all()


def _chunk(connection: Connection, *, ledger: Ledger, one: _Stepping, after: str) -> str | None:
    """Write the letters of the next few volunteers. The last of these, or ``None`` where nobody is left."""
    _look_at_city(connection, one)
    few = connection.execute(_next_few(one, after)).all()
    meant = without_another(connection, one.siblings, _who_come(connection, one, few))
    write_letters(connection, [_row(one, each) for each in meant if not _is_away(each, one)])
    last = few[-1].person if len(few) == CHUNK else None
    if not ledger.advance(connection, one.held, {AFTER: last or after}):
        raise ClaimLost
    return str(last) if last is not None else None


def _look_at_city(connection: Connection, one: _Stepping) -> None:
    """Hold the city as it is until the end of the transaction, and find out whether the letters may be written."""
    held, step = one.held, one.step
    names = {"campaign": held.campaign, "day": step.day, "city": step.city}
    first = {"status": "planned", "ticked": [], "changed_at": one.now}
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(day_city).values(**names, **first).on_conflict_do_nothing())
    state = connection.execute(
        select(day_city.c.status, day_city.c.permit).where(*_same(names)).with_for_update()
    ).one()
    why_not = _why_not(state, step)
    if why_not is not None:
        raise why_not
    if step.kind is StepKind.REVEAL and not _has_place(connection, names):
        raise Withheld(NO_PLACE, NO_PLACE_REMEDY)


def _same(names: Mapping[str, str]) -> list[ColumnElement[bool]]:
    return [day_city.c[name] == value for name, value in names.items()]


def _why_not(state: AnyRow, step: DayStep) -> Withheld | None:
    """What stands against a step, by what people changed of its city."""
    is_over = (
        state.status == "ended" and step.kind not in AFTER_THE_END and not step.step.startswith(CHANGE)
    )
    if is_over or (state.status == "aborted" and step.step != ABORTED):
        return Withheld(_STOPPED)
    is_closed = step.tells_place and state.permit in _CLOSED
    return Withheld(NO_PERMIT, NO_PERMIT_REMEDY) if is_closed else None


def _has_place(connection: Connection, names: dict[str, str]) -> bool:
    mine = [meeting.c[name] == value for name, value in names.items()]
    return connection.execute(select(meeting.c.city).where(*mine)).first() is not None


def _next_few(one: _Stepping, after: str) -> Select[Any]:
    in_the_city = volunteer.c.city == one.step.city
    is_awake = volunteer.c.rhythm != Rhythm.PAUSED.value
    return next_few(
        one.held.campaign, after, CHUNK, in_the_city, is_awake, _reads(one.held.language, one.languages)
    )


def _reads(language: str, known: Sequence[str]) -> ColumnElement[bool]:
    """Whether a volunteer reads it best in this language, of those that are known: as ``_best`` chooses."""
    not_first = volunteer.c.language.not_in(known)
    not_second = volunteer.c.reading.is_(None) | volunteer.c.reading.not_in(known)
    best = [volunteer.c.language == language, not_first & (volunteer.c.reading == language)]
    return or_(*best, not_first & not_second) if list(known[:1]) == [language] else or_(*best)


def _best(who: AnyRow, posts: Sequence[_Spread]) -> _Spread | None:
    """In their language, else in their second one, else in the most used one of the city: the place must reach them."""
    by_language = {each.language: each for each in posts}
    return by_language.get(who.language) or by_language.get(who.reading) or next(iter(posts), None)


def _who_come(connection: Connection, one: _Stepping, few: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """Those who are to get it. It is asked when their rows are locked, so that nobody signs up in between unseen."""
    if one.step.to is To.ALL:
        return few
    found = connection.execute(
        select(sign_up.c.person).where(
            sign_up.c.campaign == one.held.campaign,
            sign_up.c.day == one.step.day,
            sign_up.c.city == one.step.city,
            sign_up.c.person.in_([each.person for each in few]),
        )
    )
    signed = set(found.scalars())
    return [each for each in few if each.person in signed]


def _is_away(who: AnyRow, one: _Stepping) -> bool:
    due_at = one.step.arrives_at(one.held.planned_at, one.ends_at, who.zone)
    return who.paused_until is not None and who.paused_until > max(due_at, one.now)


def _row(one: _Stepping, who: AnyRow) -> dict[str, Any]:
    due_at = one.step.arrives_at(one.held.planned_at, one.ends_at, who.zone)
    return letter_row(
        who,
        (due_at, one.ends_at),
        post=one.post,
        after=one.held.id,
        account=one.held.account,
        campaign=one.held.campaign,
        planned_at=one.held.planned_at,
        changed_at=one.now,
    )


def _cancel_all(connection: Connection, one: _Stepping, why: str) -> None:
    letters = (delivery.c.post == one.post) & delivery.c.kind.startswith(LETTER)
    connection.execute(
        update(delivery)
        .where(letters, delivery.c.state == State.READY.value)
        .values(state=State.CANCELLED.value, reason=why, remedy=None, changed_at=one.now)
    )


def _days_of(connection: Connection, name: str) -> frozenset[tuple[str, str]]:
    found = connection.execute(select(sign_up.c.day, sign_up.c.city).where(sign_up.c.person == name))
    return frozenset((row.day, row.city) for row in found)


def _spread_in(connection: Connection, who: AnyRow, now: datetime) -> list[_Spread]:
    """What goes out to their city and is not over, step by step, the most used language first."""
    found = connection.execute(
        select(
            post.c.id, delivery.c.id.label("list"), post.c.account, post.c.language, post.c.body,
            delivery.c.planned_at, delivery.c.expires_at, delivery.c.state,
        )
        .join_from(post, delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == PUBLISH))
        .where(
            post.c.campaign == who.campaign,
            delivery.c.city == who.city,
            delivery.c.state.in_([state.value for state in GOES_OUT]),
            delivery.c.expires_at > now,
            is_step(post.c.slot),
        )
        .order_by(post.c.id)
    )  # fmt: skip
    return sorted(_each_spread(found), key=lambda each: (each.step.day, each.step.step))


def _each_spread(found: Iterable[Any]) -> Iterable[_Spread]:
    for row in found:
        step = step_of(row.body)
        if step is not None:
            begun = State(row.state) in _BEGUN
            yield _Spread(
                row.id, row.list, row.account, row.language, row.planned_at, row.expires_at, begun, step
            )


def _letters(connection: Connection, name: str, now: datetime) -> list[AnyRow]:
    """Every letter of a step to a volunteer whose time is not over."""
    found = connection.execute(
        select(delivery.c.id, delivery.c.post, delivery.c.state)
        .join(post, post.c.id == delivery.c.post)
        .where(delivery.c.kind == f"{LETTER}{name}", delivery.c.expires_at > now, is_step(post.c.slot))
        .order_by(delivery.c.id)
        .with_for_update(of=delivery)
    )
    return list(found.all())


def _settle(
    connection: Connection,
    who: AnyRow,
    posts: Sequence[_Spread],
    mine: Sequence[AnyRow],
    days: frozenset[tuple[str, str]],
    now: datetime,
) -> int | None:
    """Give the letter of one step, where they are to have it and have none. The post of the one that they keep."""
    of_step = {each.post for each in posts}
    has = next((each.post for each in mine if each.post in of_step and each.state not in UNSENT), None)
    wanted = _best(who, posts)
    if has is not None or wanted is None or not wanted.has_begun:
        return has
    if is_stopped(connection, who.campaign, wanted.step):
        return None
    due_at = wanted.step.arrives_at(wanted.planned_at, wanted.expires_at, who.zone)
    if not _is_meant(who, wanted.step, days, max(due_at, now)):
        return None
    _write(connection, who, wanted, max(due_at, now), now)
    return wanted.post


def _is_meant(who: AnyRow, step: DayStep, days: frozenset[tuple[str, str]], at: datetime) -> bool:
    is_paused = who.rhythm == Rhythm.PAUSED or (who.paused_until is not None and who.paused_until > at)
    comes = step.to is To.ALL or (step.day, step.city) in days
    return comes and not is_paused and who.left_at is None


def _write(connection: Connection, who: AnyRow, wanted: _Spread, due_at: datetime, now: datetime) -> None:
    row = letter_row(
        who,
        (due_at, wanted.expires_at),
        post=wanted.post,
        after=wanted.list,
        account=wanted.account,
        campaign=who.campaign,
        planned_at=wanted.planned_at,
        changed_at=now,
    )
    give_letter(connection, row)
