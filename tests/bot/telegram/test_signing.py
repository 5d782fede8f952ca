from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.signing import LIVES, LONGEST, Pressed, Signer
from schedules.clock import SetClock

ADA, EVE, GROUP = 6_900_000_001, 6_900_000_002, -4_000_000_001
NOW = datetime(2027, 3, 6, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def signer(clock: SetClock) -> Signer:
    return Signer(b"k" * 32, clock)


def test_a_button_says_what_it_does_and_to_what(signer: Signer) -> None:
    assert signer.read(ADA, signer.data(ADA, "done", "17.2")) == Pressed("done", "17.2")
    assert signer.read(ADA, signer.data(ADA, "help")) == Pressed("help", "")
    assert signer.read(ADA, signer.data(ADA, "city", "new york")) == Pressed("city", "new york")


def test_nobody_presses_the_button_of_another(signer: Signer) -> None:
    data = signer.data(ADA, "done", "17")
    assert signer.read(EVE, data) is None
    assert signer.read(-ADA, data) is None
    assert signer.read(0, data) is None


def test_a_button_of_a_group_works_in_that_group_alone(signer: Signer) -> None:
    data = signer.data(GROUP, "ready")
    assert signer.read(GROUP, data) == Pressed("ready", "")
    assert signer.read(GROUP - 1, data) is None


def test_a_button_dies_at_its_end_and_not_before(signer: Signer, clock: SetClock) -> None:
    data = signer.data(ADA, "done", "17", timedelta(hours=1))
    clock.set(NOW + timedelta(hours=1))
    assert signer.read(ADA, data) is not None
    clock.set(NOW + timedelta(hours=1, minutes=1))
    assert signer.read(ADA, data) is None


def test_a_button_lives_three_days_where_nothing_is_said(signer: Signer, clock: SetClock) -> None:
    data = signer.data(ADA, "done")
    clock.set(NOW + LIVES + timedelta(minutes=1))
    assert signer.read(ADA, data) is None


def test_no_other_key_opens_it(signer: Signer, clock: SetClock) -> None:
    assert Signer(b"x" * 32, clock).read(ADA, signer.data(ADA, "done")) is None


def test_changing_any_one_character_breaks_it(signer: Signer) -> None:
    data = signer.data(ADA, "done", "17")
    changed = [data[:at] + ("0" if data[at] != "0" else "1") + data[at + 1 :] for at in range(len(data))]
    assert [each for each in changed if signer.read(ADA, each) is not None] == []


def test_one_part_cannot_be_passed_off_as_another(signer: Signer) -> None:
    action, argument, until, mac = signer.data(ADA, "done", "17").split(" ")
    for parts in (
        (argument, action, until, mac),
        (action, until, argument, mac),
        (action + argument, until, mac),
    ):
        assert signer.read(ADA, " ".join(parts)) is None


@pytest.mark.parametrize(
    "data",
    [
        "",
        " ",
        "   ",
        "done",
        "done 17",
        "done 17 0 ",
        "done  ffffffff AAAA",
        "\ud800",
        "done é £ ü",
        "0" * 64,
    ],
)
def test_whatever_a_changed_client_sends_is_no_button(signer: Signer, data: str) -> None:
    assert signer.read(ADA, data) is None


@given(data=st.text(st.characters(exclude_categories=[]), max_size=64))
def test_noise_is_no_button(data: str) -> None:
    assert Signer(b"k" * 32, SetClock(NOW)).read(ADA, data) is None


def test_what_telegram_would_refuse_is_found_before_it_is_sent(signer: Signer) -> None:
    longest = 64 - len(signer.data(ADA, "a", "")) + len("")
    assert len(signer.data(ADA, "a", "x" * longest).encode()) == LONGEST
    with pytest.raises(ValueError, match="longer than 64 bytes"):
        signer.data(ADA, "a", "x" * (longest + 1))


def test_a_signer_shows_no_key(signer: Signer) -> None:
    assert "kkk" not in repr(signer)
