import json
import sqlite3

import psycopg
import pytest

from schedules.ledger.sql import Statements, statements
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.postgres import for_libpq


@pytest.mark.parametrize("sqlite", [True, False])
def test_no_fragment_is_left_open(sqlite: bool) -> None:
    written = statements(sqlite=sqlite, server_time=not sqlite)
    for name in Statements.__slots__:
        assert "{" not in getattr(written, name), name


def test_bound_time_and_server_time_differ_in_nothing_else() -> None:
    bound, server = (statements(sqlite=False, server_time=server) for server in (False, True))
    assert "%(now)s" in bound.claim
    assert "%(now)s" not in server.claim
    assert "statement_timestamp" in server.claim


async def test_a_claim_on_postgresql_reads_only_what_it_takes(postgres_url: str) -> None:
    store = Store(postgres_url)
    await add_accounts(store, *(f"a{number}" for number in range(20)))
    await add_deliveries(store, [f"a{number}" for number in range(20)], 500)
    await store.close()
    written = statements(sqlite=False, server_time=False)
    rooms = json.dumps([{"account": f"a{number}", "room": 5} for number in range(20)])
    bound = {"rows": rooms, "claim": "c", "lease": 1, "now": 2**62}
    with psycopg.connect(for_libpq(postgres_url), autocommit=True) as connection:
        connection.execute("ANALYZE")
        plan = "\n".join(row[0] for row in connection.execute(f"EXPLAIN {written.claim}", bound))
    assert "Seq Scan on delivery" not in plan, plan
    assert "Index Scan" in plan


BOUND = {
    **dict.fromkeys(
        (
            "poison_reason",
            "poison_remedy",
            "lost_reason",
            "unneeded",
            "unapproved",
            "late",
            "remedy",
            "reason",
            "unanswered",
            "answered",
        ),
        "",
    ),
    "now": 1,
    "rows": "[]",
    "account": "a",
    "room": 5,
    "claim": "c",
    "lease": 1,
    "poison": 3,
}
EACH_TICK = (
    "candidates",
    "claim",
    "mark",
    "settle",
    "return_unsent",
    "take_over",
    "expire",
    "expire_handed_off",
    "drop_followers",
)


async def _long_history(url: str) -> None:
    store = Store(url)
    await add_accounts(store, "a", "b")
    await add_deliveries(store, ["a", "b"], 15_000, state="sent")
    await add_deliveries(store, ["a", "b"], 50, state="planned")
    await add_deliveries(store, ["a", "b"], 50)
    await store.close()


async def test_no_tick_on_sqlite_reads_what_has_ended(sqlite_url: str) -> None:
    await _long_history(sqlite_url)
    written = statements(sqlite=True, server_time=False)
    connection = sqlite3.connect(sqlite_url.partition("///")[2])
    connection.execute("ANALYZE")
    for name in EACH_TICK:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {getattr(written, name)}", BOUND)]
        assert [step for step in plan if step.startswith("SCAN delivery")] == [], name
    connection.close()


async def test_no_tick_on_postgresql_reads_what_has_ended(postgres_url: str) -> None:
    await _long_history(postgres_url)
    written = statements(sqlite=False, server_time=False)
    with psycopg.connect(for_libpq(postgres_url), autocommit=True) as connection:
        connection.execute("ANALYZE")
        for name in EACH_TICK:
            found = connection.execute(f"EXPLAIN {getattr(written, name)}", BOUND)
            plan = "\n".join(row[0] for row in found)
            assert "Seq Scan on delivery" not in plan, f"{name}\n{plan}"
