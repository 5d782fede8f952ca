"""A migrated store on each database."""

from collections.abc import AsyncIterator

import pytest

from schedules.store.engine import Store
from schedules.store.migrate import migrate


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store with the current schema; the test runs once on each database."""
    migrate(database_url)
    store = Store(database_url)
    yield store
    await store.close()
