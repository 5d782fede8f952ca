"""The recipients of a mailing list: addresses sealed one by one, found by a keyed fingerprint, gone when they leave."""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.secret import Secret
from schedules.accounts.vault import Vault, recipient_row
from schedules.store.engine import Store
from schedules.store.tables import recipient, unsubscribed
from schedules.store.upsert import insert_new

NAME_BYTES: Final = 12
LONGEST: Final = 254
"""Of an address, in characters (RFC 5321)."""

_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\.]{2,}")


@dataclass(frozen=True, slots=True)
class Added:
    """What became of addresses that were given.

    Attributes:
        new: How many are on the list now that were not before.
        known: How many were on it already, or were given twice.
        left: How many had left the list and stay away.
        wrong: Which lines are no addresses, counted from 1.
    """

    new: int
    known: int
    left: int
    wrong: tuple[int, ...]


def cleaned(line: str) -> str | None:
    """An address as it is kept, the domain in lower case; ``None`` where the line is none."""
    address = line.strip()
    if len(address) > LONGEST or not _ADDRESS.fullmatch(address) or not address.isprintable():
        return None
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.lower()}"


async def add(store: Store, vault: Vault, account: str, lines: Iterable[str], now: datetime) -> Added:
    """Put addresses on a list. Those who left it stay away, and nobody is on it twice."""
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    wrong = tuple(number for number, line in numbered if cleaned(line) is None)
    given = [address for _, line in numbered if (address := cleaned(line)) is not None]
    rows = {vault.fingerprint(account, address): address for address in given}
    async with store.write() as connection:
        gone = await _those(connection, unsubscribed, account)
        before = await _those(connection, recipient, account)
        new = {mark: address for mark, address in rows.items() if mark not in gone | before}
        await insert_new(
            connection,
            recipient,
            [_row(vault, account, mark, address, now) for mark, address in new.items()],
        )
    left = len(gone & set(rows))
    return Added(len(new), len(given) - len(new) - left, left, wrong)


async def addresses(store: Store, vault: Vault, account: str) -> Sequence[str]:
    """Every address of a list, in alphabetical order."""
    async with store.read() as connection:
        rows = await connection.execute(
            select(recipient.c.id, recipient.c.address).where(recipient.c.account == account)
        )
        return sorted(vault.open(recipient_row(row.id), row.address).reveal() for row in rows)


async def address_of(store: Store, vault: Vault, name: str) -> str | None:
    """The address of one recipient, or ``None`` where they have left."""
    async with store.read() as connection:
        found = await connection.execute(select(recipient.c.address).where(recipient.c.id == name))
        sealed = found.scalar()
    return None if sealed is None else vault.open(recipient_row(name), sealed).reveal()


async def leave(store: Store, name: str) -> bool:
    """A recipient leaves: the address is erased and no import brings it back. Whether there was such a one."""
    async with store.write() as connection:
        found = await connection.execute(
            select(recipient.c.account, recipient.c.fingerprint).where(recipient.c.id == name)
        )
        row = found.one_or_none()
        if row is None:
            return False
        await _forget(connection, row.account, row.fingerprint)
    return True


async def remove(store: Store, vault: Vault, account: str, address: str) -> bool:
    """Take an address off a list for good. Whether it was on it."""
    mark = vault.fingerprint(account, cleaned(address) or address)
    async with store.write() as connection:
        was_there = mark in await _those(connection, recipient, account)
        await _forget(connection, account, mark)
    return was_there


async def _forget(connection: AsyncConnection, account: str, mark: str) -> None:
    here = (recipient.c.account == account) & (recipient.c.fingerprint == mark)
    await connection.execute(delete(recipient).where(here))
    await insert_new(connection, unsubscribed, [{"account": account, "fingerprint": mark}])


async def _those(connection: AsyncConnection, table: Any, account: str) -> set[str]:
    found = await connection.execute(select(table.c.fingerprint).where(table.c.account == account))
    return set(found.scalars())


def _row(vault: Vault, account: str, mark: str, address: str, now: datetime) -> dict[str, Any]:
    name = secrets.token_hex(NAME_BYTES)
    sealed = vault.seal(recipient_row(name), Secret(address))
    return {"id": name, "account": account, "address": sealed, "fingerprint": mark, "added_at": now}
