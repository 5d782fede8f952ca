import asyncio
from collections import Counter
from datetime import date

import pytest

from schedules.people.wordings import MOST_A_DAY, least_used
from schedules.store.engine import Store

TODAY = date(2027, 2, 4)


@pytest.mark.parametrize("numbers", [1, 3])
async def test_wordings_are_shared_evenly_and_run_out(database_url: str, numbers: int) -> None:
    store = Store(database_url)
    try:
        given = [
            await least_used(store, "demo/day-4", "en", numbers, TODAY) for _ in range(numbers * MOST_A_DAY)
        ]
        assert Counter(given) == dict.fromkeys(range(numbers), MOST_A_DAY)
        assert await least_used(store, "demo/day-4", "en", numbers, TODAY) is None
        assert await least_used(store, "demo/day-4", "de", numbers, TODAY) == 0
        assert await least_used(store, "demo/day-4", "en", numbers, TODAY.replace(day=5)) == 0
    finally:
        await store.close()


async def test_eight_at_once_take_no_more_than_there_is(database_url: str) -> None:
    store = Store(database_url)
    try:
        asked = (least_used(store, "demo/day-4", "en", 1, TODAY) for _ in range(MOST_A_DAY + 8))
        given = await asyncio.gather(*asked)
        assert Counter(given) == {0: MOST_A_DAY, None: 8}
    finally:
        await store.close()
