"""The letters of a rehearsal: the ledger beside what reached the phones, and whether each promise to volunteers was kept."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.rehearsal.crowd import Someone
from bot.rehearsal.report import LettersVerdict
from content.models import LEVELS, Level
from schedules.ledger.answers import Answer
from schedules.lifecycle import IN_FLIGHT, LETTER, State
from schedules.people.days import prompt_of, waking
from schedules.people.volunteers import HOURS
from schedules.store.engine import Store
from schedules.store.tables import delivery, post, response

Acceptance = Mapping[str, Any]
Span = tuple[datetime, datetime]
OPEN: Final = IN_FLIGHT | {State.PLANNED, State.READY}


@dataclass(frozen=True, slots=True)
class Letter:
    """One prompt of one date to one volunteer.

    Attributes:
        level: Who may come to see that it was done.
        state: What the ledger says; ``None`` where it was taken away with everything else of them.
        answer: What they said of it.
        taken: When it reached the phone, in UTC; once, if all is well.
    """

    to: Someone
    on: date
    level: Level
    state: State | None
    answer: Answer | None
    taken: tuple[datetime, ...]

    @property
    def span(self) -> Span:
        """From when until when it may arrive, by the hour that they chose and the quiet hours there, in UTC."""
        times = waking(self.on, self.to.zone, self.to.hour)
        assert times is not None, "no campaign has a date that a zone leaves out"  # noqa: S101 - for the type checker
        return times.due_at, times.ends_at

    @property
    def is_wakeful(self) -> bool:
        """Whether it came on its own date and outside the quiet hours, as the wall clock there says."""
        local = [at.astimezone(ZoneInfo(self.to.zone)) for at in self.taken]
        return all(at.date() == self.on and at.hour in HOURS for at in local)

    @property
    def is_timely(self) -> bool:
        """Whether it came neither before its hour nor after its time."""
        begins, ends = self.span
        return all(begins <= at <= ends for at in self.taken)


async def letters(
    store: Store, crowd: Mapping[str, Someone], accepted: Iterable[Acceptance]
) -> tuple[Letter, ...]:
    """Every letter of the ledger, and those that reached a phone although the ledger has none.

    Args:
        crowd: Everybody by pseudonym.
        accepted: What the phones got.
    """
    taken: dict[str, list[Acceptance]] = {}
    for entry in accepted:
        if prompt_of(entry) is not None:
            taken.setdefault(entry["key"], []).append(entry)
    rows = [row for row in await _rows(store) if prompt_of(row.body) is not None]
    found = [_letter(row, crowd, taken.pop(_key(row), [])) for row in rows]
    found += [_stray(crowd, entries) for entries in taken.values()]
    return tuple(sorted(found, key=lambda each: (each.on, each.to.number)))


def judge_letters(
    found: Sequence[Letter], owed: Iterable[tuple[int, date]], outages: Sequence[Span]
) -> LettersVerdict:
    """Whether everybody got what they were owed: once, in their own waking hours, never above their level.

    Args:
        owed: The numbers of volunteers with the dates on which they are to get a prompt.
        outages: When the bot could not write at all; a letter whose time ran out then is not lost.
    """
    wanted = set(owed)
    arrived = Counter((each.to.number, each.on) for each in found for _ in each.taken)
    there = {(each.to.number, each.on) for each in found}
    faults = {
        "twice": [key for key, times in arrived.items() if times > 1],
        "lost": [*sorted(wanted - there), *_keys(each for each in found if _is_lost(each, outages))],
        "unwanted": [key for key in arrived if key not in wanted],
        "above": _keys(each for each in found if _is_above(each)),
        "unquiet": _keys(each for each in found if not each.is_wakeful),
        "untimely": _keys(each for each in found if not each.is_timely),
        "open": _keys(each for each in found if each.state in OPEN),
    }
    return LettersVerdict(
        people=len({number for number, _ in wanted}),
        sent=_count(found, State.SENT) + sum(each.state is None for each in found),
        done=sum(each.answer is Answer.DONE for each in found),
        not_today=sum(each.answer is Answer.NOT_TODAY for each in found),
        expired=_count(found, State.EXPIRED),
        unknown=tuple(_keys(each for each in found if each.state is State.UNKNOWN)),
        **{name: tuple(keys) for name, keys in faults.items()},
    )


def _is_lost(letter: Letter, outages: Sequence[Span]) -> bool:
    """Whether it never came although nothing excuses that."""
    if letter.state is State.SENT:
        return not letter.taken
    if letter.state is not State.EXPIRED:
        return letter.state is State.REFUSED
    begins, ends = letter.span
    return not any(begins <= over and start <= ends for start, over in outages)


def _is_above(letter: Letter) -> bool:
    return bool(letter.taken) and LEVELS.index(letter.level) > LEVELS.index(letter.to.level)


def _keys(found: Iterable[Letter]) -> list[tuple[int, date]]:
    return [(each.to.number, each.on) for each in found]


def _count(found: Iterable[Letter], state: State) -> int:
    return sum(each.state is state for each in found)


async def _rows(store: Store) -> Sequence[Any]:
    columns = delivery.c
    wanted = (
        select(
            post.c.key,
            columns.kind,
            columns.state,
            post.c.body,
            response.c.answer,
        )
        .join(post, post.c.id == columns.post)
        .join(response, response.c.delivery == columns.id, isouter=True)
        .where(columns.kind.startswith(LETTER), columns.state != State.CANCELLED.value)
        .order_by(columns.id)
    )
    async with store.read() as connection:
        return (await connection.execute(wanted)).all()


def _key(row: Any) -> str:
    return f"{row.key}#{row.kind.removeprefix(LETTER)}"


def _letter(row: Any, crowd: Mapping[str, Someone], taken: Sequence[Acceptance]) -> Letter:
    prompt = prompt_of(row.body)
    assert prompt is not None, "only prompts have volunteers"  # noqa: S101 - for the type checker
    return Letter(
        to=crowd[row.kind.removeprefix(LETTER)],
        on=prompt.on,
        level=prompt.level,
        state=State(row.state),
        answer=None if row.answer is None else Answer(row.answer),
        taken=_times(taken),
    )


def _stray(crowd: Mapping[str, Someone], taken: Sequence[Acceptance]) -> Letter:
    prompt = prompt_of(taken[0])
    assert prompt is not None, "phones get nothing but prompts"  # noqa: S101 - for the type checker
    to = crowd[taken[0]["key"].rpartition("#")[2]]
    return Letter(to, prompt.on, prompt.level, None, None, _times(taken))


def _times(taken: Iterable[Acceptance]) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(entry["at"]) for entry in taken)
