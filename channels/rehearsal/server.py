"""A small web server inside this process, able to hang up on its callers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

LOOPBACK: Final = "127.0.0.1"


class GatheringTransport:
    """Sends head and body of an answer in one write instead of two."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._waiting = transport, bytearray()

    def write(self, data: bytes) -> None:
        """Send soon, together with what else is written in this turn of the loop."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        self._waiting += data

    def flush(self) -> None:
        """Send now."""
        if self._waiting:
            self._transport.write(bytes(self._waiting))
            self._waiting.clear()

    def close(self) -> None:
        """Send what is left, then close."""
        self.flush()
        self._transport.close()

    def hang_up(self) -> None:
        """Send what is left, then drop the connection."""
        self.flush()
        self._transport.abort()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class RudeProtocol(H11Protocol):
    """Gives every request ``state["hang_up"]``, which drops the connection without a further byte."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Called once per connection."""
        gathering = GatheringTransport(transport)
        super().connection_made(gathering)  # type: ignore[arg-type]
        self.app_state = {**self.app_state, "hang_up": gathering.hang_up}


class QuietServer(uvicorn.Server):
    """Starts and stops inside a running loop, leaving the process's signals alone."""

    async def open(self, sock: socket.socket) -> None:
        """Listen on a bound socket."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup(sockets=[sock])

    async def close(self) -> None:
        """Stop listening and drop whatever is still open."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            _drop(connection)
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _drop(connection: Any) -> None:
    if connection.transport is not None:
        connection.transport.abort()


def listening_socket(port: int = 0) -> socket.socket:
    """A socket on loopback; port 0 takes a free one."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((LOOPBACK, port))
    return sock


def address(sock: socket.socket) -> str:
    """The address of a bound socket, without a final slash."""
    host, port = sock.getsockname()[:2]
    return f"http://{host}:{port}"


def configured(app: ASGIApp) -> uvicorn.Config:
    """One process, no logs, connections kept alive long enough for a slow rehearsal."""
    return uvicorn.Config(
        app,
        http=RudeProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=300,
        backlog=4096,
    )


@asynccontextmanager
async def serve(app: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """Serve an application on loopback within this loop and yield its address."""
    sock = listening_socket(port)
    server = QuietServer(configured(app))
    try:
        await server.open(sock)
        yield address(sock)
    finally:
        await server.close()
        sock.close()
