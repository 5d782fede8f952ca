"""The board of an action day in words: what its page and its message say alike."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from babel.units import format_unit

from content.filters import datetime_, number_, time_
from content.languages import in_digits
from content.words import Words
from schedules.action_days.board import CALLED, Board, CityView, Sent, StepView
from schedules.people.days import FEW
from schedules.planning.cities import Status
from schedules.walltime import zone

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
IN_DAYS: Final = 3 * DAY
"""From so long before or after T-0 on, whole days are not counted in hours."""


def totals_told(board: Board, reader_words: Words) -> Iterator[str]:
    """All cities together, line by line; it is said whose numbers these are."""
    totals = board.totals
    if totals.counted:
        yield reader_words.say(
            "{people} (captains’ estimates), cities with a number: {number} of {all}",
            people=people_told(totals.people, reader_words),
            number=totals.counted,
            all=totals.cities,
        )
    else:
        yield reader_words.say("No captain has told a number yet.")
    yield reader_words.say(
        "Cities that have begun: {number} of {all}", number=totals.begun, all=totals.cities
    )
    if totals.coming is not None:
        yield _coming(totals.coming, reader_words)


def city_told(city: CityView, reader_words: Words, seen_at: datetime) -> Iterator[str]:
    """What there is to say of a city, what matters most first.

    Args:
        seen_at: When the board is read (UTC); what begins on another date there is told with its date.
    """
    if city.danger_at is not None:
        yield reader_words.say("DANGER since {time}", time=_at(city, city.danger_at, reader_words))
    yield _status(city, reader_words, seen_at)
    if city.delay and city.status is Status.PLANNED:
        yield reader_words.say("{length} later than planned", length=reader_words.duration(city.delay))
    if city.is_held:
        yield reader_words.say("held: nothing is sent there")
    if city.people is not None:
        yield people_told(city.people, reader_words)
    if city.coming is not None and city.status is Status.PLANNED:
        yield _coming(city.coming, reader_words)


def people_told(people: int, reader_words: Words) -> str:
    """How many people, as somebody estimated."""
    return reader_words.count("about {n} person", "about {n} people", people)


def step_told(step: StepView, reader_words: Words) -> Iterator[str]:
    """How much of a step was sent; nothing where it sends nothing. Letters to fewer than five people are not counted out."""
    sent, late = step.count(Sent.ON_TIME, Sent.LATE), step.count(Sent.LATE)
    failed, waits = step.count(Sent.FAILED), step.count(Sent.WAITING)
    if sent:
        yield reader_words.say("sent: {number}", number=_shown(step, sent, reader_words))
    if late:
        yield reader_words.say("of these late: {number}", number=_shown(step, late, reader_words))
    if failed:
        yield reader_words.say("failed: {number}", number=_shown(step, failed, reader_words))
    if waits:
        yield reader_words.say("to be sent: {number}", number=_shown(step, waits, reader_words))


def offset_told(step: StepView, reader_words: Words) -> str:
    """When a step happens, from T-0 on, as organisers write it: ``T+2:30``, or ``T-7 days``."""
    away = abs(step.offset)
    sign = "-" if step.offset < timedelta() else "+"
    hours, minutes = away // HOUR, away % HOUR // MINUTE
    told = "T-0" if not away else f"T{sign}{hours}:{minutes:02}"
    if away >= IN_DAYS and not away % DAY:
        told = f"T{sign}{format_unit(away // DAY, 'day', locale=reader_words.habits.locale)}"
    return in_digits(told, reader_words.habits.digits)


def few_told(people: int, reader_words: Words) -> str:
    """How many people; fewer than five are not counted out."""
    if 0 < people < FEW:
        return reader_words.say("fewer than {number}", number=FEW)
    return number_(reader_words.habits, people)


def _coming(people: int, reader_words: Words) -> str:
    return reader_words.say("coming: {number}", number=few_told(people, reader_words))


def _shown(step: StepView, number: int, reader_words: Words) -> str:
    return few_told(number, reader_words) if step.is_private else number_(reader_words.habits, number)


def _status(city: CityView, reader_words: Words, seen_at: datetime) -> str:
    if city.status is Status.PLANNED:
        local, today = (at.astimezone(zone(city.zone)) for at in (city.starts_at, seen_at))
        if local.date() != today.date():
            return reader_words.say(
                "begins: {moment}", moment=datetime_(reader_words.habits, local, "short")
            )
        return reader_words.say("begins at {time}", time=_at(city, city.starts_at, reader_words))
    if city.status is Status.BEGUN and city.begun_at is not None:
        return reader_words.say("began at {time}", time=_at(city, city.begun_at, reader_words))
    if city.status is Status.ENDED and city.ended_at is not None:
        return reader_words.say("ended at {time}", time=_at(city, city.ended_at, reader_words))
    return reader_words.of(CALLED[city.status])


def _at(city: CityView, instant: datetime, reader_words: Words) -> str:
    return time_(reader_words.habits, instant.astimezone(zone(city.zone)))
