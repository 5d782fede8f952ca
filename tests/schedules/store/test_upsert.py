from sqlalchemy import select

from schedules.store.engine import Store
from schedules.store.tables import pause
from schedules.store.upsert import insert_new
from tests.support.deliveries import NOON


async def test_rows_that_are_there_stay_as_they_are(store: Store) -> None:
    rows = [{"scope": scope, "actor": "amal", "paused_at": NOON} for scope in ("a", "b")]
    async with store.write() as connection:
        await insert_new(connection, pause, rows[:1])
        await insert_new(connection, pause, [row | {"actor": "basma"} for row in rows])
        await insert_new(connection, pause, [])
        found = (
            await connection.execute(select(pause.c.scope, pause.c.actor).order_by(pause.c.scope))
        ).all()
    assert [tuple(row) for row in found] == [("a", "amal"), ("b", "basma")]
