import psycopg
import pytest

from schedules.ledger.sql import Statements, statements
from schedules.store.engine import Store
from schedules.store.migrate import migrate
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
    migrate(postgres_url)
    store = Store(postgres_url)
    await add_accounts(store, *(f"a{number}" for number in range(20)))
    await add_deliveries(store, [f"a{number}" for number in range(20)], 500)
    await store.close()
    written = statements(sqlite=False, server_time=False)
    bound = {"account": "a3", "room": 5, "claim": "c", "lease": 1, "now": 2**62}
    with psycopg.connect(for_libpq(postgres_url), autocommit=True) as connection:
        connection.execute("ANALYZE")
        plan = "\n".join(row[0] for row in connection.execute(f"EXPLAIN {written.claim}", bound))
    assert "Seq Scan on delivery" not in plan, plan
    assert "Index Scan" in plan
