import pytest

from bot.telegram import floods
from bot.telegram.floods import BURST, STRANGERS_BURST, STRANGERS_PER_SECOND, Floods

ADA, EVE = 1, 2


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hand() -> Hand:
    return Hand()


def test_after_a_rest_twenty_are_answered_and_then_one_in_two_seconds(hand: Hand) -> None:
    gate = Floods(hand)
    assert [gate.allows(ADA) for _ in range(int(BURST) + 2)] == [True] * 20 + [False] * 2
    hand.now += 1.9
    assert not gate.allows(ADA)
    hand.now += 0.2
    assert gate.allows(ADA)
    assert not gate.allows(ADA)


def test_one_who_floods_takes_nothing_from_another(hand: Hand) -> None:
    gate = Floods(hand)
    for _ in range(1_000):
        gate.allows(EVE)
    assert gate.allows(ADA)


def test_whoever_goes_on_flooding_is_not_kept_out_for_longer(hand: Hand) -> None:
    gate = Floods(hand)
    for _ in range(1_000):
        gate.allows(EVE)
    hand.now += 2
    assert gate.allows(EVE)


def test_nobody_saves_up_more_than_a_burst(hand: Hand) -> None:
    gate = Floods(hand)
    gate.allows(ADA)
    hand.now += 1_000_000
    assert sum(gate.allows(ADA) for _ in range(100)) == BURST


def test_invented_accounts_share_one_budget(hand: Hand) -> None:
    gate = Floods(hand)
    assert sum(gate.allows_stranger() for _ in range(1_000)) == STRANGERS_BURST
    hand.now += 1
    assert sum(gate.allows_stranger() for _ in range(1_000)) == STRANGERS_PER_SECOND


def test_whoever_was_not_seen_for_longest_is_forgotten_first(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floods, "MOST_PEOPLE", 2)
    gate = Floods(hand)
    for _ in range(30):
        gate.allows(EVE)
    gate.allows(ADA)
    gate.allows(3)
    assert gate.allows(EVE)
    assert not all(gate.allows(3) for _ in range(30))
