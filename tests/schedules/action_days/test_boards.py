from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from schedules.accounts.vault import rotate
from schedules.action_days import boards
from schedules.action_days.boards import Place
from schedules.errors import StoreUnusable
from schedules.store import tables
from schedules.store.engine import Store
from tests.schedules.accounts.test_vault import OTHER, VAULT
from tests.support.deliveries import add_accounts

CHAT, MOVED = -1_001_234_567, -1_007_654_321


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url)
    await add_accounts(store, "a")
    async with store.write() as connection:
        await boards.put(connection, VAULT, CHAT, "demo", "release", "ar")
    yield store
    await store.close()


async def test_a_board_is_found_by_its_group_and_no_row_tells_which_that_is(store: Store) -> None:
    assert await boards.is_board(store, VAULT, CHAT)
    assert not await boards.is_board(store, VAULT, MOVED)
    async with store.read() as connection:
        row = (await connection.execute(select(tables.board))).one()
    assert str(CHAT) not in repr(row)


async def test_a_group_that_moved_gets_a_fresh_message_and_one_that_threw_the_bot_out_none(
    store: Store,
) -> None:
    [place] = await boards.places(store)
    await boards.note_shown(store, place, 7, "digest")
    assert await boards.places(store) == (Place("demo", "release", 7, "digest", "ar"),)
    await boards.moved(store, VAULT, CHAT, MOVED)
    assert await boards.places(store) == (Place("demo", "release", None, "", "ar"),)
    assert await boards.address(store, VAULT, "demo", "release") == MOVED
    await boards.lost(store, VAULT, CHAT)
    assert await boards.is_board(store, VAULT, MOVED)
    await boards.lost(store, VAULT, MOVED)
    assert await boards.places(store) == ()


async def test_a_new_key_opens_its_address_and_the_old_one_does_not(store: Store) -> None:
    await rotate(store, VAULT, OTHER)
    assert await boards.address(store, OTHER, "demo", "release") == CHAT
    with pytest.raises(StoreUnusable, match="sealed with key"):
        await boards.address(store, VAULT, "demo", "release")
