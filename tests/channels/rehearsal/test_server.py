import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from channels.rehearsal.answers import HalfAnswer
from channels.rehearsal.server import listening_socket, serve


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello")


async def hang_up(request: Request) -> Response:
    request.state.hang_up()
    return Response()


async def wait(request: Request) -> Response:
    await asyncio.Event().wait()
    return Response()


async def half(request: Request) -> Response:
    return HalfAnswer(request.state.hang_up)


APP = Starlette(
    routes=[Route("/", hello), Route("/half", half), Route("/rude", hang_up), Route("/slow", wait)]
)


async def test_it_serves_on_loopback_and_then_no_more() -> None:
    async with serve(APP) as address, httpx.AsyncClient(trust_env=False) as client:
        assert address.startswith("http://127.0.0.1:")
        assert (await client.get(address)).text == "hello"
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(address)


async def test_it_can_hang_up_without_a_byte() -> None:
    async with serve(APP) as address, httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(f"{address}/rude")


async def test_what_was_sent_before_a_hang_up_arrives() -> None:
    async with serve(APP) as address, httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.RemoteProtocolError, match=r"peer closed connection without"):
            await client.get(f"{address}/half")


async def test_a_connection_serves_many_requests() -> None:
    async with serve(APP) as address, httpx.AsyncClient(trust_env=False) as client:
        for _ in range(3):
            assert (await client.get(address)).text == "hello"


async def test_it_stops_although_a_request_is_open() -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        async with serve(APP) as address:
            waiting = asyncio.ensure_future(client.get(f"{address}/slow"))
            await asyncio.sleep(0)
        with pytest.raises(httpx.HTTPError):
            await waiting


def test_a_port_can_be_chosen() -> None:
    with listening_socket() as first:
        port = first.getsockname()[1]
    with listening_socket(port) as second:
        assert second.getsockname()[1] == port
