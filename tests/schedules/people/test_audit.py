import asyncio
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import delete, select, update

from schedules.people import audit as chain
from schedules.people.audit import MOST_REFUSED, MOST_REFUSED_OF_ALL, Journal, Record
from schedules.store.engine import Store
from schedules.store.tables import audit
from tests.support.crowd import MORNING, OTHER, VAULT, clock

JOURNAL = Journal(VAULT, clock())


async def write(store: Store, *acts: str, actor: str = "amal") -> None:
    for act in acts:
        async with store.write() as connection:
            await JOURNAL.append(connection, actor, act, "everything")


@pytest.fixture
async def written(store: Store) -> Store:
    """A store with four records."""
    await write(store, "paused", "resumed", "approved", "locked")
    return store


async def test_records_come_back_the_newest_first(written: Store) -> None:
    assert await chain.records(written, 2) == (
        Record(4, MORNING, "amal", "locked", "everything"),
        Record(3, MORNING, "amal", "approved", "everything"),
    )


async def test_an_untouched_chain_is_whole(written: Store) -> None:
    verdict = await chain.verify(written, VAULT)
    assert (verdict.is_whole, verdict.records) == (True, 4)
    assert verdict.head == await chain.head(written)


async def test_a_chain_without_records_is_whole_and_has_no_head(store: Store) -> None:
    assert (await chain.verify(store, VAULT)).is_whole
    assert await chain.head(store) is None


@pytest.mark.parametrize(
    "edit", [{"actor": "sami"}, {"act": "viewed"}, {"object": "city:x"}, {"at": MORNING + timedelta(1)}]
)
async def test_an_edit_is_found_where_it_is(written: Store, edit: dict[str, object]) -> None:
    async with written.write() as connection:
        await connection.execute(update(audit).where(audit.c.number == 2).values(**edit))
    assert (await chain.verify(written, VAULT)).broken_at == 2


@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_record_that_was_taken_out_is_found(written: Store, number: int) -> None:
    async with written.write() as connection:
        await connection.execute(delete(audit).where(audit.c.number == number))
    assert (await chain.verify(written, VAULT)).broken_at == number + 1


async def test_records_that_were_numbered_anew_are_found(written: Store) -> None:
    async with written.write() as connection:
        await connection.execute(delete(audit).where(audit.c.number == 2))
        for number in (3, 4):
            await connection.execute(
                update(audit).where(audit.c.number == number).values(number=number - 1)
            )
    assert (await chain.verify(written, VAULT)).broken_at == 2


async def test_a_record_that_was_put_in_is_found(written: Store) -> None:
    async with written.write() as connection:
        mac = (await connection.execute(select(audit.c.mac).where(audit.c.number == 4))).scalar_one()
        row = {"number": 5, "at": MORNING, "actor": "sami", "act": "granted", "object": "admin", "mac": mac}
        await connection.execute(audit.insert(), [row])
    assert (await chain.verify(written, VAULT)).broken_at == 5


async def test_a_chain_that_another_key_made_is_not_ours(written: Store) -> None:
    assert (await chain.verify(written, OTHER)).broken_at == 1


async def test_an_end_that_was_cut_off_is_found_by_the_head_that_was_kept(written: Store) -> None:
    kept = await chain.head(written)
    await write(written, "unlocked")
    assert (await chain.verify(written, VAULT, kept)).is_whole
    async with written.write() as connection:
        await connection.execute(delete(audit).where(audit.c.number >= 4))
    assert (await chain.verify(written, VAULT)).is_whole
    assert (await chain.verify(written, VAULT, kept)).head_missing
    await write(written, "locked", actor="sami")
    assert (await chain.verify(written, VAULT, kept)).head_missing


async def test_records_written_at_once_are_one_chain(store: Store) -> None:
    await asyncio.gather(*(write(store, "approved", "approved") for _ in range(5)))
    assert (await chain.verify(store, VAULT)).is_whole
    assert len(await chain.records(store, 100)) == 10


async def test_a_record_goes_with_the_transaction_that_it_tells_of(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.write() as connection:
            await JOURNAL.append(connection, "amal", "resumed", "everything")
            raise RuntimeError
    assert await chain.records(store, 1) == ()


async def test_a_flood_of_refusals_does_not_fill_the_disk(store: Store) -> None:
    for _ in range(MOST_REFUSED + 5):
        await JOURNAL.refused(store, "sami", "resume")
    await JOURNAL.refused(store, "ines", "resume")
    found = await chain.records(store, 100)
    assert [record.actor for record in found] == ["ines"] + ["sami"] * MOST_REFUSED
    later = clock()
    later.set(MORNING + chain.WINDOW)
    await Journal(VAULT, later).refused(store, "sami", "resume")
    assert (await chain.records(store, 1))[0].at == MORNING + chain.WINDOW


async def test_a_flood_by_many_does_not_fill_the_disk_either(store: Store) -> None:
    for number in range(MOST_REFUSED_OF_ALL + 5):
        await JOURNAL.refused(store, f"{number}", "resume")
    assert len(await chain.records(store, 1_000)) == MOST_REFUSED_OF_ALL


async def test_the_head_is_told_to_the_log(written: Store) -> None:
    with structlog.testing.capture_logs() as logs:
        await chain.post_head(written)
    assert logs == [{"event": "audit head", "log_level": "info", "head": await chain.head(written)}]


async def test_where_nothing_was_recorded_the_log_is_told_nothing(store: Store) -> None:
    with structlog.testing.capture_logs() as logs:
        await chain.post_head(store)
    assert logs == []
