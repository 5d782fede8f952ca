import json
from datetime import timedelta

import pytest

from channels.bluesky.client import BlueskyTranslator, error_name, wait_of
from channels.errors import ChannelError, NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from channels.httpclient import DEFAULT_WAIT, LONGEST_WAIT, Answer

ERRORS = BlueskyTranslator("bluesky", "de")
DATE = "Mon, 21 Sep 2026 14:13:20 GMT"


def answer(status: int, name: str = "", message: str = "") -> Answer:
    return Answer(status, {}, json.dumps({"error": name, "message": message}).encode())


@pytest.mark.parametrize(
    ("given", "publishing", "looking"),
    [
        (answer(400, "InvalidRequest"), Refused, Unreachable),
        (answer(400, "ExpiredToken"), NotAuthorised, NotAuthorised),
        (answer(400, "InvalidToken"), NotAuthorised, NotAuthorised),
        (answer(401, "AuthFactorTokenRequired"), NotAuthorised, NotAuthorised),
        (answer(401, "AccountTakedown"), NotAuthorised, NotAuthorised),
        (answer(401, "Unheard"), NotAuthorised, Unreachable),
        (answer(404, "XRPCNotSupported"), Refused, Unreachable),
        (answer(429, "AccountTakedown"), RateLimited, RateLimited),
        (answer(500, "InternalServerError"), OutcomeUnknown, Unreachable),
        (answer(501, "MethodNotImplemented"), OutcomeUnknown, Unreachable),
        (Answer(302, {"location": "https://example.org"}, b""), NotAuthorised, Unreachable),
    ],
    ids=repr,
)
def test_each_answer_has_one_meaning(
    given: Answer, publishing: type[ChannelError], looking: type[ChannelError]
) -> None:
    assert type(ERRORS.xrpc(given, publishing=True)) is publishing
    assert type(ERRORS.looking(given)) is looking
    assert ERRORS.xrpc(given, publishing=True).remedy


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": 7}', b"[" * 100_000])
def test_a_body_that_is_none_of_the_protocol_names_no_error(body: bytes) -> None:
    assert error_name(Answer(400, {}, body)) == ""
    assert type(ERRORS.xrpc(Answer(400, {}, body))) is Refused


def test_a_success_names_no_error() -> None:
    assert error_name(answer(200, "ExpiredToken")) == ""


def test_what_the_server_says_is_masked_and_cut_short() -> None:
    error = ERRORS.xrpc(answer(400, "InvalidRequest", "TOKEN-1 " + "x" * 5000), secrets=("token-1", ""))
    assert "TOKEN-1" not in str(error)
    assert len(str(error)) < 300


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7", "ratelimit-reset": "1790000090", "date": DATE}, timedelta(seconds=7)),
        ({"ratelimit-reset": "1790000090", "date": DATE}, timedelta(seconds=90)),
        ({"ratelimit-reset": "1789999999", "date": DATE}, timedelta(seconds=1)),
        ({"ratelimit-reset": "9999999999", "date": DATE}, LONGEST_WAIT),
        ({"ratelimit-reset": "soon", "date": DATE}, DEFAULT_WAIT),
        ({"ratelimit-reset": "1790000090"}, DEFAULT_WAIT),
        ({}, DEFAULT_WAIT),
    ],
)
def test_the_wait_is_measured_by_the_servers_own_clock(headers: dict[str, str], wait: timedelta) -> None:
    assert wait_of(headers) == wait
