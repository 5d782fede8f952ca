import gzip
import importlib.util
import logging
import sys
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import httpclient
from channels.errors import ChannelError, NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from channels.httpclient import (
    DEFAULT_WAIT,
    LONGEST_WAIT,
    OPTIONAL,
    SHORTEST_WAIT,
    Answer,
    AnswerTooLarge,
    Translator,
    fetch,
    new_client,
    retry_after,
)
from tests.support.hostile import answering, hostile, response

TRANSLATOR = Translator("x", "de", frozenset({503}))


@pytest.mark.parametrize(
    ("error", "publishing", "looking"),
    [
        (httpx.ConnectError(""), Unreachable, Unreachable),
        (httpx.ConnectTimeout(""), Unreachable, Unreachable),
        (httpx.PoolTimeout(""), Unreachable, Unreachable),
        (httpx.ProxyError(""), Unreachable, Unreachable),
        (httpx.UnsupportedProtocol(""), Unreachable, Unreachable),
        (httpx.InvalidURL(""), Unreachable, Unreachable),
        (httpx.ReadTimeout(""), OutcomeUnknown, Unreachable),
        (httpx.WriteTimeout(""), OutcomeUnknown, Unreachable),
        (httpx.ReadError(""), OutcomeUnknown, Unreachable),
        (httpx.WriteError(""), OutcomeUnknown, Unreachable),
        (httpx.RemoteProtocolError(""), OutcomeUnknown, Unreachable),
        (httpx.DecodingError(""), OutcomeUnknown, Unreachable),
        (AnswerTooLarge(""), OutcomeUnknown, Unreachable),
    ],
    ids=repr,
)
def test_a_broken_connection_leaves_a_doubt_only_after_the_request_left(
    error: httpx.HTTPError, publishing: type[ChannelError], looking: type[ChannelError]
) -> None:
    assert type(TRANSLATOR.failure(error, publishing=True)) is publishing
    assert type(TRANSLATOR.failure(error, publishing=False)) is looking


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (302, NotAuthorised),
        (400, Refused),
        (401, NotAuthorised),
        (403, NotAuthorised),
        (404, Refused),
        (422, Refused),
        (429, RateLimited),
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (503, Unreachable),
        (504, OutcomeUnknown),
    ],
)
def test_each_status_of_a_publish_has_one_meaning(status: int, meaning: type[ChannelError]) -> None:
    assert type(TRANSLATOR.refusal(Answer(status, {}, b""), publishing=True)) is meaning


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"1", b"null", b'{"a":', b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_leaves_a_doubt(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        TRANSLATOR.json(Answer(200, {}, body), publishing=True)
    with pytest.raises(Unreachable):
        TRANSLATOR.json(Answer(200, {}, body), publishing=False)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, timedelta(seconds=7)),
        ({"retry-after": "0.5"}, SHORTEST_WAIT),
        ({"retry-after": "0"}, SHORTEST_WAIT),
        ({"retry-after": "-5"}, SHORTEST_WAIT),
        ({"retry-after": "1e99"}, LONGEST_WAIT),
        ({"retry-after": "inf"}, LONGEST_WAIT),
        ({"retry-after": "nan"}, DEFAULT_WAIT),
        ({"retry-after": "soon"}, DEFAULT_WAIT),
        ({}, DEFAULT_WAIT),
        (
            {"retry-after": "Thu, 10 Dec 2026 12:00:30 GMT", "date": "Thu, 10 Dec 2026 12:00:00 GMT"},
            timedelta(seconds=30),
        ),
        (
            {"retry-after": "Thu, 10 Dec 2026 11:00:00 GMT", "date": "Thu, 10 Dec 2026 12:00:00 GMT"},
            SHORTEST_WAIT,
        ),
        ({"retry-after": "Thu, 10 Dec 2026 12:00:30 GMT"}, DEFAULT_WAIT),
    ],
)
def test_a_wait_is_read_and_kept_within_bounds(headers: dict[str, str], wait: timedelta) -> None:
    assert retry_after(headers) == wait


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_header_gives_a_wait_within_bounds(value: str, date: str) -> None:
    assert SHORTEST_WAIT <= retry_after({"retry-after": value, "date": date}) <= LONGEST_WAIT


def test_a_client_follows_nothing_and_asks_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    client = new_client()
    assert not client.trust_env
    assert not client.follow_redirects
    assert None not in client.timeout.as_dict().values()


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_is_read_up_to_its_bound(packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpclient, "MAX_ANSWER_BYTES", 1000)
    assert (await _fetched(b"x" * 1000, packed=packed)).body == b"x" * 1000
    with pytest.raises(AnswerTooLarge):
        await _fetched(b"x" * 1001, packed=packed)


async def _fetched(body: bytes, *, packed: bool) -> Answer:
    raw = response(200, gzip.compress(body), Content_Encoding="gzip") if packed else response(200, body)
    async with hostile(answering(raw)) as server, new_client() as client:
        return await fetch(client, "GET", server.base_url)


def test_libraries_that_log_tokens_stay_quiet_below_warnings() -> None:
    new_client()
    for name in ("httpx", "httpcore.http11", "telegram.Bot", "telegram.request"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
        assert logging.getLogger(name).isEnabledFor(logging.WARNING)


def test_a_library_that_is_missing_is_not_searched_for_again_and_again() -> None:
    new_client()
    assert importlib.util.find_spec(OPTIONAL) is not None or sys.modules[OPTIONAL] is None


def test_an_answer_does_not_show_its_body() -> None:
    assert "secret" not in repr(Answer(200, {}, b"secret"))
