"""What whoever holds a button must not learn."""

import pytest

from bot.telegram.signing import LONGEST, Signer
from bot.telegram.veils import Veil
from schedules.clock import SystemClock

USER, GROUP = 2**52 - 1, -1_002_000_000_001
VEIL = Veil(b"k" * 32)


@pytest.mark.parametrize("group", [0, GROUP, -4_000_000_001])
def test_what_was_hidden_is_seen_again(group: int) -> None:
    assert VEIL.see(VEIL.hide(USER, group)) == (USER, group)


def test_the_same_ids_never_look_the_same() -> None:
    assert VEIL.hide(USER) != VEIL.hide(USER)
    assert str(USER) not in VEIL.hide(USER)


def test_another_key_sees_something_else() -> None:
    assert Veil(b"j" * 32).see(VEIL.hide(USER, GROUP)) != (USER, GROUP)


@pytest.mark.parametrize("hidden", ["", "abc", "ä", "A" * 40])
def test_what_hides_nothing_is_an_error(hidden: str) -> None:
    with pytest.raises(ValueError, match="hides no ids"):
        VEIL.see(hidden)


def test_it_fits_into_a_button() -> None:
    data = Signer(b"s" * 32, SystemClock()).data(USER, "keep_out", VEIL.hide(USER, GROUP))
    assert len(data.encode()) <= LONGEST
