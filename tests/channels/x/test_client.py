import json
from datetime import timedelta

import aiohttp
import pytest

from channels import httpclient
from channels.base import Feature
from channels.errors import ChannelError, NotAuthorised, RateLimited, Refused, Unreachable
from channels.httpclient import DEFAULT_WAIT, Answer
from channels.x.channel import XChannel
from channels.x.client import Duplicate, XTranslator, asked_wait
from tests.channels.x.test_channel import TOKENS, connection
from tests.support.hostile import answering, hostile, never_answering, response

ERRORS = XTranslator("x", "de")
DATE = "Thu, 10 Dec 2026 12:00:00 GMT"
NOON = 1_796_904_000


def answer(status: int, headers: dict[str, str] | None = None, **body: object) -> Answer:
    return Answer(status, headers or {}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"date": DATE, "x-rate-limit-reset": f"{NOON + 60}"}, 60),
        ({"date": DATE, "x-rate-limit-reset": f"{NOON + 60}", "x-rate-limit-remaining": "0"}, 60),
        (
            {
                "date": DATE,
                "x-rate-limit-reset": f"{NOON + 9}",
                "x-rate-limit-remaining": "3",
                "retry-after": "5",
            },
            5,
        ),
        (
            {
                "date": DATE,
                "x-rate-limit-reset": f"{NOON + 60}",
                "x-user-limit-24hour-reset": f"{NOON + 7200}",
                "x-user-limit-24hour-remaining": "0",
            },
            7200,
        ),
        ({"date": DATE, "x-rate-limit-reset": f"{NOON - 60}"}, 1),
        ({"date": DATE, "x-rate-limit-reset": "soon"}, DEFAULT_WAIT.total_seconds()),
        ({"x-rate-limit-reset": f"{NOON + 60}"}, DEFAULT_WAIT.total_seconds()),
        ({"retry-after": "7"}, 7),
        ({}, DEFAULT_WAIT.total_seconds()),
    ],
)
def test_the_wait_is_the_longest_of_the_exhausted_limits(headers: dict[str, str], seconds: float) -> None:
    assert asked_wait(headers) == timedelta(seconds=seconds)


def test_secrets_are_cut_out_of_what_x_said() -> None:
    error = ERRORS.x(answer(400, detail="wrong token-abc"), publishing=True, secrets=("token-abc",))
    assert type(error) is Refused
    assert error.detail.endswith("wrong ***")


def test_a_reason_is_cut_short() -> None:
    error = ERRORS.x(answer(403, detail="x" * 5000), publishing=True, secrets=())
    assert len(str(error)) < 300


def test_a_duplicate_is_its_own_error() -> None:
    detail = "You are not allowed to create a Tweet with duplicate content."
    assert type(ERRORS.x(answer(403, detail=detail), publishing=True, secrets=())) is Duplicate


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, NotAuthorised),
        (401, NotAuthorised),
        (403, Unreachable),
        (404, Unreachable),
        (302, Unreachable),
        (429, RateLimited),
        (500, Unreachable),
        (503, Unreachable),
    ],
)
def test_only_a_refused_token_calls_a_person(status: int, error: type[ChannelError]) -> None:
    assert type(ERRORS.token(answer(status, error="no"))) is error


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"token_type": "bearer"}'])
async def test_a_renewal_without_a_token_may_be_tried_again(body: bytes) -> None:
    async with (
        hostile(answering(response(200, body))) as server,
        XChannel(connection(server.base_url, TOKENS)) as channel,
    ):
        assert Feature.RENEWAL in channel.features
        with pytest.raises(Unreachable):
            await channel.renew()


async def test_a_renewal_that_breaks_off_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpclient, "TIMEOUT", aiohttp.ClientTimeout(5, sock_read=0.2))
    async with (
        hostile(never_answering) as server,
        XChannel(connection(server.base_url, TOKENS)) as channel,
    ):
        with pytest.raises(Unreachable):
            await channel.renew()
