"""A migrated store on each database, and an office that works on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from schedules.store.engine import Store
from tests.support.office import Office
from tests.support.queues import Counter


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store with the current schema; the test runs once on each database."""
    store = Store(database_url)
    yield store
    await store.close()


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    """A folder with one slot at noon in Berlin on one account, not planned yet; it is eight in the morning."""
    return await Office(store, tmp_path).open()


@pytest.fixture
async def counter(store: Store, tmp_path: Path) -> Counter:
    """A campaign in three languages on six accounts, planned, at midnight; nothing is queued yet."""
    return await Counter(store, tmp_path).open()
