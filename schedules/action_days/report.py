"""What became of an action day: the plan beside what happened, for each open city and each channel. Nobody is named.

Guarded cities are in the totals alone. Counts of volunteers below five are not counted out by whoever shows them.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, select

from content.models import ActionDay, Campaign, City, Goal, Risk, Step, StepKind
from schedules.accounts import accounts
from schedules.action_days.checkins import NOTHING, CheckIns, latest
from schedules.action_days.counts import count_up
from schedules.action_days.signups import Coming, coming
from schedules.action_days.timeline import starts_at
from schedules.clock import Clock
from schedules.ledger.tallies import Progress, posts_on, progress
from schedules.lifecycle import LETTER, PUBLISH, State
from schedules.people.days import NEVER
from schedules.people.steps import CHANGE, is_step
from schedules.planning.changes import WITHDRAWN
from schedules.planning.cities import UNCHANGED, CityState, load_cities
from schedules.planning.counts import Frozen, load_counts
from schedules.store.engine import Store
from schedules.store.tables import delivery, post, tally
from schedules.walltime import zone

LATE_AFTER: Final = timedelta(minutes=1)
PLATFORM: Final = "platform"
"""The setting of a stand-in's account that says for which platform it stands."""
REMOVED: Final = "an account that is not connected any more"
GUARDED: Final = "It was in a guarded city; the post itself tells why."
FAILED: Final = (State.REFUSED, State.UNKNOWN, State.EXPIRED, State.CANCELLED)
ENDED: Final = frozenset({State.SENT, *FAILED})


@dataclass(frozen=True, slots=True)
class Sends:
    """What became of some posts.

    Attributes:
        states: How many are in each state; their sum is how many were planned.
        late: How many were accepted more than a minute after their time.
        middle: By how much half of them were late at most; ``None`` where nothing was sent.
        most: The same for 99 of a hundred.
        worst: The same for all.
    """

    states: Mapping[State, int]
    late: int = 0
    middle: timedelta | None = None
    most: timedelta | None = None
    worst: timedelta | None = None

    @property
    def planned(self) -> int:
        """How many there are."""
        return sum(self.states.values())

    @property
    def waiting(self) -> int:
        """How many have not ended."""
        return sum(number for state, number in self.states.items() if state not in ENDED)

    def of(self, state: State) -> int:
        """How many are in one state."""
        return self.states.get(state, 0)


@dataclass(frozen=True, slots=True)
class Why:
    """Why some posts of a channel did not go out.

    Attributes:
        city: An open city; ``None`` where it speaks for the whole campaign or is guarded.
    """

    channel: str
    city: str | None
    state: State
    reason: str
    posts: int


@dataclass(frozen=True, slots=True)
class CityReport:
    """What became of the day in an open city.

    Attributes:
        starts_at: T-0 as it was planned, in UTC.
        coming: Who had signed up; ``None`` where nobody had.
    """

    city: City
    starts_at: datetime
    state: CityState
    reports: CheckIns
    coming: Coming | None
    sends: Sends


@dataclass(frozen=True, slots=True)
class Letters:
    """What became of what one step wrote to people, everywhere."""

    step: str
    kind: StepKind
    sent: int
    unknown: int
    unsent: int


@dataclass(frozen=True, slots=True)
class DayReport:
    """Everything that a report of an action day says.

    Attributes:
        made_at: When it was made, in UTC.
        counted: The frozen numbers; ``None`` while the count is open.
        so_far: The numbers as they are now: what arrived after the count is in them.
        cities: The open ones, in the order of the campaign.
        guarded: How many others took part.
        channels: By kind of platform; all cities together.
        everything: All posts together.
        prompts: What volunteers said of the campaign's prompts of that date; as they say themselves.
        earlier: The counted days before this one, the first one first, with their titles.
    """

    campaign: Campaign
    day: ActionDay
    made_at: datetime
    counted: Frozen | None
    so_far: Frozen
    cities: tuple[CityReport, ...]
    guarded: int
    channels: Mapping[str, Sends]
    everything: Sends
    reasons: tuple[Why, ...]
    letters: tuple[Letters, ...]
    coming: Coming
    prompts: Progress
    earlier: tuple[tuple[ActionDay, Frozen], ...]

    @property
    def goals(self) -> tuple[Goal, ...]:
        """What the campaign wants to reach, with numbers."""
        return (*self.campaign.interim_goals, self.campaign.goal)


async def report_on(store: Store, clock: Clock, campaign: Campaign, day: ActionDay) -> DayReport:
    """Everything that is known of a day now."""
    rows = await _posts(store, campaign, day)
    states, reports = await load_cities(store, campaign.id), await latest(store, campaign.id, day.id)
    signed = await coming(store, campaign.id, day.id)
    counts = await load_counts(store, campaign.id)
    crowd, by_city = count_up(campaign, day, states, reports)
    cities = campaign.cities_of(day)
    still_open = [city for city in cities if city.risk is Risk.OPEN]
    return DayReport(
        campaign=campaign,
        day=day,
        made_at=clock.now(),
        counted=counts.get(day.id),
        so_far=Frozen(clock.now(), crowd, by_city),
        cities=tuple(
            CityReport(
                city,
                _starts_at(day, city),
                states.get((day.id, city.id), UNCHANGED),
                reports.get(city.id, NOTHING),
                signed.get(city.id),
                sends_of([row for row in rows if row.city == city.id]),
            )
            for city in still_open
        ),
        guarded=len(cities) - len(still_open),
        channels=_by_channel(rows),
        everything=sends_of(rows),
        reasons=_reasons(rows, {city.id for city in still_open}),
        letters=await _letters(store, campaign, day),
        coming=Coming(
            sum(each.people for each in signed.values()), sum(each.guests for each in signed.values())
        ),
        prompts=await progress(store, await posts_on(store, campaign.id, _begins(day, campaign).date())),
        earlier=_earlier(campaign, day, counts),
    )


def sends_of(rows: Iterable[Any]) -> Sends:
    """What became of posts, from rows with ``state``, ``planned_at`` and ``accepted_at``. Pure."""
    states: Counter[State] = Counter()
    late: list[timedelta] = []
    for row in rows:
        states[State(row.state)] += 1
        if row.state == State.SENT and row.accepted_at is not None:
            late.append(max(timedelta(), row.accepted_at - row.planned_at))
    if not late:
        return Sends(states)
    late.sort()
    behind = sum(each > LATE_AFTER for each in late)
    return Sends(states, behind, _share(late, 0.5), _share(late, 0.99), late[-1])


def _share(ascending: Sequence[timedelta], share: float) -> timedelta:
    return ascending[math.ceil(share * len(ascending)) - 1]


def _starts_at(day: ActionDay, city: City) -> datetime:
    at = starts_at(day, city.zone).at
    if at is None:
        raise ValueError("a time that is shifted is never left out")
    return at


@dataclass(frozen=True, slots=True)
class _Row:
    channel: str
    city: str | None
    state: State
    reason: str
    planned_at: datetime
    accepted_at: datetime | None


async def _posts(store: Store, campaign: Campaign, day: ActionDay) -> list[_Row]:
    """Every post of the day that is still planned, and what it became; the lists of letters are among them."""
    platforms = {
        each.id: each.settings.get(PLATFORM, each.channel) for each in await accounts.list_all(store)
    }
    async with store.read() as connection:
        found = await connection.execute(_wanted(campaign, day))
        return [
            _Row(
                channel=platforms.get(row.account, REMOVED),
                city=row.city,
                state=State(row.state),
                reason=row.reason or "",
                planned_at=row.due_at if CHANGE in row.slot else row.planned_at,
                accepted_at=row.accepted_at,
            )
            for row in found
            if not _is_gone(row)
        ]


def _wanted(campaign: Campaign, day: ActionDay) -> Select[Any]:
    columns = (delivery.c.account, delivery.c.city, delivery.c.state, delivery.c.reason)
    return (
        select(post.c.slot, *columns, delivery.c.due_at, delivery.c.planned_at, delivery.c.accepted_at)
        .join_from(post, delivery, (delivery.c.post == post.c.id) & (delivery.c.kind == PUBLISH))
        .where(post.c.campaign == campaign.id, post.c.slot.startswith(f"{day.id}:", autoescape=True))
        .order_by(post.c.id)
    )


def _is_gone(row: Any) -> bool:
    """Whether the plan does not have it any more, or it is a text that was kept for a change that never came."""
    withdrawn = row.state == State.CANCELLED and row.reason in WITHDRAWN
    return withdrawn or (CHANGE in row.slot and row.due_at >= NEVER)


def _by_channel(rows: Sequence[_Row]) -> Mapping[str, Sends]:
    names = sorted({row.channel for row in rows})
    return {name: sends_of([row for row in rows if row.channel == name]) for name in names}


def _reasons(rows: Iterable[_Row], still_open: set[str]) -> tuple[Why, ...]:
    found = Counter(_why(row, still_open) for row in rows if row.state in FAILED)
    ordered = sorted(found.items(), key=lambda each: tuple(part or "" for part in each[0]))
    return tuple(
        Why(channel, city, state, reason, posts) for (channel, city, state, reason), posts in ordered
    )


def _why(row: _Row, still_open: set[str]) -> tuple[str, str | None, State, str]:
    """What a platform says may name the account, and by it a guarded city."""
    if row.city is None or row.city in still_open:
        return row.channel, row.city, row.state, row.reason
    return row.channel, None, row.state, GUARDED


async def _letters(store: Store, campaign: Campaign, day: ActionDay) -> tuple[Letters, ...]:
    """Of letters that are kept, and of those that were counted before they went."""
    found: Counter[tuple[str, State]] = Counter()
    of_day = (
        post.c.campaign == campaign.id,
        post.c.slot.startswith(f"{day.id}:", autoescape=True),
        is_step(post.c.slot),
    )
    async with store.read() as connection:
        for row in await connection.execute(_kept().where(*of_day)):
            found[_step_of(row.slot), State(row.state)] += row.letters
        for row in await connection.execute(_counted().where(*of_day)):
            found[_step_of(row.slot), State.SENT] += row.sent
            found[_step_of(row.slot), State.UNKNOWN] += row.unknown
    return tuple(_of_step(step, found) for step in day.steps if step.message and not step.channels)


def _kept() -> Select[Any]:
    return (
        select(post.c.slot, delivery.c.state, func.count().label("letters"))
        .join_from(post, delivery, delivery.c.post == post.c.id)
        .where(delivery.c.kind.startswith(LETTER))
        .group_by(post.c.slot, delivery.c.state)
    )


def _counted() -> Select[Any]:
    return select(post.c.slot, tally.c.sent, tally.c.unknown).join_from(
        post, tally, tally.c.post == post.c.id
    )


def _of_step(step: Step, found: Mapping[tuple[str, State], int]) -> Letters:
    states = {state: number for (name, state), number in found.items() if name == step.id}
    sent, unknown = states.pop(State.SENT, 0), states.pop(State.UNKNOWN, 0)
    return Letters(step.id, step.kind, sent, unknown, sum(states.values()))


def _step_of(slot: str) -> str:
    return slot.split(":")[1]


def _earlier(
    campaign: Campaign, day: ActionDay, counts: Mapping[str, Frozen]
) -> tuple[tuple[ActionDay, Frozen], ...]:
    def begins(each: ActionDay) -> datetime:
        return _begins(each, campaign)

    before = [each for each in campaign.action_days if each.id in counts and begins(each) < begins(day)]
    return tuple((each, counts[each.id]) for each in sorted(before, key=begins))


def _begins(day: ActionDay, campaign: Campaign) -> datetime:
    """T-0 by the clock of the campaign."""
    home = zone(campaign.zone)
    return day.at.astimezone(home) if day.at.tzinfo else day.at.replace(tzinfo=home)
