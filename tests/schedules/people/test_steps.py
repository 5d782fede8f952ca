from datetime import UTC, datetime, timedelta

import pytest

from content.models import StepKind
from schedules.people.steps import DayStep, To, step_of

NIGHT = datetime(2027, 3, 19, 22, tzinfo=UTC)
MORNING = datetime(2027, 3, 20, 7, tzinfo=UTC)


def test_a_body_says_what_it_was_given() -> None:
    step = DayStep("release", "where", StepKind.REVEAL, "berlin", To.SIGNED_UP, tells_place=True)
    assert step_of({"options": step.as_options()}) == step
    assert step_of({"options": {}}) is None


@pytest.mark.parametrize(
    ("kind", "due_at"), [(StepKind.THANKS, MORNING), (StepKind.PROMPT, MORNING), (StepKind.REVEAL, NIGHT)]
)
def test_what_can_wait_comes_in_the_morning(kind: StepKind, due_at: datetime) -> None:
    step = DayStep("release", "late", kind, "berlin", To.ALL)
    assert step.arrives_at(NIGHT, NIGHT + timedelta(hours=12), "Europe/Berlin") == due_at
    assert step.arrives_at(NIGHT, NIGHT + timedelta(hours=2), "Europe/Berlin") == NIGHT
