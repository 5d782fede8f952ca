import pytest

from channels.rehearsal.faults import Fault, FaultKind, Faults, read_fault


def struck(faults: Faults, account: str = "a") -> list[FaultKind]:
    return [fault.kind for fault in faults.strike(account)]


def test_a_counted_fault_hits_as_often_as_asked() -> None:
    faults = Faults(due=[Fault(FaultKind.REFUSE, count=2)])
    assert [struck(faults) for _ in range(3)] == [[FaultKind.REFUSE], [FaultKind.REFUSE], []]


def test_a_fault_for_one_account_spares_the_others() -> None:
    faults = Faults(due=[Fault(FaultKind.HANG, account="a")])
    assert (struck(faults, "b"), struck(faults, "a")) == ([], [FaultKind.HANG])


def test_a_delay_goes_with_one_other_fault() -> None:
    kinds = [FaultKind.LATENCY, FaultKind.SLOW_ANSWER, FaultKind.DROP_AFTER, FaultKind.REFUSE]
    faults = Faults(due=[Fault(kind) for kind in kinds])
    assert struck(faults) == kinds[:3]


def test_an_expired_token_stays_expired() -> None:
    faults = Faults(due=[Fault(FaultKind.EXPIRE_TOKEN, count=1)])
    assert [struck(faults) for _ in range(3)] == [[FaultKind.EXPIRE_TOKEN]] * 3
    faults.clear()
    assert struck(faults) == []


def test_the_same_seed_strikes_the_same_publishes() -> None:
    def pattern(seed: int) -> list[bool]:
        faults = Faults(seed, [Fault(FaultKind.REFUSE, probability=0.3)])
        return [bool(struck(faults)) for _ in range(200)]

    assert pattern(7) == pattern(7)
    assert pattern(7) != pattern(8)
    assert 30 < sum(pattern(7)) < 90


def test_a_fault_is_read_from_json() -> None:
    read = read_fault({"kind": "rate_limit", "account": "a", "count": 1, "seconds": 3})
    assert read == Fault(FaultKind.RATE_LIMIT, "a", 1, 1.0, 3)


@pytest.mark.parametrize("value", [{}, {"kind": "explode"}, {"kind": "refuse", "how": "loud"}])
def test_what_is_no_fault_is_an_error(value: dict[str, str]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_fault(value)
