"""A proxy before PostgreSQL's socket that a test can cut and mend."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


class Proxy:
    """Passes bytes on until it is cut; then every connection dies and new ones are refused."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._is_cut = False

    def cut(self) -> None:
        """Kill every connection and accept no new one. Returns when it is done."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(60)

    def mend(self) -> None:
        """Accept connections again."""
        self._is_cut = False

    async def _cut(self) -> None:
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self._is_cut:
            back.transport.abort()
            return
        server, there = await asyncio.open_unix_connection(str(self._server))
        pair = {back, there}
        self._open |= pair
        await asyncio.gather(_pass_on(client, there), _pass_on(server, back))
        self._open -= pair

    def run(self, path: Path, ready: threading.Event, stop: asyncio.Event) -> None:
        """Serve on ``path`` until ``stop`` is set."""

        async def serve() -> None:
            async with await asyncio.start_unix_server(self._serve, str(path)):
                ready.set()
                await stop.wait()
                await self._cut()
                while self._open:
                    await asyncio.sleep(0)

        try:
            self._loop.run_until_complete(serve())
        finally:
            self._loop.close()

    def stop(self, event: asyncio.Event) -> None:
        """End ``run``."""
        self._loop.call_soon_threadsafe(event.set)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@contextmanager
def proxy_before(server_folder: Path, folder: Path) -> Iterator[Proxy]:
    """A proxy in ``folder`` before the server whose socket is in ``server_folder``."""
    proxy, ready, stop = Proxy(server_folder / SOCKET), threading.Event(), asyncio.Event()
    thread = threading.Thread(target=proxy.run, args=(folder / SOCKET, ready, stop), daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield proxy
    finally:
        proxy.stop(stop)
        thread.join(60)
