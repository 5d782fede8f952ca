import structlog
from sqlalchemy import select, update

from schedules.people import audit, people
from schedules.people.inspection import inspect
from schedules.store.engine import Store
from schedules.store.tables import person
from tests.support.crowd import OTHER, VAULT, arrive, clock


async def test_sound_rows_are_not_spoken_of(store: Store) -> None:
    await arrive(store, 1)
    await inspect(store, VAULT, clock())
    assert await people.unreadable(store, VAULT) == 0
    assert await audit.head(store) is None


async def test_rows_that_were_moved_are_recorded_and_nobody_is_named(store: Store) -> None:
    one, two = await arrive(store, 1), await arrive(store, 2)
    async with store.write() as connection:
        theirs = (await connection.execute(select(person.c.address).where(person.c.id == one))).scalar_one()
        await connection.execute(update(person).where(person.c.id == two).values(address=theirs))
    with structlog.testing.capture_logs() as logs:
        await inspect(store, VAULT, clock())
    (record,) = await audit.records(store, 10)
    assert (record.act, record.object) == ("found changed rows", "people: 1")
    assert [line["event"] for line in logs] == ["rows of people were changed past Munasara", "audit head"]
    assert one not in str(logs)
    assert two not in str(logs)


async def test_with_another_key_no_row_opens(store: Store) -> None:
    await arrive(store, 1)
    assert await people.unreadable(store, OTHER) == 1
