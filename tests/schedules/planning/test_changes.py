"""The one decision about a post that is already recorded, over every state there is."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.models import Message, Variant
from schedules.lifecycle import IN_FLIGHT, MOVES, UNCLAIMED, WAITING_FOR_A_PERSON, State
from schedules.planning.changes import Change, Recorded, change
from schedules.planning.drafts import Draft, Drafter
from schedules.planning.occurrences import occurrences
from tests.schedules.planning import factories as make

NOW = make.utc("2026-06-01 08:00")
NEVER_AGAIN = {State.SENT, *IN_FLIGHT, *WAITING_FOR_A_PERSON}
WRITES_CONTENT = {Change.ADDED, Change.PAST, Change.CHANGED, Change.REVIVED}


def _draft() -> Draft:
    text = Variant(
        language="en", channel=None, audience=None, source="Words\n", file="messages/launch/en.md"
    )
    message = Message(**{**dict(make.message()), "variants": (text,)})
    campaign = make.campaign(make.slot(), messages=[message], folder=Path("/nowhere"))
    (draft,) = Drafter(campaign).drafts(occurrences(campaign, (make.account(),)))
    return draft


DRAFT = _draft()


def recorded(state: State, **values: object) -> Recorded:
    same = Recorded(
        id=1,
        key=DRAFT.occurrence.key,
        digest=DRAFT.digest,
        state=state,
        planned_at=DRAFT.occurrence.due_at,
        expires_at=DRAFT.expires_at,
        withdrawn=False,
    )
    return replace(same, **values)  # type: ignore[arg-type]


def test_what_is_not_recorded_is_added_or_noted_as_past() -> None:
    assert change(None, DRAFT, NOW) is Change.ADDED
    assert change(None, DRAFT, DRAFT.expires_at - timedelta(microseconds=1)) is Change.ADDED
    assert change(None, DRAFT, DRAFT.expires_at) is Change.PAST


@pytest.mark.parametrize("state", State)
def test_the_same_post_changes_only_where_its_time_came_back(state: State) -> None:
    expected = Change.REVIVED if state is State.EXPIRED else Change.UNCHANGED
    assert change(recorded(state), DRAFT, NOW) is expected
    assert change(recorded(state), DRAFT, DRAFT.expires_at) is Change.UNCHANGED


def test_what_a_plan_withdrew_a_plan_brings_back() -> None:
    assert change(recorded(State.CANCELLED, withdrawn=True), DRAFT, NOW) is Change.REVIVED
    assert change(recorded(State.CANCELLED, withdrawn=True), DRAFT, DRAFT.expires_at) is Change.UNCHANGED


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"planned_at": NOW}, Change.MOVED_BY_CLOCKS),
        ({"expires_at": NOW}, Change.NEW_DEADLINE),
        ({"planned_at": NOW, "expires_at": NOW}, Change.MOVED_BY_CLOCKS),
    ],
)
def test_other_instants_of_the_same_content_move_only_what_waits(
    values: dict[str, datetime], expected: Change
) -> None:
    for state in set(State) - {State.EXPIRED}:
        found = change(recorded(state, **values), DRAFT, NOW)
        assert found is (expected if state in UNCLAIMED else Change.UNCHANGED)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (UNCLAIMED, Change.CHANGED),
        (NEVER_AGAIN, Change.CONFLICT),
        ({State.REFUSED, State.EXPIRED, State.CANCELLED}, Change.REVIVED),
    ],
)
def test_other_content_is_revised_revived_or_a_conflict(states: set[State], expected: Change) -> None:
    assert {change(recorded(state, digest="other"), DRAFT, NOW) for state in states} == {expected}


@given(
    st.sampled_from(list(State)),
    st.booleans(),
    st.booleans(),
    st.integers(-48, 48),
    st.integers(-48, 48),
    st.integers(-48, 48),
)
def test_content_is_only_written_where_nothing_can_be_public(
    state: State, same: bool, withdrawn: bool, planned: int, expires: int, now: int
) -> None:
    hours = timedelta(hours=1)
    was = recorded(
        state,
        digest=DRAFT.digest if same else "other",
        withdrawn=withdrawn,
        planned_at=NOW + planned * hours,
        expires_at=NOW + expires * hours,
    )
    found = change(was, DRAFT, NOW + now * hours)
    if state in NEVER_AGAIN:
        assert found in {Change.UNCHANGED, Change.CONFLICT}
    if found in WRITES_CONTENT:
        assert state is State.PLANNED or State.PLANNED in MOVES[state]
