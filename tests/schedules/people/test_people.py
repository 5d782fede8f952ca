from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from schedules.errors import PersonUnknown, StoreUnusable
from schedules.people import people
from schedules.people.people import Person
from schedules.store.engine import Store
from schedules.store.tables import person
from tests.support.crowd import MORNING, OTHER, TELEGRAM, VAULT, arrive, clock


async def count(store: Store) -> int:
    async with store.read() as connection:
        return (await connection.execute(select(func.count()).select_from(person))).scalar_one()


async def test_whoever_came_is_found_by_their_id_and_by_their_pseudonym(store: Store) -> None:
    name = await arrive(store)
    assert await people.find(store, VAULT, TELEGRAM) == Person(name, None, "ar")
    assert await people.get(store, name) == Person(name, None, "ar")
    assert await people.address(store, VAULT, name) == TELEGRAM


async def test_a_pseudonym_is_random_and_tells_nothing(store: Store) -> None:
    one, two = await arrive(store), await arrive(store, 7)
    assert one != two
    assert len(one) == 2 * people.PSEUDONYM_BYTES
    assert str(TELEGRAM) not in one


async def test_whoever_comes_twice_is_one_person(store: Store) -> None:
    first = await arrive(store)
    assert await arrive(store) == first
    assert await count(store) == 1


async def test_whoever_comes_again_keeps_their_handle_and_is_back(store: Store) -> None:
    name = await arrive(store, handle="amal")
    await people.left(store, clock(), name)
    assert await arrive(store) == name
    assert await people.get(store, name) == Person(name, "amal", "ar")


async def test_nothing_is_sent_to_whoever_has_left(store: Store) -> None:
    name = await arrive(store)
    await people.left(store, clock(), name)
    assert await people.address(store, VAULT, name) is None
    found = await people.get(store, name)
    assert found is not None
    assert found.left_at == MORNING


async def test_nobody_is_found_where_nobody_came(store: Store) -> None:
    assert await people.find(store, VAULT, TELEGRAM) is None
    assert await people.get(store, "f" * 32) is None
    assert await people.address(store, VAULT, "f" * 32) is None


async def test_another_key_finds_and_opens_nobody(store: Store) -> None:
    name = await arrive(store)
    assert await people.find(store, OTHER, TELEGRAM) is None
    with pytest.raises(StoreUnusable, match="sealed with key"):
        await people.address(store, OTHER, name)


async def test_an_address_that_was_moved_to_another_row_is_not_opened(store: Store) -> None:
    one, two = await arrive(store), await arrive(store, 7)
    async with store.write() as connection:
        theirs = select(person.c.address).where(person.c.id == one)
        sealed = (await connection.execute(theirs)).scalar_one()
        await connection.execute(update(person).where(person.c.id == two).values(address=sealed))
    with pytest.raises(StoreUnusable, match="belongs to another row"):
        await people.address(store, VAULT, two)


async def test_somebody_in_charge_is_found_by_their_handle(store: Store) -> None:
    name = await arrive(store, handle="amal")
    assert (await people.called(store, "amal")).id == name
    with pytest.raises(PersonUnknown, match="munasara people invite sami"):
        await people.called(store, "sami")


async def test_columns_of_one_person_are_changed_and_of_nobody_else(store: Store) -> None:
    one, two = await arrive(store), await arrive(store, 7)
    await people.change(store, one, {"language": "tr", "locked_at": MORNING + timedelta(hours=1)})
    changed, same = await people.get(store, one), await people.get(store, two)
    assert changed == Person(one, None, "tr", locked_at=MORNING + timedelta(hours=1))
    assert same == Person(two, None, "ar")


def test_a_fingerprint_needs_the_key_and_tells_nothing() -> None:
    mark = people.fingerprint(VAULT, TELEGRAM)
    assert mark == people.fingerprint(VAULT, TELEGRAM)
    assert mark not in {people.fingerprint(OTHER, TELEGRAM), people.fingerprint(VAULT, TELEGRAM + 1)}
    assert str(TELEGRAM) not in mark
