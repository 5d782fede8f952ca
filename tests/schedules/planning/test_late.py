from datetime import timedelta

import pytest

from content.models import AskKind, Step, StepKind
from schedules.planning.late import late_by, late_letter
from tests.schedules.planning.factories import slot


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (AskKind.ATTEND, timedelta(minutes=30)),
        (AskKind.CALL, timedelta(hours=2)),
        (AskKind.SIGN, timedelta(hours=12)),
        (AskKind.SHARE, timedelta(hours=12)),
    ],
)
def test_how_late_a_post_may_be_depends_on_its_ask(kind: AskKind, expected: timedelta) -> None:
    assert late_by(slot(), kind) == expected


def test_what_the_slot_says_wins() -> None:
    assert late_by(slot(late_by=timedelta()), AskKind.ATTEND) == timedelta()


@pytest.mark.parametrize(
    ("kind", "hours", "ask", "expected"),
    [
        (StepKind.PROMPT, -120, AskKind.ATTEND, timedelta(hours=12)),
        (StepKind.REVEAL, -24, AskKind.ATTEND, timedelta(hours=25)),
        (StepKind.REMINDER, -2, AskKind.ATTEND, timedelta(minutes=30)),
        (StepKind.REMINDER, -2, AskKind.SHARE, timedelta(hours=2)),
        (StepKind.THANKS, 4, AskKind.SHARE, timedelta(hours=12)),
    ],
)
def test_a_letter_of_a_day_may_be_late_as_long_as_it_helps(
    kind: StepKind, hours: int, ask: AskKind, expected: timedelta
) -> None:
    step = Step(id="one", kind=kind, offset=timedelta(hours=hours), message="launch")
    assert late_letter(step, ask) == expected
    said = step.model_copy(update={"late_by": timedelta(minutes=5)})
    assert late_letter(said, ask) == timedelta(minutes=5)
