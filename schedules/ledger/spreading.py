"""A prompt of the day becomes one letter for each volunteer: in chunks, so that nobody else waits for the database.

Each chunk is one short transaction that also writes down how far it came and keeps the lease. Whoever takes over after
a crash goes on from there; a letter that is there already stays as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, false, func, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from schedules.ledger.ledger import AnyRow, Ledger
from schedules.ledger.values import Claimed
from schedules.lifecycle import LETTER, PUBLISH, State
from schedules.people.days import SLOT, DailyPrompt, arrival, prompt_of
from schedules.people.volunteers import Level, Rhythm
from schedules.store.tables import delivery, person, post, volunteer

CHUNK: Final = 1_000
"""Volunteers in one transaction."""
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
AFTER: Final = "after"
"""Under which name a list remembers the last volunteer that it has come to."""
UNSENT: Final = frozenset({State.READY, State.CANCELLED, State.EXPIRED})
GOES_OUT: Final = frozenset({State.READY, State.CLAIMED, State.SENDING, State.SENT})


class ClaimLost(Exception):
    """Somebody else spreads this by now; the transaction that finds it out is undone."""


@dataclass(frozen=True, slots=True)
class _Spreading:
    """One prompt that is spread.

    Attributes:
        siblings: The posts of the same day for others.
        cared_for: By languages, whom that day serves that goes out in them.
    """

    held: Claimed
    prompt: DailyPrompt
    siblings: tuple[int, ...]
    cared_for: tuple[tuple[str, tuple[Level, ...]], ...]
    now: datetime


async def spread(ledger: Ledger, held: Claimed, prompt: DailyPrompt) -> int | None:
    """Write the letters of a prompt that is marked.

    Returns:
        How many letters there are, or ``None`` where the claim was lost and somebody else goes on.
    """
    store, last = ledger.store, held.prepared.get(AFTER, "")
    post_id, others = await store.run(lambda connection: _day(connection, held, prompt))
    siblings = tuple(each.id for each in others)
    cared_for = tuple(_goes_out(others))
    while last is not None:
        one = _Spreading(held, prompt, siblings, cared_for, ledger.clock.now())
        chunk = partial(_chunk, ledger=ledger, one=one, after=str(last), post_id=post_id)
        try:
            last = await store.run(chunk)
        except ClaimLost:
            return None
    return await store.run(lambda connection: count(connection, post_id))


def _day(connection: Connection, held: Claimed, prompt: DailyPrompt) -> tuple[int, list[AnyRow]]:
    """The post that is spread, and the posts of the same day for others."""
    wanted = select(post.c.id, post.c.slot).join(delivery, delivery.c.post == post.c.id)
    own = connection.execute(wanted.where(delivery.c.id == held.id)).one()
    day = _posts_of_day(connection, held, prompt, own.slot)
    return own.id, [each for each in day if each.id != own.id]


def _posts_of_day(connection: Connection, held: Claimed, prompt: DailyPrompt, slot: str) -> list[AnyRow]:
    """The posts of which a volunteer gets one: those of that date, or of that urgent prompt."""
    same = (post.c.campaign == held.campaign) & (post.c.account == held.account)
    one_day = post.c.local_at.between(prompt.on.isoformat(), (prompt.on + DAY).isoformat())
    alike = post.c.slot.startswith(SLOT) if slot.startswith(SLOT) else post.c.slot == slot
    found = connection.execute(
        select(post.c.id, post.c.language, post.c.body, delivery.c.state)
        .join(delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == PUBLISH))
        .where(same, one_day, alike)
        .order_by(post.c.id)
    )
    return list(found.all())


def _goes_out(posts: Iterable[AnyRow]) -> Iterator[tuple[str, tuple[Level, ...]]]:
    """The languages of those that are out or will be, with whom they serve."""
    for each in posts:
        prompt = prompt_of(each.body)
        if prompt is not None and each.state in GOES_OUT:
            yield each.language, prompt.serves


def _chunk(
    connection: Connection, *, ledger: Ledger, one: _Spreading, after: str, post_id: int
) -> str | None:
    """Write the letters of the next few volunteers. The last of these, or ``None`` where nobody is left."""
    few = connection.execute(_next_few(one, after)).all()
    served = without_another(connection, one.siblings, few)
    rows = [letter for each in served if (letter := _letter(one, each, post_id)) is not None]
    write_letters(connection, rows)
    note_prompted(connection, [row["kind"].removeprefix(LETTER) for row in rows], one.prompt.on)
    last = few[-1].person if len(few) == CHUNK else None
    if not ledger.advance(connection, one.held, {AFTER: last or after}):
        raise ClaimLost
    return last


def _next_few(one: _Spreading, after: str) -> Select[Any]:
    serves = volunteer.c.level.in_([level.value for level in one.prompt.serves])
    return next_few(one.held.campaign, after, CHUNK, _reads(one), serves, is_their_turn(one.prompt.on))


def next_few(campaign: str, after: str, most: int, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The next volunteers of a campaign who are still here, by name; their rows stay locked."""
    return (
        select(
            volunteer.c.person,
            volunteer.c.zone,
            volunteer.c.hour,
            volunteer.c.city,
            volunteer.c.partner,
            volunteer.c.paused_until,
        )
        .join(person, person.c.id == volunteer.c.person)
        .where(
            volunteer.c.campaign == campaign,
            volunteer.c.person > after,
            person.c.left_at.is_(None),
            *conditions,
        )
        .order_by(volunteer.c.person)
        .limit(most)
        .with_for_update(of=volunteer)
    )


def _reads(one: _Spreading) -> ColumnElement[bool]:
    """Whether a volunteer reads it best: in their language, or in their second one where the day has none for them."""
    in_theirs = [
        (volunteer.c.language == language) & volunteer.c.level.in_([level.value for level in serves])
        for language, serves in one.cared_for
    ]
    second = (volunteer.c.reading == one.held.language) & not_(or_(false(), *in_theirs))
    return (volunteer.c.language == one.held.language) | second


def is_their_turn(on: date) -> ColumnElement[bool]:
    """Whether a volunteer is to get a prompt on a date: not while paused, and weekly once in seven days."""
    weekly = (volunteer.c.rhythm == Rhythm.WEEKLY.value) & or_(
        volunteer.c.prompted_on.is_(None),
        volunteer.c.prompted_on == on.isoformat(),
        volunteer.c.prompted_on <= (on - WEEK).isoformat(),
    )
    return (volunteer.c.rhythm == Rhythm.DAILY.value) | weekly


def without_another(connection: Connection, siblings: Sequence[int], few: Sequence[AnyRow]) -> list[AnyRow]:
    """Those who have no letter from one of these other posts: they changed their language or level meanwhile."""
    found = connection.execute(
        select(delivery.c.kind).where(
            delivery.c.post.in_(siblings),
            delivery.c.kind.in_([f"{LETTER}{each.person}" for each in few]),
            delivery.c.state != State.CANCELLED.value,
        )
    )
    have = set(found.scalars())
    return [each for each in few if f"{LETTER}{each.person}" not in have]


def _letter(one: _Spreading, who: AnyRow, post_id: int) -> dict[str, Any] | None:
    times = arrival(one.prompt, who.zone, who.hour, one.now)
    if times is None or (who.paused_until is not None and who.paused_until > max(times[0], one.now)):
        return None
    return letter_row(
        who,
        times,
        post=post_id,
        after=one.held.id,
        account=one.held.account,
        planned_at=one.held.planned_at,
    ) | {"campaign": one.held.campaign, "changed_at": one.now}


def letter_row(who: AnyRow, times: tuple[datetime, datetime], **of_list: Any) -> dict[str, Any]:
    """The row of one letter; a pause of the volunteer's city or partner covers it."""
    return {
        "kind": f"{LETTER}{who.person}",
        "city": who.city,
        "partner": who.partner,
        "state": State.READY.value,
        "due_at": times[0],
        "expires_at": times[1],
        **of_list,
    }


def write_letters(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert letters; one that is there already stays as it is."""
    if rows:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(delivery).on_conflict_do_nothing(), list(rows))


def locked_volunteer(connection: Connection, name: str) -> AnyRow | None:
    """What a volunteer chose, held against others until the end of the transaction; ``left_at`` with it."""
    return connection.execute(
        select(volunteer, person.c.left_at)
        .join(person, person.c.id == volunteer.c.person)
        .where(volunteer.c.person == name)
        .with_for_update(of=volunteer)
    ).one_or_none()


def give_letter(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write one letter; where it is there already and was not sent, as it is meant now."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(delivery).values(row)
    same = {
        name: new.excluded[name]
        for name in ("state", "due_at", "expires_at", "city", "partner", "changed_at")
    }
    unsent = delivery.c.state.in_([state.value for state in UNSENT])
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["post", "kind"], set_=same | {"reason": None, "remedy": None}, where=unsent
        )
    )


def cancel_letters(connection: Connection, letters: Sequence[int], why: str, now: datetime) -> None:
    """Cancel those of these letters that have not begun."""
    if letters:
        connection.execute(
            update(delivery)
            .where(delivery.c.id.in_(letters), delivery.c.state == State.READY.value)
            .values(state=State.CANCELLED.value, reason=why, remedy=None, changed_at=now)
        )


def note_prompted(connection: Connection, people: Sequence[str], on: date) -> None:
    """Remember the date of the last prompt of these volunteers."""
    earlier = volunteer.c.prompted_on.is_(None) | (volunteer.c.prompted_on < on.isoformat())
    connection.execute(
        update(volunteer).where(volunteer.c.person.in_(people), earlier).values(prompted_on=on.isoformat())
    )


def count(connection: Connection, post_id: int) -> int:
    """How many letters a post has become."""
    letters = delivery.c.kind.startswith(LETTER)
    found = connection.execute(
        select(func.count()).select_from(delivery).where(delivery.c.post == post_id, letters)
    )
    return found.scalar_one()
