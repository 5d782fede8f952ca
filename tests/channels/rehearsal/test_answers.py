from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.requests import Request

from channels.rehearsal.answers import NOTHING, HalfAnswer, failure
from channels.rehearsal.faults import Fault, FaultKind


def request(hung_up: list[bool], *messages: str) -> Request:
    left = list(messages)

    async def receive() -> dict[str, str]:
        return {"type": left.pop(0)}

    fake = SimpleNamespace(state=SimpleNamespace(hang_up=lambda: hung_up.append(True)), receive=receive)
    return cast("Request", fake)


@pytest.mark.parametrize("kind", [FaultKind.LATENCY, FaultKind.SLOW_ANSWER, FaultKind.DROP_AFTER])
async def test_a_fault_that_lets_a_post_through_answers_nothing_yet(kind: FaultKind) -> None:
    assert await failure([Fault(kind)], request([])) is None


async def test_without_a_fault_there_is_no_failure() -> None:
    assert await failure([], request([])) is None


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.REFUSE, 400),
        (FaultKind.RATE_LIMIT, 429),
        (FaultKind.UNAVAILABLE, 503),
        (FaultKind.EXPIRE_TOKEN, 401),
    ],
)
async def test_a_spoken_fault_is_a_status(kind: FaultKind, status: int) -> None:
    answer = await failure([Fault(kind, seconds=2.5)], request([]))
    assert answer is not None
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == ("2.5" if status == 429 else None)


async def test_a_drop_hangs_up() -> None:
    hung_up: list[bool] = []
    assert await failure([Fault(FaultKind.DROP_BEFORE)], request(hung_up)) is NOTHING
    assert hung_up == [True]


async def test_a_hang_lasts_until_the_caller_gives_up() -> None:
    assert await failure([Fault(FaultKind.HANG)], request([], "http.request", "http.disconnect")) is NOTHING


async def test_half_an_answer_promises_more_than_it_sends() -> None:
    sent: list[Any] = []
    hung_up: list[bool] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    await HalfAnswer(lambda: hung_up.append(True))({}, receive, send)
    assert (b"content-length", b"100") in sent[0]["headers"]
    assert len(sent[1]["body"]) < 100
    assert hung_up == [True]
