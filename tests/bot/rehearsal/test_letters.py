from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from bot.rehearsal.crowd import Someone
from bot.rehearsal.letters import Letter, judge_letters
from content.models import Level
from schedules.ledger.answers import Answer
from schedules.lifecycle import State

ON: Final = date(2027, 2, 2)
AMAL: Final = Someone(1, "ar", "amman", "Asia/Amman", 20, Level.ONE, is_guarded=False)
EIGHT: Final = datetime(2027, 2, 2, 17, tzinfo=UTC)
"""Eight in the evening in Amman."""
LETTER: Final = Letter(AMAL, ON, Level.NOBODY, State.SENT, Answer.DONE, (EIGHT,))
HOUR: Final = timedelta(hours=1)


def judged(*found: Letter, **more: Any) -> Any:
    return judge_letters(found, [(1, ON)], more.get("outages", ()))


def test_a_letter_that_came_once_at_its_hour_keeps_every_promise() -> None:
    verdict = judged(LETTER)
    assert verdict.holds
    assert (verdict.people, verdict.sent, verdict.done, verdict.not_today) == (1, 1, 1, 0)
    assert verdict.sentence.startswith(
        "1 volunteer, 1 tasks sent, <5 done, 0 not today, 0 unknown, 0 twice"
    )


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (lambda: replace(LETTER, taken=(EIGHT, EIGHT)), "twice"),
        (lambda: replace(LETTER, taken=()), "lost"),
        (lambda: replace(LETTER, state=State.EXPIRED, taken=()), "lost"),
        (lambda: replace(LETTER, state=State.REFUSED, taken=()), "lost"),
        (lambda: replace(LETTER, level=Level.PUBLIC), "above"),
        (lambda: replace(LETTER, taken=(EIGHT + 2 * HOUR,)), "unquiet"),
        (lambda: replace(LETTER, taken=(EIGHT - HOUR,)), "untimely"),
        (lambda: replace(LETTER, state=State.READY, taken=()), "open"),
        (lambda: replace(LETTER, on=ON + timedelta(days=1), taken=(EIGHT + 24 * HOUR,)), "unwanted"),
    ],
)
def test_each_broken_promise_is_named(broken: Callable[[], Letter], promise: str) -> None:
    letter = broken()
    verdict = judged(letter)
    assert not verdict.holds
    assert (1, letter.on) in getattr(verdict, promise)
    assert "None came" not in verdict.sentence


def test_whoever_never_had_a_letter_lost_it() -> None:
    assert judged().lost == ((1, ON),)


def test_two_prompts_of_one_date_are_one_too_many() -> None:
    assert judged(LETTER, replace(LETTER, answer=None)).twice == ((1, ON),)


def test_what_ran_out_of_time_in_an_outage_is_not_lost() -> None:
    expired = replace(LETTER, state=State.EXPIRED, taken=())
    verdict = judged(expired, outages=[(EIGHT - HOUR, EIGHT + 3 * HOUR)])
    assert verdict.holds
    assert verdict.expired == 1


@pytest.mark.parametrize("taken", [(), (EIGHT,)])
def test_what_nobody_can_tell_is_listed_and_breaks_nothing(taken: tuple[datetime, ...]) -> None:
    verdict = judged(replace(LETTER, state=State.UNKNOWN, answer=None, taken=taken))
    assert verdict.holds
    assert verdict.unknown == ((1, ON),)
    assert "<5 unknown" in verdict.sentence


def test_what_was_taken_away_with_somebody_counts_as_sent() -> None:
    assert judged(replace(LETTER, state=None, answer=None)).sent == 1
