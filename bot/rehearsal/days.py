"""What the action days of a rehearsal write to people: the ledger beside what reached the phones."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.rehearsal.crowd import Manner, Someone
from bot.rehearsal.plots import ABORT, Plot
from bot.rehearsal.report import DaysVerdict
from bot.rehearsal.stage import Stage
from content.models import ActionDay, Campaign, City, DayChange, Risk, Step, StepKind
from schedules.action_days.meetings import Meeting, write_meeting
from schedules.lifecycle import LETTER, State
from schedules.people.steps import CHANGE, PATIENT, DayStep, To, step_of
from schedules.people.volunteers import HOURS
from schedules.store.engine import Store
from schedules.store.tables import delivery, post

Acceptance = Mapping[str, Any]
OPEN: Final = frozenset({State.PLANNED, State.READY, State.CLAIMED, State.SENDING})


@dataclass(frozen=True, slots=True)
class DayLetter:
    """One step of an action day, written to one volunteer.

    Attributes:
        at: The instant of the step, and ``ends_at`` when it is too late, in UTC.
        taken: When it reached the phone, in UTC; once, if all is well.
        key: What the stand-ins know it by.
    """

    to: Someone
    step: DayStep
    at: datetime
    ends_at: datetime
    state: State
    taken: tuple[datetime, ...]
    key: str = ""

    @property
    def name(self) -> tuple[int, str]:
        """Who got which step."""
        return self.to.number, f"{self.step.day}:{self.step.step}"

    @property
    def is_timely(self) -> bool:
        """Whether it came neither too early nor too late, and by day where it can wait for the day."""
        hours = [at.astimezone(ZoneInfo(self.to.zone)).hour for at in self.taken]
        by_day = self.step.kind not in PATIENT or all(hour in HOURS for hour in hours)
        tells_change = self.step.step.startswith(CHANGE)
        return by_day and all((tells_change or self.at <= at) and at <= self.ends_at for at in self.taken)


async def fill_in(stage: Stage, campaign: Campaign) -> None:
    """Fill in an invented meeting place for every city that is told one."""
    app, clock = stage.app, stage.clock
    for day in campaign.action_days:
        for city in campaign.cities_of(day):
            if day.reveal is not None and day.reveal.includes(city.id):
                place = Meeting(a="At the fountain of this rehearsal")
                await write_meeting(app.store, app.vault, clock, campaign.id, day.id, city.id, place)


def owed_steps(
    campaign: Campaign,
    crowd: Iterable[Someone],
    coming: Iterable[tuple[int, str]],
    plots: Iterable[Plot] = (),
) -> Iterator[tuple[int, str]]:
    """Who is to get which step: everybody who is asked, and then whoever comes; in guarded cities everybody.

    Where a day is called off, nothing that comes later but that; where it is delayed, that besides.

    Args:
        coming: The numbers of volunteers with the days for which they signed up.
    """
    signed, cities = set(coming), {city.id: city for city in campaign.cities}
    plotted = {plot.day: plot for plot in plots}
    for who in crowd:
        city = cities.get(who.city or "")
        if city is None or who.manner is not Manner.STAYS:
            continue
        for day in campaign.action_days:
            comes = city.risk is Risk.GUARDED or not _asks(day, city) or (who.number, day.id) in signed
            plot = plotted.get(day.id, Plot(day.id))
            for step in day.steps:
                is_off = city.id == plot.danger and step.offset > ABORT
                if _is_written(day, step, city) and not is_off and (comes or step.kind is StepKind.PROMPT):
                    yield who.number, f"{day.id}:{step.id}"
            for change in _changes(day, plot, city.id):
                if comes or To(day.reveal_to) is To.ALL:
                    yield who.number, f"{day.id}:{CHANGE}{change}"


async def day_letters(
    store: Store, crowd: Mapping[str, Someone], accepted: Iterable[Acceptance]
) -> tuple[DayLetter, ...]:
    """Every letter of an action day that the ledger has.

    Args:
        crowd: Everybody by pseudonym.
        accepted: What the phones got.
    """
    taken: dict[str, list[datetime]] = {}
    for entry in accepted:
        taken.setdefault(entry["key"], []).append(datetime.fromisoformat(entry["at"]))
    columns = delivery.c
    wanted = (
        select(post.c.key, post.c.body, columns.kind, columns.state, columns.planned_at, columns.expires_at)
        .join(post, post.c.id == columns.post)
        .where(columns.kind.startswith(LETTER), columns.state != State.CANCELLED.value)
        .order_by(columns.id)
    )
    async with store.read() as connection:
        rows = (await connection.execute(wanted)).all()
    return tuple(
        _letter(row, step, crowd, taken) for row in rows if (step := step_of(row.body)) is not None
    )


def judge_days(found: Sequence[DayLetter], owed: Iterable[tuple[int, str]]) -> DaysVerdict:
    """Whether everybody got what an action day owes them: once, and in time."""
    wanted, there = set(owed), {each.name for each in found}
    arrived = Counter(each.name for each in found for _ in each.taken)
    missing = [each.name for each in found if _is_lost(each)]
    return DaysVerdict(
        sent=sum(each.state is State.SENT for each in found),
        unknown=tuple(each.name for each in found if each.state is State.UNKNOWN),
        twice=tuple(name for name, times in arrived.items() if times > 1),
        lost=(*sorted(wanted - there), *missing),
        unwanted=tuple(name for name in arrived if name not in wanted),
        untimely=tuple(each.name for each in found if not each.is_timely),
        open=tuple(each.name for each in found if each.state in OPEN),
    )


def _letter(
    row: Any, step: DayStep, crowd: Mapping[str, Someone], taken: Mapping[str, Sequence[datetime]]
) -> DayLetter:
    name = row.kind.removeprefix(LETTER)
    key = f"{row.key}#{name}"
    times = tuple(taken.get(key, ()))
    return DayLetter(crowd[name], step, row.planned_at, row.expires_at, State(row.state), times, key)


def _is_lost(letter: DayLetter) -> bool:
    if letter.state is State.SENT:
        return not letter.taken
    return letter.state in {State.REFUSED, State.EXPIRED}


def _asks(day: ActionDay, city: City) -> bool:
    return any(step.kind is StepKind.PROMPT and step.includes(city.id) for step in day.steps)


def _changes(day: ActionDay, plot: Plot, city: str) -> Iterator[DayChange]:
    """What people in a city are told that changed."""
    came = {DayChange.DELAYED: plot.late, DayChange.ABORTED: plot.danger}
    yield from (change for change, _ in day.change_steps if came.get(change) == city)


def _is_written(day: ActionDay, step: Step, city: City) -> bool:
    entry = day.city(city.id)
    if entry is None or not step.message or step.channels or not step.includes(city.id):
        return False
    return entry.permit.is_open or not step.tells_place
