from datetime import timedelta

import pytest

from content.models import AskKind
from schedules.planning.late import late_by
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
