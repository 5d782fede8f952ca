import asyncio
from collections.abc import Sequence

import pytest

from schedules.ledger.groupcommit import GroupCommit

UNLUCKY = 999


class Database:
    """Remembers every batch; a gate holds commits back until it is opened."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()

    async def commit(self, items: Sequence[int]) -> Sequence[int]:
        await self.gate.wait()
        self.batches.append(list(items))
        if UNLUCKY in items:
            raise OSError
        return [item * 10 for item in items]


async def test_items_that_arrive_together_share_a_commit_and_each_gets_its_own_result() -> None:
    database = Database()
    database.gate.set()
    group = GroupCommit(database.commit, 100)
    results = await asyncio.gather(*(group.add(number) for number in range(40)))
    assert results == [number * 10 for number in range(40)]
    assert database.batches == [list(range(40))]


async def test_items_that_arrive_during_a_commit_share_the_next_one() -> None:
    database = Database()
    group = GroupCommit(database.commit, 100)
    first = asyncio.create_task(group.add(1))
    for _ in range(3):
        await asyncio.sleep(0)
    others = [asyncio.create_task(group.add(number)) for number in (2, 3)]
    await asyncio.sleep(0)
    database.gate.set()
    assert await asyncio.gather(first, *others) == [10, 20, 30]
    assert database.batches == [[1], [2, 3]]


async def test_no_batch_is_larger_than_allowed() -> None:
    database = Database()
    database.gate.set()
    group = GroupCommit(database.commit, 4)
    await asyncio.gather(*(group.add(number) for number in range(10)))
    assert [len(batch) for batch in database.batches] == [4, 4, 2]


async def test_an_error_reaches_every_caller_of_its_batch_and_no_other() -> None:
    database = Database()
    database.gate.set()
    group = GroupCommit(database.commit, 2)
    results = await asyncio.gather(
        *(group.add(number) for number in (998, UNLUCKY, 1000)), return_exceptions=True
    )
    assert [type(result) for result in results] == [OSError, OSError, int]
    assert await group.add(1) == 10


async def test_a_caller_that_gave_up_disturbs_nobody() -> None:
    database = Database()
    group = GroupCommit(database.commit, 100)
    impatient, patient = (asyncio.create_task(group.add(number)) for number in (1, 2))
    await asyncio.sleep(0)
    impatient.cancel()
    database.gate.set()
    assert await patient == 20
    with pytest.raises(asyncio.CancelledError):
        await impatient
