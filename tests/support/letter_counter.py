"""The other side of a prompt: takes letters over a socket and counts how many each reader got."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class LetterCounter:
    """Counts keys, one a line, and answers each when it is counted."""

    def __init__(self) -> None:
        self.got: Counter[str] = Counter()
        self.port = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one worker until it goes away."""
        try:
            while line := await reader.readline():
                self.got[line.decode().strip().rpartition("#")[2]] += 1
                writer.write(b"taken\n")
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def letter_counter() -> AsyncIterator[LetterCounter]:
    """Count until the block ends."""
    counter = LetterCounter()
    server = await asyncio.start_server(counter.take, "127.0.0.1", 0)
    counter.port = server.sockets[0].getsockname()[1]
    try:
        yield counter
    finally:
        server.close()
        await server.wait_closed()
