"""Many callers, one transaction: items that arrive while a commit is under way share the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Collects items and commits them together, each caller waiting for its own result.

    Args:
        commit: Commits a batch and returns one result per item, in order. An error goes to every caller.
        at_most: Items in one batch.
    """

    def __init__(
        self, commit: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]], at_most: int
    ) -> None:
        self._commit = commit
        self._at_most = at_most
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._flushing: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> Result:
        """Commit one item, together with whatever else is waiting. Returns after the commit."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await future

    async def _flush(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(self._at_most, len(self._waiting)))]
                await self._commit_batch(batch)
        finally:
            self._flushing = None

    async def _commit_batch(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._commit([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - the error belongs to whoever waits
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
