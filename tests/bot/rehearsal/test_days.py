"""Whether everybody got what an action day owes them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.rehearsal.crowd import Manner, crowd
from bot.rehearsal.days import DayLetter, judge_days, owed_steps
from bot.rehearsal.plots import Plot
from content.loader import load_campaign
from content.models import StepKind
from schedules.lifecycle import State
from schedules.people.steps import DayStep, To

CAMPAIGN = load_campaign(Path("content/examples/white-balloons"))
CROWD = crowd(CAMPAIGN)
AT = datetime(2027, 3, 20, 23, tzinfo=UTC)
THANKS = DayStep("release", "well-done", StepKind.THANKS, "berlin", To.SIGNED_UP)
SOMEBODY = next(who for who in CROWD if who.city == "berlin" and who.manner is Manner.STAYS)
NAME = (SOMEBODY.number, "release:well-done")


def _letter(*after: timedelta, state: State = State.SENT) -> DayLetter:
    taken = tuple(AT + each for each in after)
    return DayLetter(SOMEBODY, THANKS, AT, AT + timedelta(hours=12), state, taken)


MORNING = timedelta(hours=8)


def test_a_letter_that_came_once_in_the_morning_keeps_every_promise() -> None:
    verdict = judge_days([_letter(MORNING)], [NAME])
    assert verdict.holds
    assert verdict.sentence == "1 letter of action days sent, 0 unknown, 0 twice, 0 lost."


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (lambda: _letter(MORNING, MORNING), "twice"),
        (_letter, "lost"),
        (lambda: _letter(state=State.REFUSED), "lost"),
        (lambda: _letter(timedelta()), "untimely"),
        (lambda: _letter(timedelta(hours=13)), "untimely"),
        (lambda: _letter(state=State.READY), "open"),
    ],
)
def test_each_broken_promise_is_named(broken: Callable[[], DayLetter], promise: str) -> None:
    verdict = judge_days([broken()], [NAME])
    assert not verdict.holds
    assert getattr(verdict, promise) == (NAME,)


def test_what_was_owed_and_is_nowhere_is_lost_and_what_nobody_was_owed_is_unwanted() -> None:
    verdict = judge_days([_letter(MORNING)], [(1, "release:come")])
    assert verdict.lost == ((1, "release:come"),)
    assert verdict.unwanted == (NAME,)


def test_whoever_comes_is_owed_everything_and_whoever_stays_the_question_alone() -> None:
    people = [who for who in CROWD if who.city in {"berlin", "aleppo", None}]
    comes = [(SOMEBODY.number, "release")]
    found = set(owed_steps(CAMPAIGN, people, comes))
    steps = {number: {step for who, step in found if who == number} for number, _ in found}
    everything = {f"release:{name}" for name in ("come", "where", "two-hours", "well-done", "sit-down")}
    assert steps[SOMEBODY.number] == everything
    other = next(who for who in people if who.city == "berlin" and who != SOMEBODY)
    guarded = next(who for who in people if who.city == "aleppo")
    assert steps.get(other.number, {"release:come"}) == {"release:come"}
    assert steps[guarded.number] == everything - {"release:where"}
    off = Plot("release", danger="berlin")
    called_off = {
        step for who, step in owed_steps(CAMPAIGN, people, comes, [off]) if who == SOMEBODY.number
    }
    assert called_off == {"release:come", "release:where", "release:!aborted"}
    late = Plot("release", late="berlin")
    delayed = {step for who, step in owed_steps(CAMPAIGN, people, comes, [late]) if who == SOMEBODY.number}
    assert delayed == everything | {"release:!delayed"}
    assert not list(owed_steps(CAMPAIGN, [replace(SOMEBODY, manner=Manner.PAUSES)], comes))


def test_what_tells_of_a_change_may_come_before_the_day_it_is_planned_for() -> None:
    told = _letter(timedelta(hours=-3))
    assert not told.is_timely
    change = replace(THANKS, step="!aborted", kind=StepKind.REMINDER)
    assert replace(told, step=change).is_timely
