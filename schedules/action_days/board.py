"""How an action day is going, for whoever looks at its board. Numbers of people are the estimates of captains."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.later import Phrase, later
from content.models import ActionDay, Campaign, City, Risk, Step, StepKind, Texts
from schedules.action_days import checkins, signups
from schedules.action_days.checkins import CheckIns
from schedules.action_days.timeline import starts_at
from schedules.lifecycle import LETTER, PUBLISH, State
from schedules.people.roles import EVERYTHING
from schedules.planning.cities import UNCHANGED, CityState, CityStates, Status, load_cities
from schedules.store.columns import MICROSECOND
from schedules.store.engine import Store
from schedules.store.tables import day_city, delivery, media, pause, photo, post

LATE: Final = timedelta(minutes=1)
"""What was accepted so long after its moment counts as late."""
_PARTS: Final = 2
"""Of the slot of a step on channels: the day and the step. That of letters has its language besides."""
BEFORE: Final = timedelta(days=1)
AFTER: Final = timedelta(days=1)
"""How long before the first T-0 and after the last one the board is kept."""
FAILED: Final = (State.REFUSED, State.EXPIRED, State.UNKNOWN)

CALLED: Final[Mapping[Status, Phrase]] = {
    Status.PLANNED: later("not begun yet"),
    Status.BEGUN: later("has begun"),
    Status.ENDED: later("is over"),
    Status.ABORTED: later("does not take place"),
}
"""What people call how far a city is."""

STEPS: Final[Mapping[StepKind, Phrase]] = {
    StepKind.POST: later("Post"),
    StepKind.PROMPT: later("Invitation"),
    StepKind.REMINDER: later("Reminder"),
    StepKind.REVEAL: later("The place is told"),
    StepKind.ROLL_CALL: later("Roll call"),
    StepKind.CHECK_IN: later("Captains are asked"),
    StepKind.COUNT_CLOSES: later("The count closes"),
    StepKind.ROUND_UP: later("Round-up"),
    StepKind.THANKS: later("Thanks"),
    StepKind.NEXT_ASK: later("The next ask"),
}
"""What people call the steps."""


class Sent(StrEnum):
    """What became of something that a step sends."""

    ON_TIME = "on_time"
    LATE = "late"
    FAILED = "failed"
    """Refused, expired, or nobody knows."""
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class CityView:
    """An open city on the board. Instants are in UTC.

    Attributes:
        starts_at: T-0 with every delay.
        people: How many are there, as the captain estimates; ``None`` where nobody said so.
        coming: How many say that they come, guests included; nothing in a public view.
        is_held: Whether nothing is sent there now; nothing in a public view.
        danger_at: When danger was reported; nothing in a public view, or once the captain is safe.
    """

    id: str
    name: Texts
    zone: str
    status: Status
    starts_at: datetime
    delay: timedelta
    begun_at: datetime | None
    ended_at: datetime | None
    people: int | None
    coming: int | None
    is_held: bool
    danger_at: datetime | None


@dataclass(frozen=True, slots=True)
class Totals:
    """All cities together, guarded ones included.

    Attributes:
        people: As captains estimate.
        counted: From how many cities there is an estimate.
        coming: How many say that they come; nothing in a public view.
    """

    cities: int
    begun: int
    people: int
    counted: int
    coming: int | None


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the day over all cities, with how much of it was sent.

    Attributes:
        at: T-0 of the first open city and the offset, in UTC.
        is_private: Whether it is written to people, whose number is no affair of the public.
    """

    kind: StepKind
    at: datetime
    offset: timedelta
    counts: Mapping[Sent, int]
    is_private: bool

    def count(self, *which: Sent) -> int:
        """How much of it ended like this."""
        return sum(self.counts.get(each, 0) for each in which)


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A picture that a reviewer has cleared, by the digest of its frozen bytes."""

    city: str
    sha256: str
    mime: str


@dataclass(frozen=True, slots=True)
class Board:
    """An action day at one instant.

    Attributes:
        is_public: Whether everybody may see it.
        seen_at: The instant, in UTC; two boards that differ in nothing else are equal.
        cities: Open ones alone, in the order of the campaign.
    """

    campaign: str
    day: str
    title: Texts
    is_public: bool
    seen_at: datetime = field(compare=False)
    totals: Totals
    cities: tuple[CityView, ...]
    steps: tuple[StepView, ...]
    photos: tuple[PhotoView, ...]


def is_kept(campaign: Campaign, day: ActionDay, states: CityStates, now: datetime) -> bool:
    """Whether it is time for the board of a day: from a day before its first T-0 until a day after its last one."""
    return any(
        -BEFORE <= now - _start(day, city) <= AFTER + states.get((day.id, city.id), UNCHANGED).delay
        for city in campaign.cities_of(day)
    )


def has_begun(campaign: Campaign, day: ActionDay, now: datetime) -> bool:
    """Whether it is T-0 somewhere, whatever was changed."""
    return any(_start(day, city) <= now for city in campaign.cities_of(day))


def may_be_public(campaign: Campaign, day: ActionDay, now: datetime) -> bool:
    """Whether a public board may be there: it is T-0 in an open city, so that it tells of no guarded one when it begins."""
    cities = (city for city in campaign.cities_of(day) if city.risk is Risk.OPEN)
    return any(_start(day, city) <= now - day.board_delay for city in cities)


async def read_board(
    store: Store, campaign: Campaign, day: ActionDay, now: datetime, *, public: bool
) -> Board:
    """The board of a day at ``now``; a public one as it was some time before, without what is nobody else's affair."""
    seen_at = now - day.board_delay if public else now
    cities = campaign.cities_of(day)
    known = await _known(store, campaign.id, day.id, seen_at)
    views = [_view(day, city, known, public=public) for city in cities]
    is_open = frozenset(city.id for city in cities if city.risk is Risk.OPEN)
    return Board(
        campaign=campaign.id,
        day=day.id,
        title=day.title,
        is_public=public,
        seen_at=seen_at,
        totals=_totals(views),
        cities=tuple(view for view in views if view.id in is_open),
        steps=tuple(_steps(day, cities, is_open, known.sent, public=public)),
        photos=tuple(each for each in known.photos if each.city in is_open),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says of a day as it was at an instant."""

    states: Mapping[str, CityState]
    reports: Mapping[str, CheckIns]
    coming: Mapping[str, int]
    is_held: bool
    held: frozenset[str]
    sent: Mapping[str, Mapping[Sent, int]]
    photos: tuple[PhotoView, ...]


async def _known(store: Store, campaign: str, day: str, seen_at: datetime) -> _Known:
    states = await load_cities(store, campaign)
    signed = await signups.coming(store, campaign, day)
    reports = await checkins.latest(store, campaign, day, told_by=seen_at)
    async with store.read() as connection:
        changed = await _changed(connection, campaign, day, seen_at)
        scopes = frozenset((await connection.execute(select(pause.c.scope))).scalars())
        return _Known(
            states={city: states.get((day, city), UNCHANGED) for city in changed},
            reports=reports,
            coming={city: each.together for city, each in signed.items()},
            is_held=not scopes.isdisjoint({EVERYTHING, f"campaign:{campaign}"}),
            held=scopes,
            sent=await _sent(connection, campaign, day, seen_at),
            photos=await _photos(connection, campaign, day, seen_at),
        )


async def _changed(
    connection: AsyncConnection, campaign: str, day: str, seen_at: datetime
) -> tuple[str, ...]:
    """The cities of which everything that people changed was changed by then. Others count as unchanged: nothing earlier is known."""
    mine = (day_city.c.campaign == campaign, day_city.c.day == day, day_city.c.changed_at <= seen_at)
    found = await connection.execute(select(day_city.c.city).where(*mine).order_by(day_city.c.city))
    return tuple(found.scalars())


async def _sent(
    connection: AsyncConnection, campaign: str, day: str, seen_at: datetime
) -> dict[str, dict[Sent, int]]:
    """How much of each step ended how, by the id of the step. What was spread into letters is counted by these."""
    is_letter = delivery.c.kind.startswith(LETTER)
    ended = _ended(seen_at)
    found = await connection.execute(
        select(post.c.slot, is_letter.label("is_letter"), ended.label("ended"), func.count().label("n"))
        .join(delivery, delivery.c.post == post.c.id)
        .where(
            post.c.campaign == campaign,
            post.c.slot.startswith(f"{day}:", autoescape=True),
            or_(is_letter, delivery.c.kind == PUBLISH),
            delivery.c.state != State.CANCELLED,
        )
        .group_by(post.c.slot, "is_letter", "ended")
    )
    counts: dict[str, dict[Sent, int]] = {}
    for row in found:
        parts = row.slot.split(":")
        was_spread = len(parts) > _PARTS and not row.is_letter and row.ended in {Sent.ON_TIME, Sent.LATE}
        if not was_spread:
            step = counts.setdefault(parts[1], {})
            step[Sent(row.ended)] = step.get(Sent(row.ended), 0) + row.n
    return counts


def _ended(seen_at: datetime) -> ColumnElement[str]:
    columns = delivery.c
    was_sent = and_(columns.state == State.SENT, columns.accepted_at <= seen_at)
    on_time = columns.accepted_at <= columns.planned_at + literal(LATE // MICROSECOND, BigInteger)
    has_failed = and_(columns.state.in_(FAILED), columns.changed_at <= seen_at)
    return case(
        (and_(was_sent, on_time), Sent.ON_TIME.value),
        (was_sent, Sent.LATE.value),
        (has_failed, Sent.FAILED.value),
        else_=Sent.WAITING.value,
    )


async def _photos(
    connection: AsyncConnection, campaign: str, day: str, seen_at: datetime
) -> tuple[PhotoView, ...]:
    cleared = (photo.c.cleared_by.is_not(None), photo.c.reviewed_at <= seen_at)
    found = await connection.execute(
        select(photo.c.city, photo.c.sha256, media.c.mime)
        .join(media, media.c.sha256 == photo.c.sha256)
        .where(photo.c.campaign == campaign, photo.c.day == day, *cleared)
        .order_by(photo.c.id)
    )
    return tuple(PhotoView(row.city, row.sha256, row.mime) for row in found)


def _view(day: ActionDay, city: City, known: _Known, *, public: bool) -> CityView:
    state, told = known.states.get(city.id, UNCHANGED), known.reports.get(city.id, checkins.NOTHING)
    coming = state.coming if city.risk is Risk.GUARDED else known.coming.get(city.id, 0)
    return CityView(
        id=city.id,
        name=city.name,
        zone=city.zone,
        status=_status(state, told),
        starts_at=_start(day, city) + state.delay,
        delay=state.delay,
        begun_at=told.begun_at,
        ended_at=told.ended_at,
        people=told.people,
        coming=None if public else coming,
        is_held=not public and (known.is_held or f"city:{city.id}" in known.held),
        danger_at=None if public else _danger(told),
    )


def _status(state: CityState, told: CheckIns) -> Status:
    """What was decided, or else what was reported."""
    if state.status in {Status.ABORTED, Status.ENDED}:
        return state.status
    if told.ended_at is not None:
        return Status.ENDED
    return state.status if told.begun_at is None else Status.BEGUN


def _danger(told: CheckIns) -> datetime | None:
    is_safe = told.safe_at is not None and told.danger_at is not None and told.safe_at > told.danger_at
    return None if is_safe else told.danger_at


def _has_begun(view: CityView) -> bool:
    return view.status is Status.BEGUN or view.begun_at is not None or view.people is not None


def _totals(views: Collection[CityView]) -> Totals:
    counted = [view.people for view in views if view.people is not None]
    coming = [view.coming for view in views if view.coming is not None]
    return Totals(
        cities=len(views),
        begun=sum(_has_begun(view) for view in views),
        people=sum(counted),
        counted=len(counted),
        coming=sum(coming) if coming else None,
    )


def _steps(
    day: ActionDay,
    cities: Collection[City],
    is_open: Collection[str],
    sent: Mapping[str, Mapping[Sent, int]],
    *,
    public: bool,
) -> Iterator[StepView]:
    """Those that concern an open city, so that nothing tells of a guarded one alone; in public what is published."""
    first = min((_start(day, city) for city in cities if city.id in is_open), default=None)
    for step in sorted(day.steps, key=lambda step: step.offset):
        if first is not None and _is_shown(step, is_open) and (step.channels or not public):
            counts = sent.get(step.id, {})
            yield StepView(step.kind, first + step.offset, step.offset, counts, not step.channels)


def _start(day: ActionDay, city: City) -> datetime:
    found = starts_at(day, city.zone).at
    if found is None:
        raise ValueError("a time that is shifted is never left out")
    return found


def _is_shown(step: Step, is_open: Collection[str]) -> bool:
    return step.is_general or any(step.includes(city) for city in is_open)
