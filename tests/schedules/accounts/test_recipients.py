from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from schedules.accounts import accounts, recipients
from schedules.accounts.keys import Key
from schedules.accounts.vault import Vault, rotate
from schedules.errors import StoreUnusable
from schedules.store.engine import Store
from schedules.store.tables import recipient, unsubscribed
from tests.support.deliveries import add_accounts

NOON = datetime(2027, 3, 6, 12, 0, tzinfo=UTC)
VAULT = Vault(Key(b"k" * 32))


@pytest.fixture
async def lists(store: Store) -> Store:
    await add_accounts(store, "press-en", "press-fr", channel="mail")
    return store


async def names(store: Store, account: str = "press-en") -> list[str]:
    async with store.read() as connection:
        found = await connection.execute(select(recipient.c.id).where(recipient.c.account == account))
        return list(found.scalars())


async def add(store: Store, *lines: str, account: str = "press-en") -> recipients.Added:
    return await recipients.add(store, VAULT, account, lines, NOON)


async def test_addresses_are_added_once_and_wrong_lines_are_named(lists: Store) -> None:
    done = await add(lists, "desk@example.org", "", "DESK@Example.ORG", "no address", "news@example.com")
    assert (done.new, done.known, done.left, done.wrong) == (2, 1, 0, (4,))
    assert len(await recipients.addresses(lists, VAULT, "press-en")) == 2
    assert await recipients.addresses(lists, VAULT, "press-en") == ["DESK@example.org", "news@example.com"]


async def test_lists_are_apart(lists: Store) -> None:
    await add(lists, "desk@example.org")
    await add(lists, "desk@example.org", account="press-fr")
    assert len(await recipients.addresses(lists, VAULT, "press-fr")) == 1
    assert set(await names(lists)).isdisjoint(await names(lists, "press-fr"))


async def test_who_leaves_is_erased_and_no_import_brings_them_back(lists: Store) -> None:
    await add(lists, "desk@example.org")
    (name,) = await names(lists)
    assert await recipients.address_of(lists, VAULT, name) == "desk@example.org"
    assert await recipients.leave(lists, name)
    assert not await recipients.leave(lists, name)
    assert await recipients.address_of(lists, VAULT, name) is None
    done = await add(lists, "Desk@Example.org")
    assert (done.new, done.left) == (0, 1)


async def test_a_coordinator_takes_an_address_off_for_good(lists: Store) -> None:
    await add(lists, "desk@example.org")
    assert await recipients.remove(lists, VAULT, "press-en", "desk@EXAMPLE.org")
    assert not await recipients.remove(lists, VAULT, "press-en", "desk@example.org")
    assert (await add(lists, "desk@example.org")).left == 1


async def test_no_row_shows_an_address(lists: Store) -> None:
    await add(lists, "desk@example.org", "gone@example.org")
    await recipients.remove(lists, VAULT, "press-en", "gone@example.org")
    async with lists.read() as connection:
        rows = [
            *await connection.execute(select(recipient)),
            *await connection.execute(select(unsubscribed)),
        ]
    shown = " ".join(str(value) for row in rows for value in row)
    assert "example" not in shown
    assert len(rows) == 2


@pytest.mark.parametrize(
    "line",
    ["desk", "desk@", "@example.org", "desk@localhost", "a b@example.org", "x@y.org\r\nBcc: z@y.org", "<a@b.cd>",
     "a@b.cd, e@f.gh", "a" * 250 + "@example.org", "a\u202eb@example.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused(line: str) -> None:
    assert recipients.cleaned(line) is None


@given(st.text())
def test_a_cleaned_address_stays_as_it_is(line: str) -> None:
    address = recipients.cleaned(line)
    if address is not None:
        assert recipients.cleaned(address) == address
        assert "\n" not in address


async def test_a_new_key_opens_every_address_and_finds_it_again(lists: Store) -> None:
    await add(lists, "desk@example.org")
    new = Vault(Key(b"n" * 32))
    await rotate(lists, VAULT, new)
    assert await recipients.addresses(lists, new, "press-en") == ["desk@example.org"]
    done = await recipients.add(lists, new, "press-en", ["desk@example.org"], NOON)
    assert (done.new, done.known) == (0, 1)
    with pytest.raises(StoreUnusable):
        await recipients.addresses(lists, VAULT, "press-en")


async def test_removing_the_account_erases_its_list(lists: Store) -> None:
    await add(lists, "desk@example.org")
    await accounts.remove(lists, "press-en", NOON)
    assert await names(lists) == []
