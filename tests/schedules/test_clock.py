from datetime import UTC, datetime, timedelta, timezone

from schedules.clock import SetClock, SystemClock

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_system_clock_speaks_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_set_clock_stands_still() -> None:
    clock = SetClock(NOON)
    assert clock.now() == clock.now() == NOON


def test_set_clock_speaks_utc_whatever_it_is_told() -> None:
    clock = SetClock(NOON.astimezone(timezone(timedelta(hours=3))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_set_clock_moves_forward() -> None:
    clock = SetClock(NOON)
    clock.set(NOON + timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)


def test_set_clock_never_goes_back() -> None:
    clock = SetClock(NOON)
    clock.set(NOON - timedelta(hours=1))
    assert clock.now() == NOON
