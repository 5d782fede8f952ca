"""A day's prompts to 3,000 volunteers and 40 groups on one token, on a clock that jumps."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import pytest

from schedules.accounts.buckets import TELEGRAM_BOT
from schedules.store.engine import Store
from schedules.store.migrate import migrate
from tests.support.virtual_rush import VirtualRush

LETTERS: Final = 3_000
GROUPS: Final = 40
BEFORE: Final = 700
"""Letters and posts that are out when something urgent comes."""


@pytest.fixture
async def hour(sqlite_url: str) -> AsyncIterator[VirtualRush]:
    migrate(sqlite_url)
    store = Store(sqlite_url)
    hour = VirtualRush(store)
    await hour.begin(LETTERS, GROUPS)
    try:
        yield hour
    finally:
        await store.close()


async def test_three_thousand_letters_use_the_lane_and_nothing_is_refused(hour: VirtualRush) -> None:
    await hour.until_shown(BEFORE)
    came_at = hour.seconds()
    (urgent,) = await hour.add_letters(1, earlier=timedelta(hours=1))
    await hour.until_shown(LETTERS + GROUPS + 1)
    lasted = hour.seconds()
    await hour.all_answered()

    assert hour.refused == 0
    assert len(hour.shown) == LETTERS + GROUPS + 1 + len(hour.waits)
    assert len([each for each in hour.shown if each <= lasted]) / (TELEGRAM_BOT.rate * lasted) >= 0.95
    assert hour.arrived[urgent] - came_at < 2
    waits = sorted(hour.waits)
    assert len(waits) > 300
    assert waits[int(len(waits) * 0.99)] < 1
