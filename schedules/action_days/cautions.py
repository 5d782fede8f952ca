"""What an organiser should know before an action day is approved. Pure; all of it warnings."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import combinations, pairwise
from typing import Final

import regex

from content.errors import Problem, Severity
from content.models import ActionDay, Campaign, City, Effort, Event, Gap, Overlap, StepKind
from content.reading.known import listed, shown
from schedules.action_days.counts import closes_at
from schedules.action_days.timeline import TimedStep, Timeline, starts_at, timelines
from schedules.walltime import SHOWN, Note, resolve, zone

NIGHT: Final = (time(22), time(7))
"""From when to when nobody is written to; local."""
HOUR: Final = timedelta(hours=1)
NEAR: Final = timedelta(days=2)
"""Further apart than this, two dates are no hour of each other in any zone, however long an event lasts."""
ENOUGH: Final = 2
"""A captain and a deputy."""
WARM: Final = timedelta(hours=48)
"""How long after T-0 those who came are still ready to be asked for more."""
EFFORTS: Final = tuple(Effort)
"""From the least to the most."""
_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")


def cautions(campaign: Campaign) -> Iterator[Problem]:
    """Every warning about the action days of a campaign that needs no account."""
    for day in campaign.action_days:
        yield from _nights(day, campaign)
        yield from _clock_changes(day, campaign)
        yield from _no_deputies(day, campaign)
        yield from _outside_events(day, campaign)
        yield from _no_next_ask(day, campaign)
        yield from _early_round_ups(day, campaign)
    for one, other in combinations(campaign.action_days, 2):
        yield from _collisions(one, other, campaign)


def over(campaign: Campaign, now: datetime) -> Iterator[Problem]:
    """A warning for each action day whose T-0 has passed; none where T-0 is the moment of a launch, or will be.

    Args:
        now: Aware.
    """
    if campaign.dormant or campaign.launched_at is not None:
        return
    for day in campaign.action_days:
        starts = {
            line.city.id: line.starts_at for line in timelines(day, campaign) if line.city is not None
        }
        passed = [city for city, at in starts.items() if at <= now]
        if passed:
            where = "" if len(passed) == len(starts) else f" in {listed(passed)}"
            what = f"its T-0, {day.at:{SHOWN}}, is over{where}"
            remedy = "What would have been before now does not happen. Correct `at` if that is not meant."
            yield _caution(day, "day-over", what, remedy)


def is_night(local_at: datetime) -> bool:
    """Whether people sleep at a wall time."""
    begins, ends = NIGHT
    return local_at.time() >= begins or local_at.time() < ends


def _nights(day: ActionDay, campaign: Campaign) -> Iterator[Problem]:
    sleeping: dict[str, list[str]] = {}
    for line in timelines(day, campaign):
        for timed in line.steps:
            if line.city is not None and _wakes(timed):
                sleeping.setdefault(timed.step.id, []).append(f"{line.city.id} {timed.local_at:%H:%M}")
    for step, cities in sleeping.items():
        what = f"the step {shown(step)} reaches people at night: {listed(cities)}"
        remedy = "Choose another offset, or a step of its own for these cities."
        yield _caution(day, "step-at-night", what, remedy)


def _wakes(timed: TimedStep) -> bool:
    written = not timed.step.channels and timed.step.kind is not StepKind.COUNT_CLOSES
    return written and is_night(timed.local_at)


def _clock_changes(day: ActionDay, campaign: Campaign) -> Iterator[Problem]:
    between: dict[tuple[str, str], dict[str, None]] = {}
    same_day: dict[str, None] = {}
    noted: dict[str, Timeline] = {}
    for line in timelines(day, campaign):
        for before, after in pairwise(line.steps):
            if after.shifted:
                between.setdefault((before.step.id, after.step.id), {})[line.zone] = None
        if _changes_on(line):
            same_day[line.zone] = None
        if line.note is not Note.NONE:
            noted.setdefault(line.zone, line)
    yield from (_moved(day, line) for line in noted.values())
    if same_day:
        what = f"the clocks change on the day itself: {listed(same_day)}"
        remedy = "Look at the hours of these cities, and tell their captains which clock counts."
        yield _caution(day, "clock-change-on-the-day", what, remedy)
    for (before_id, after_id), zones in between.items():
        what = (
            f"the clocks change between the steps {shown(before_id)} and {shown(after_id)}: {listed(zones)}"
        )
        remedy = f"Look at the hour of {shown(before_id)} there: on the wall it is not as far from T-0 as its offset."
        yield _caution(day, "clock-change", what, remedy)


def _changes_on(line: Timeline) -> bool:
    place = zone(line.zone)
    midnight = datetime.combine(line.local_at.date(), time.min, place)
    following = datetime.combine(line.local_at.date() + timedelta(days=1), time.min, place)
    return midnight.utcoffset() != following.utcoffset()


def _moved(day: ActionDay, line: Timeline) -> Problem:
    asked = f"{day.at:{SHOWN}}"
    if line.note is Note.GAP_SHIFTED:
        what = f"T-0, {asked}, does not exist in {line.zone}: the clocks jump over it, and it becomes {line.local_at:{SHOWN}}"
    else:
        what = f"T-0, {asked}, comes twice in {line.zone}: the first is meant, {line.starts_at:{SHOWN}} UTC"
    return _caution(day, f"time-{line.note}", what, "Choose another hour if that is not meant.")


def _no_deputies(day: ActionDay, campaign: Campaign) -> Iterator[Problem]:
    entries = ((city.id, day.city(city.id)) for city in campaign.cities_of(day))
    alone = [name for name, entry in entries if entry is not None and entry.captains < ENOUGH]
    if alone:
        what = f"there is no deputy in {listed(alone)}"
        remedy = "Write captains = 2 and find a second person: who is alone cannot be relieved."
        yield _caution(day, "deputy-missing", what, remedy)


def _collisions(one: ActionDay, other: ActionDay, campaign: Campaign) -> Iterator[Problem]:
    starts = {line.city.id: line.starts_at for line in timelines(one, campaign) if line.city is not None}
    together = [
        line.city.id
        for line in timelines(other, campaign)
        if line.city is not None
        and line.city.id in starts
        and abs(starts[line.city.id] - line.starts_at) < HOUR
    ]
    yield from _collide(other, f"the action day {shown(one.id)}", together)


def _outside_events(day: ActionDay, campaign: Campaign) -> Iterator[Problem]:
    for event in campaign.events:
        if event.all_day or abs(event.on - day.at.date()) > NEAR:
            continue
        cities = (city for city in campaign.cities_of(day) if _is_about(event, city))
        together = [city.id for city in cities if _overlap(day, event, city)]
        yield from _collide(day, f"{shown(event.title)} in the calendar {shown(event.calendar)}", together)


def _is_about(event: Event, city: City) -> bool:
    names = {city.id, *city.name.values()}
    words = [f" {' '.join(_WORD.findall(place.casefold()))} " for place in event.places]
    return any(
        f" {' '.join(_WORD.findall(name.casefold()))} " in place for name in names for place in words
    )


def _overlap(day: ActionDay, event: Event, city: City) -> bool:
    start = starts_at(day, city.zone).at
    begins = event.at
    if begins.tzinfo is None:
        begins = resolve(begins, city.zone, gap=Gap.SHIFT, overlap=Overlap.FIRST).at or begins
    return start is not None and begins - HOUR < start < begins + max(HOUR, event.lasts)


def _no_next_ask(day: ActionDay, campaign: Campaign) -> Iterator[Problem]:
    efforts = {message.id: EFFORTS.index(message.ask.effort) for message in campaign.messages}
    asked = [efforts.get(step.message or "", 0) for step in day.steps if step.kind is StepKind.PROMPT]
    harder = min(max(asked, default=0) + 1, len(EFFORTS) - 1)
    following = [
        step
        for step in day.steps
        if step.kind is StepKind.NEXT_ASK
        and timedelta() < step.offset <= WARM
        and efforts.get(step.message or "", 0) >= harder
    ]
    left = [city.id for city in campaign.cities_of(day) if not any(s.includes(city.id) for s in following)]
    if left:
        what = f"nothing harder is asked within 48 hours after T-0 in {listed(left)}"
        remedy = (
            'Add a step with kind = "next_ask" and a message of more effort, to everybody who came: '
            "people who have just come are ready for more, and never again as much."
        )
        yield _caution(day, "no-next-ask", what, remedy)


def _early_round_ups(day: ActionDay, campaign: Campaign) -> Iterator[Problem]:
    closes, zones = closes_at(day, campaign), {city.id: city.zone for city in campaign.cities_of(day)}
    for step in day.steps:
        if step.kind is not StepKind.ROUND_UP or closes is None:
            continue
        meant = (
            {campaign.zone} if step.is_general else {zones[city] for city in zones if step.includes(city)}
        )
        due = [at + step.offset for name in meant if (at := starts_at(day, name).at) is not None]
        if due and min(due) <= closes:
            what = (
                f"the round-up {shown(step.id)} is due at {min(due):{SHOWN}} UTC, "
                f"and the count of the last city closes at {closes:{SHOWN}} UTC"
            )
            remedy = "Give it a larger offset, with time for its approval."
            yield _caution(day, "round-up-early", what, remedy)


def _collide(day: ActionDay, with_what: str, cities: Iterable[str]) -> Iterator[Problem]:
    names = listed(cities)
    if names:
        what = f"it begins within an hour of {with_what} in {names}"
        remedy = "Agree on one of them, or move one: two gatherings at one hour halve each other."
        yield _caution(day, "events-collide", what, remedy)


def _caution(day: ActionDay, code: str, what: str, remedy: str) -> Problem:
    return Problem(code, f"action_days/{day.id}.toml", what, remedy, severity=Severity.WARNING)
