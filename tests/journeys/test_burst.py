"""A hundred posts due at one instant are a hundred posts sent; here, five hundred."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from schedules.clock import SystemClock
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.history import judge
from tests.support.processes import PATIENT, run_to_the_end, standin_process

pytestmark = pytest.mark.timeout(1_200)

ACCOUNTS = tuple(f"account-{number}" for number in range(20))


async def test_five_hundred_posts_due_at_one_instant_are_all_accepted_once(
    database_url: str, tmp_path: Path
) -> None:
    store = Store(database_url)
    due_at = SystemClock().now() + timedelta(seconds=2)
    await add_accounts(store, *ACCOUNTS)
    await add_deliveries(store, ACCOUNTS, 25, due_at=due_at)
    with standin_process(tmp_path / "log.jsonl") as standin:
        wanted = {"database": database_url, "base_url": standin.base_url, "in_flight": 200, **PATIENT}
        assert run_to_the_end(wanted) == 0
        accepted = standin.entries("accepted")
    verdict = await judge(store, accepted)
    verdict.assert_sound()
    assert verdict.states == {"sent": 500}
    assert Counter(entry["account"] for entry in accepted) == dict.fromkeys(ACCOUNTS, 25)
    assert min(entry["at"] for entry in accepted) >= due_at.isoformat()
    await store.close()
