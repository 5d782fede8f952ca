from datetime import timedelta
from typing import Any

from sqlalchemy import text

from schedules.commands.installation import last_failures, planned_with, schema_is_current
from schedules.store.engine import Store
from tests.support.deliveries import NOON, add_accounts, add_deliveries


async def test_a_migrated_database_is_current(store: Store) -> None:
    assert await schema_is_current(store)
    async with store.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not await schema_is_current(store)


async def test_each_campaign_tells_its_release_of_time_zones(store: Store) -> None:
    await add_accounts(store, "a")
    assert await planned_with(store) == {"demo": "2026f"}


async def test_only_an_account_whose_latest_post_went_wrong_is_told(store: Store) -> None:
    await add_accounts(store, "a", "b", "c")
    later = NOON + timedelta(minutes=1)
    wrong: dict[str, Any] = {"state": "refused", "reason": "It is too long."}
    await add_deliveries(store, ["a"], 1, state="sent")
    await add_deliveries(store, ["a"], 1, **wrong, changed_at=later)
    await add_deliveries(store, ["b"], 1, **wrong)
    await add_deliveries(store, ["b"], 1, state="sent", changed_at=later)
    await add_deliveries(store, ["c"], 1)
    assert await last_failures(store) == {"a": "refused: It is too long."}
