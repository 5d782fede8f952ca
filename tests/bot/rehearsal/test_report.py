from dataclasses import replace
from datetime import date

from bot.rehearsal.report import CitiesVerdict, LettersVerdict, Progress, Verdict
from schedules.lifecycle import State
from tests.bot.rehearsal.factories import NOON


def test_verdict_that_holds_says_so() -> None:
    told = Verdict(posts=1_302, once=1_299, landed=(4,)).sentence
    assert told.startswith("1,302 posts planned, 1,299 accepted exactly once, 0 twice, 0 lost.")
    assert "None was altered" in told


def test_verdict_that_breaks_names_what_broke() -> None:
    verdict = Verdict(posts=3, once=1, twice=(7,), lost=(8,), early=(9,))
    assert not verdict.holds
    assert verdict.sentence == "3 posts planned, 1 accepted exactly once, 1 twice, 1 lost, 1 too early."


def test_progress_counts_what_is_done() -> None:
    counts = {State.READY: 3, State.SENT: 4, State.EXPIRED: 1, State.UNKNOWN: 1, State.SENDING: 1}
    progress = Progress(NOON, NOON, NOON, counts, ())
    assert (progress.total, progress.done) == (10, 6)


def test_verdict_on_letters_names_what_broke_and_counts_out_nobody() -> None:
    owed = (3, date(2027, 2, 2))
    verdict = LettersVerdict(people=40, sent=200, done=120, not_today=4, unknown=(owed,), unquiet=(owed,))
    assert not verdict.holds
    assert verdict.sentence == (
        "40 volunteers, 200 tasks sent, 120 done, <5 not today, <5 unknown, 0 twice, 0 lost, 1 in quiet hours."
    )


def test_verdict_on_cities_says_what_does_not_agree() -> None:
    verdict = CitiesVerdict(cities=18, begun=17, people=3_363, aborted=1, delayed=0, round_ups=10)
    assert verdict.holds
    assert verdict.sentence == (
        "17 of 18 cities began, 1 called off; 3,363 people by their captains, the same on the board "
        "and in 10 round-ups: 0 mismatches."
    )
    broken = replace(verdict, mismatches=("the board shows other cities than the open ones",))
    assert not broken.holds
    assert broken.sentence.endswith(": 1 mismatches. the board shows other cities than the open ones.")
