"""Who gets a prompt, when, and whether the bot can write to so many in time. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, floor
from typing import Final

from content.models import Level
from schedules.people.days import BEFORE_EVERYTHING, DailyPrompt, arrival

SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Volunteers who chose alike; those who pause are not among them."""

    language: str
    level: Level
    zone: str
    hour: int
    people: int


@dataclass(frozen=True, slots=True)
class Peak:
    """The moment at which most letters are due, in UTC, and how long sending them takes."""

    people: int
    at: datetime
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Reach:
    """What one date of prompts asks of the bot.

    Attributes:
        people: How many volunteers get one, at most: those who are asked once a week are counted every day.
        first_at: When the first letter is due, in UTC; ``last_at`` the last.
        late: How many of them cannot be written to before their quiet hours begin.
    """

    on: date
    people: int
    first_at: datetime
    last_at: datetime
    busiest: Peak
    late: int


@dataclass(frozen=True, slots=True)
class _Wave:
    due_at: datetime
    ends_at: datetime
    people: int


def reach(
    prompts: Iterable[tuple[DailyPrompt, str]], cohorts: Sequence[Cohort], rate: float
) -> Reach | None:
    """What prompts of one date ask of the bot; ``None`` where nobody gets one.

    Args:
        prompts: Each with its language.
        rate: Letters per second.
    """
    wanted = list(prompts)
    waves = sorted(_waves(wanted, cohorts), key=lambda wave: (wave.due_at, wave.ends_at))
    if not waves:
        return None
    return Reach(
        on=wanted[0][0].on,
        people=sum(wave.people for wave in waves),
        first_at=waves[0].due_at,
        last_at=waves[-1].due_at,
        busiest=_busiest(waves, rate),
        late=_late(waves, rate),
    )


def duration(length: timedelta) -> str:
    """A length of time for a person, such as ``2 min 32 s``."""
    minutes, seconds = divmod(ceil(length / SECOND), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (seconds, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "1 s"


def _waves(prompts: Iterable[tuple[DailyPrompt, str]], cohorts: Sequence[Cohort]) -> Iterator[_Wave]:
    for prompt, language in prompts:
        for cohort in cohorts:
            if cohort.language == language and cohort.level in prompt.serves:
                times = arrival(prompt, cohort.zone, cohort.hour, BEFORE_EVERYTHING)
                if times is not None:
                    yield _Wave(*times, cohort.people)


def _busiest(waves: Iterable[_Wave], rate: float) -> Peak:
    due: Counter[datetime] = Counter()
    for wave in waves:
        due[wave.due_at] += wave.people
    at, people = max(due.items(), key=lambda item: (item[1], -item[0].timestamp()))
    return Peak(people, at, SECOND * (people / rate))


def _late(waves: Iterable[_Wave], rate: float) -> int:
    late, free = 0, BEFORE_EVERYTHING
    for wave in waves:
        begins = max(free, wave.due_at)
        fit = floor(max((wave.ends_at - begins) / SECOND, 0) * rate)
        sent = min(wave.people, fit)
        late += wave.people - sent
        free = begins + SECOND * (sent / rate)
    return late
