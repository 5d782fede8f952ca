from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from schedules.ledger.lanes import MICROS, Lane, allot

RATES = st.floats(0.01, 1000)
BURSTS = st.integers(1, 500)


def lane(rate: float, burst: float, *, tat: int = 0, blocked_until: int = 0, now: int = 10**15) -> Lane:
    return Lane("a", rate, burst, tat, blocked_until, now)


@given(RATES, BURSTS)
def test_a_rested_lane_lets_its_burst_through_at_once(rate: float, burst: int) -> None:
    rested = lane(rate, burst)
    assert rested.room() == burst
    assert rested.spend(burst).room() == 0


@given(RATES, BURSTS, st.lists(st.tuples(st.integers(0, 5 * MICROS), st.integers(1, 50)), max_size=60))
def test_no_stretch_of_time_sees_more_than_burst_and_rate(
    rate: float, burst: int, wishes: list[tuple[int, int]]
) -> None:
    bucket, sent, start = lane(rate, burst), 0, 10**15
    for wait, wish in wishes:
        bucket = replace(bucket, now=bucket.now + wait)
        sends = min(wish, bucket.room())
        bucket, sent = bucket.spend(sends) if sends else bucket, sent + sends
        assert sent <= burst + rate * (bucket.now - start) / MICROS + 1e-3


def test_a_blocked_lane_has_no_room_until_the_very_moment() -> None:
    blocked = lane(10, 10, blocked_until=10**15 + 1)
    assert blocked.room() == 0
    assert replace(blocked, now=10**15 + 1).room() == 10


def test_after_its_burst_it_keeps_its_rate() -> None:
    spent = lane(2, 3).spend(3)
    assert [replace(spent, now=spent.now + step * MICROS // 4).room() for step in range(6)] == [
        0,
        0,
        1,
        1,
        2,
        2,
    ]


NAMES = st.sampled_from("abcd")


@given(
    st.lists(st.tuples(st.uuids().map(str), NAMES, NAMES), max_size=12),
    st.fixed_dictionaries({name: st.integers(1, 9) for name in "abcd"}),
    st.integers(1, 9),
    st.integers(0, 30),
)
def test_no_allotment_goes_beyond_a_lane_a_fair_share_or_the_whole(
    accounts: list[tuple[str, str, str]], bursts: dict[str, int], fair: int, most: int
) -> None:
    lanes = {name: replace(lane(1, burst), id=name) for name, burst in bursts.items()}
    allotted = allot(accounts, lanes, fair, most)
    rooms = [given.room for given in allotted.values()]
    assert all(0 < room <= fair for room in rooms)
    assert sum(rooms) <= most
    for name, burst in bursts.items():
        assert sum(given.room for given in allotted.values() if name in given.lanes) <= burst
    assert list(allotted) == [account for account, _, _ in accounts if account in allotted]


def test_the_first_accounts_are_allotted_room_first() -> None:
    lanes = {"own": lane(1, 5), "shared": lane(1, 3), "tired": lane(1, 4).spend(4)}
    accounts = [
        ("a", "own", "own"),
        ("b", "tired", "shared"),
        ("c", "own", "shared"),
        ("d", "shared", "shared"),
    ]
    found = {account: given.room for account, given in allot(accounts, lanes, 2, 10).items()}
    assert found == {"a": 2, "c": 2, "d": 1}
