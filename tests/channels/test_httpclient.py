import asyncio
import gzip
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import httpclient
from channels.errors import ChannelError, NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from channels.httpclient import (
    DEFAULT_WAIT,
    LONGEST_WAIT,
    SHORTEST_WAIT,
    Answer,
    HttpClient,
    NoAnswer,
    Translator,
    retry_after,
)
from tests.channels.conformance import DEAD_ADDRESS
from tests.support.hostile import (
    Behaviour,
    HostileServer,
    answering,
    breaking_off,
    closing_after_the_request,
    closing_before_the_request,
    hostile,
    never_answering,
    read_request,
    response,
)

TRANSLATOR = Translator("x", "de", frozenset({503}))


def test_a_broken_connection_leaves_a_doubt_only_after_the_request_left() -> None:
    before, after = NoAnswer("", left=False), NoAnswer("", left=True)
    assert type(TRANSLATOR.failure(before, publishing=True)) is Unreachable
    assert type(TRANSLATOR.failure(before, publishing=False)) is Unreachable
    assert type(TRANSLATOR.failure(after, publishing=True)) is OutcomeUnknown
    assert type(TRANSLATOR.failure(after, publishing=False)) is Unreachable


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


@asynccontextmanager
async def opened(base_url: str = "", headers: Mapping[str, str] | None = None) -> AsyncIterator[HttpClient]:
    client = HttpClient(base_url, headers)
    try:
        yield client
    finally:
        await client.aclose()


async def told(url: str) -> NoAnswer:
    async with opened() as client:
        with pytest.raises(NoAnswer) as raised:
            await client.fetch("POST", url, json={})
    return raised.value


@pytest.mark.parametrize(
    "url",
    [DEAD_ADDRESS, "", "/posts", "http://", "http://[", "ftp://127.0.0.1/", "http://127.0.0.1:99999/"],
)
async def test_nothing_has_left_where_there_is_no_server(url: str) -> None:
    error = await told(url)
    assert not error.left
    assert not error.late


async def test_nothing_has_left_where_the_server_does_not_prove_who_it_is() -> None:
    async def greeting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        await reader.read()

    async with hostile(greeting) as server:
        assert not (await told(server.base_url.replace("http://", "https://"))).left


async def test_nothing_has_left_where_a_connection_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpclient, "TIMEOUT", aiohttp.ClientTimeout(total=60, connect=0.2))
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        full = [_knock(listener) for _ in range(3)]
        error = await told(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        for waiting in full:
            waiting.close()
    assert not error.left
    assert error.late


def _knock(listener: socket.socket) -> socket.socket:
    knocking = socket.socket()
    knocking.settimeout(0)
    knocking.connect_ex(listener.getsockname())
    return knocking


@pytest.mark.parametrize(
    "behaviour",
    [closing_before_the_request, closing_after_the_request, breaking_off, answering(b"no HTTP\r\n")],
)
async def test_a_request_that_breaks_off_may_have_left(behaviour: Behaviour) -> None:
    async with hostile(behaviour) as server:
        error = await told(server.base_url)
    assert error.left
    assert not error.late


async def test_an_answer_that_does_not_come_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    for patience in (aiohttp.ClientTimeout(60, sock_read=0.2), aiohttp.ClientTimeout(0.2)):
        monkeypatch.setattr(httpclient, "TIMEOUT", patience)
        async with hostile(never_answering) as server:
            error = await told(server.base_url)
        assert error.left
        assert error.late


async def test_an_error_keeps_the_address_to_itself() -> None:
    async with hostile(answering(b"no HTTP\r\n")) as server:
        error = await told(f"{server.base_url}/bot1:secret/send")
    assert "secret" not in "".join(traceback.format_exception(error))


async def test_a_line_break_in_a_header_is_an_error_like_others() -> None:
    async with (
        hostile(answering(response(200))) as server,
        opened(server.base_url, {"X": "a\nb"}) as client,
    ):
        with pytest.raises(NoAnswer):
            await client.fetch("GET", "/")


async def test_no_proxy_is_asked_and_no_redirect_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, DEAD_ADDRESS)
    moved = response(302, Location="/elsewhere")
    async with hostile(answering(moved)) as server, opened(server.base_url) as client:
        assert (await client.fetch("GET", "/")).status == 302
        assert server.connections == 1


async def test_no_cookie_is_kept() -> None:
    heads: list[bytes] = []

    async def setting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heads.append(await read_request(reader))
            writer.write(response(200, Set_Cookie="a=b"))

    async with hostile(setting) as server, opened(server.base_url) as client:
        await client.fetch("GET", "/")
        await client.fetch("GET", "/")
    assert not any(b"cookie" in head.lower() for head in heads)


@pytest.mark.parametrize(
    ("base", "url", "path"),
    [
        ("", "/api", "/api"),
        ("/", "api", "/api"),
        ("/v1", "/me", "/v1/me"),
        ("/v1/", "me", "/v1/me"),
        ("/v1", "", "/v1/"),
        ("/v1", "/a%2Fb?key=1%202", "/v1/a%2Fb?key=1%202"),
        ("/مسار", "/#4", "/%D9%85%D8%B3%D8%A7%D8%B1/"),
    ],
)
async def test_an_address_is_relative_to_the_base(base: str, url: str, path: str) -> None:
    async with recording() as (server, seen), opened(server.base_url + base) as client:
        await client.fetch("GET", url)
    assert seen[0].split(b" ")[1].decode() == path


async def test_a_whole_address_goes_before_the_base() -> None:
    async with recording() as (server, seen), opened(DEAD_ADDRESS) as client:
        await client.fetch("GET", f"{server.base_url}/x", params={"q": "ü&=", "n": 3})
    assert seen[0].startswith(b"GET /x?q=%C3%BC%26%3D&n=3 ")


async def test_a_body_is_sent_as_it_was_given() -> None:
    async with (
        recording() as (server, seen),
        opened(server.base_url, {"Authorization": "Bearer t"}) as client,
    ):
        await client.fetch(
            "PUT", "/", content=b"\x00\xff" * 1_000_000, headers={"Content-Type": "image/png"}
        )
        await client.fetch("POST", "/", json={"text": "مرحبا 🎈"})
        await client.fetch("POST", "/", data={"text": "a b&c", "n": "ü"})
        await client.fetch(
            "POST", "/", data={"alt": "ü"}, files={"file": ("é.png", b"\x89PNG", "image/png")}
        )
        await client.fetch("POST", "/")
    put, json, form, files, empty = [request.split(b"\r\n\r\n", 1) for request in seen]
    assert all(b"authorization: bearer t" in head.lower() for head, _ in (put, json, form, files, empty))
    assert put[1] == b"\x00\xff" * 1_000_000
    assert b"content-type: image/png" in put[0].lower()
    assert json[1].decode() == '{"text":"مرحبا 🎈"}'
    assert b"content-type: application/json" in json[0].lower()
    assert form[1] == b"text=a+b%26c&n=%C3%BC"
    assert b"content-type: application/x-www-form-urlencoded" in form[0].lower()
    assert b"content-type: multipart/form-data; boundary=" in files[0].lower()
    assert b'name="alt"' in files[1]
    assert "\r\n\r\nü\r\n".encode() in files[1]
    assert b"Content-Type: image/png" in files[1]
    assert b"\r\n\r\n\x89PNG\r\n" in files[1]
    assert empty[1] == b""


async def test_clients_share_connections_and_the_last_one_closes_them() -> None:
    async with recording() as (server, seen):
        async with (
            opened(server.base_url) as first,
            opened(server.base_url, {"Authorization": "own"}) as second,
        ):
            await first.fetch("GET", "/")
            await second.fetch("GET", "/")
            assert server.connections == 1
            await first.aclose()
            await first.aclose()
            await second.fetch("GET", "/")
            assert not server.hung_up.is_set()
        async with asyncio.timeout(60):
            await server.hung_up.wait()
    assert [b"authorization" in head.lower() for head in seen] == [False, True, True]


async def test_many_requests_go_side_by_side() -> None:
    waiting = asyncio.Barrier(150)

    async def together(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await waiting.wait()
        writer.write(response(200))

    async with hostile(together) as server, opened(server.base_url) as client, asyncio.timeout(60):
        answers = await asyncio.gather(*(client.fetch("GET", "/") for _ in range(150)))
    assert [answer.status for answer in answers] == [200] * 150


@asynccontextmanager
async def recording() -> AsyncIterator[tuple[HostileServer, list[bytes]]]:
    seen: list[bytes] = []

    async def record(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            seen.append(await read_request(reader))
            writer.write(response(200))

    async with hostile(record) as server:
        yield server, seen


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_is_read_up_to_its_bound(packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpclient, "MAX_ANSWER_BYTES", 1000)
    assert (await _fetched(b"x" * 1000, packed=packed)).body == b"x" * 1000
    with pytest.raises(NoAnswer, match="too large") as raised:
        await _fetched(b"x" * 1001, packed=packed)
    assert raised.value.left


async def _fetched(body: bytes, *, packed: bool) -> Answer:
    raw = response(200, gzip.compress(body), Content_Encoding="gzip") if packed else response(200, body)
    async with hostile(answering(raw)) as server, opened() as client:
        return await client.fetch("GET", server.base_url)


def test_libraries_that_log_tokens_stay_quiet_below_warnings() -> None:
    HttpClient()
    for name in ("aiohttp.client", "httpx", "httpcore.http11", "telegram.Bot", "telegram.request"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
        assert logging.getLogger(name).isEnabledFor(logging.WARNING)


def test_an_answer_does_not_show_its_body() -> None:
    assert "secret" not in repr(Answer(200, {}, b"secret"))
