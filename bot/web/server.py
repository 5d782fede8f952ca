"""The web server inside the worker's process."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from bot.errors import SettingsError

OFF: Final = "off"


class _Server(uvicorn.Server):
    """A server that leaves the signals to the worker."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, address: str) -> AsyncIterator[str | None]:
    """Answer for as long as the block lasts; gives the address in use, or ``None`` where it is off.

    Args:
        address: ``host:port``, port 0 for any free one, or ``off``.

    Raises:
        SettingsError: Nobody can listen there.
    """
    if address == OFF:
        yield None
        return
    with _listening(address) as listener:
        server = _Server(uvicorn.Config(app, access_log=False, log_config=None, lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield _shown(listener)
        finally:
            server.should_exit = True
            await task


@contextmanager
def _listening(address: str) -> Iterator[socket.socket]:
    host, _, port = address.rpartition(":")
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
        listener = socket.socket(found[0][0], socket.SOCK_STREAM)
    except (OSError, OverflowError) as error:
        raise _cannot(address, error) from None
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(found[0][4])
            listener.listen()
        except OSError as error:
            raise _cannot(address, error) from None
        yield listener


def _cannot(address: str, error: Exception) -> SettingsError:
    why = (
        os.strerror(error.errno)
        if isinstance(error, OSError) and error.errno and error.errno > 0
        else str(error)
    )
    return SettingsError(
        f"MUNASARA_HTTP: nobody can listen on {address}: {why}. Choose another port, or write off."
    )


def _shown(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
