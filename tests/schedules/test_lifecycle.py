import pytest

from schedules.errors import IllegalMove
from schedules.lifecycle import (
    ENDED,
    IN_FLIGHT,
    MOVES,
    UNCLAIMED,
    WAITING_FOR_A_PERSON,
    State,
    check_move,
    part_number,
    urged_part,
)


def test_every_state_has_its_moves_and_belongs_to_one_group() -> None:
    assert set(MOVES) == set(State)
    groups = [UNCLAIMED, IN_FLIGHT, WAITING_FOR_A_PERSON, ENDED]
    assert sorted(state for group in groups for state in group) == sorted(State)


def test_what_may_be_public_is_never_planned_again() -> None:
    for state in (State.SENDING, State.SENT, State.UNKNOWN, State.HANDED_OFF):
        assert State.PLANNED not in MOVES[state]
    assert MOVES[State.SENT] == frozenset()


@pytest.mark.parametrize(("here", "there"), [(here, there) for here in State for there in State])
def test_a_move_is_allowed_or_explained(here: State, there: State) -> None:
    if there in MOVES[here]:
        check_move(here, there)
        return
    with pytest.raises(IllegalMove, match=f"{here} cannot become {there}"):
        check_move(here, there)


@pytest.mark.parametrize(
    ("kind", "published", "urged"),
    [
        ("publish", 1, None),
        ("part-3", 3, None),
        ("remind", None, 1),
        ("escalate-2", None, 2),
        ("retract-2", None, None),
        ("letter-ab-2", None, None),
        ("pin", None, None),
    ],
)
def test_a_kind_tells_which_part_it_publishes_or_is_about(
    kind: str, published: int | None, urged: int | None
) -> None:
    assert (part_number(kind), urged_part(kind)) == (published, urged)
