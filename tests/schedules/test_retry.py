import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import (
    ChannelError,
    FeatureMissing,
    NotAuthorised,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unreachable,
)
from schedules.lifecycle import State
from schedules.retry import FIRST_PAUSE, LONGEST_PAUSE, MOST_DOUBTS, backoff, decide

DRAW = random.Random(7)
SILENCE = OutcomeUnknown("x", "a", "The connection died.")


def _decided(error: ChannelError, *, repeat: bool = False, look: bool = False) -> State:
    return decide(error, 1, can_repeat=repeat, can_look_back=look, draw=DRAW).state


@pytest.mark.parametrize("repeat", [True, False])
@pytest.mark.parametrize("look", [True, False])
def test_only_what_was_certainly_not_sent_is_sent_again(repeat: bool, look: bool) -> None:
    again = [
        RateLimited("x", "a", "Wait.", timedelta(seconds=3)),
        NotAuthorised("x", "a", "Revoked."),
        Unreachable("x", "a", "Refused."),
    ]
    never = [Refused("x", "a", "Duplicate."), FeatureMissing("x", "a", "No pins.")]
    assert {_decided(error, repeat=repeat, look=look) for error in again} == {State.READY}
    assert {_decided(error, repeat=repeat, look=look) for error in never} == {State.REFUSED}


def test_silence_is_repeated_looked_after_or_left_to_a_person() -> None:
    assert _decided(SILENCE, repeat=True) is State.SENDING
    assert _decided(SILENCE, look=True) is State.SENDING
    assert _decided(SILENCE) is State.UNKNOWN
    remedy = decide(SILENCE, 1, can_repeat=False, can_look_back=False, draw=DRAW).remedy
    assert "munasara posts resolve" in remedy


def test_a_person_looks_where_a_post_is_in_doubt_again_and_again() -> None:
    last = decide(SILENCE, MOST_DOUBTS, can_repeat=False, can_look_back=True, draw=DRAW)
    assert last.state is State.UNKNOWN
    before = decide(SILENCE, MOST_DOUBTS - 1, can_repeat=False, can_look_back=True, draw=DRAW)
    assert before.state is State.SENDING


def test_a_rate_limit_closes_the_lane_for_as_long_as_it_says() -> None:
    decision = decide(
        RateLimited("x", "a", "Wait.", timedelta(seconds=40)),
        1,
        can_repeat=False,
        can_look_back=False,
        draw=DRAW,
    )
    assert decision.delay == decision.block == timedelta(seconds=40)


def test_a_revoked_token_holds_the_account() -> None:
    decision = decide(
        NotAuthorised("x", "a", "Revoked."), 1, can_repeat=False, can_look_back=False, draw=DRAW
    )
    assert decision.hold


@given(st.integers(1, 10_000), st.integers())
def test_back_off_grows_to_a_ceiling_with_full_jitter(attempt: int, seed: int) -> None:
    pause = backoff(attempt, random.Random(seed))
    assert timedelta() <= pause <= min(FIRST_PAUSE * 2 ** min(attempt - 1, 20), LONGEST_PAUSE)
