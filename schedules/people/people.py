"""People behind pseudonyms: found by a keyed fingerprint, reached by an address that only the key opens."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.secret import Secret
from content.later import later
from schedules.accounts.vault import TELEGRAM, Vault, person_row
from schedules.clock import Clock
from schedules.errors import PersonUnknown, StoreUnusable
from schedules.store.engine import Store
from schedules.store.tables import person
from schedules.store.upsert import insert_new

PSEUDONYM_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the bot knows.

    Attributes:
        id: A random pseudonym.
        handle: The name under which somebody in charge acts; ``None`` for a volunteer.
        language: Of the bot's own words.
        left_at: When they blocked the bot or left it.
        locked_at: When another administrator locked them out.
    """

    id: str
    handle: str | None
    language: str
    left_at: datetime | None = None
    locked_at: datetime | None = None


_COLUMNS: Final = (
    person.c.id,
    person.c.handle,
    person.c.language,
    person.c.left_at,
    person.c.locked_at,
)


async def find(store: Store, vault: Vault, telegram: int) -> Person | None:
    """Who this Telegram id is, or ``None`` where nothing is kept of them."""
    return await _one(store, person.c.fingerprint == fingerprint(vault, telegram))


async def get(store: Store, name: str) -> Person | None:
    """The person of a pseudonym."""
    return await _one(store, person.c.id == name)


async def called(store: Store, handle: str) -> Person:
    """The person in charge who acts under a handle.

    Raises:
        PersonUnknown: Nobody with that handle has come to the bot.
    """
    found = await _one(store, person.c.handle == handle)
    if found is None:
        raise PersonUnknown(
            f"{handle} has not come to the bot yet. Send them a link: munasara people invite {handle} --role ROLE",
            later("Nobody acts under the name {handle} here.", handle=handle),
        )
    return found


async def address(store: Store, vault: Vault, name: str) -> int | None:
    """The Telegram id of a pseudonym, or ``None`` where nobody is left behind it.

    Raises:
        StoreUnusable: It was sealed with another key, or changed, or moved here from another row.
    """
    async with store.read() as connection:
        sealed = (
            await connection.execute(
                select(person.c.address).where(person.c.id == name, person.c.left_at.is_(None))
            )
        ).scalar()
    return None if sealed is None else int(vault.open(person_row(name), sealed).reveal())


async def unreadable(store: Store, vault: Vault) -> int:
    """How many addresses no longer open: changed, or moved to another row, past Munasara."""
    broken = 0
    async with store.read() as connection:
        async for row in await connection.stream(select(person.c.id, person.c.address)):
            broken += not _opens(vault, row.id, row.address)
    return broken


async def welcome(
    connection: AsyncConnection,
    vault: Vault,
    clock: Clock,
    telegram: int,
    language: str,
    handle: str | None = None,
) -> str:
    """Keep somebody, or find them again; gives their pseudonym. Whoever had left is back."""
    mark = fingerprint(vault, telegram)
    name = secrets.token_hex(PSEUDONYM_BYTES)
    sealed = vault.seal(person_row(name), Secret(str(telegram)))
    row = {"id": name, "fingerprint": mark, "address": sealed, "language": language}
    await insert_new(connection, person, [row | {"joined_at": clock.now()}])
    found = await connection.execute(select(person.c.id).where(person.c.fingerprint == mark))
    kept = str(found.scalar_one())
    values: dict[str, Any] = {"left_at": None, "language": language}
    values |= {"handle": handle} if handle else {}
    await connection.execute(update(person).where(person.c.id == kept).values(values))
    return kept


async def change(store: Store, name: str, values: Mapping[str, Any]) -> None:
    """Write columns of one person."""
    async with store.write() as connection:
        await connection.execute(update(person).where(person.c.id == name).values(dict(values)))


async def left(store: Store, clock: Clock, name: str) -> None:
    """They blocked the bot or left it: nothing is sent to them, and in a week they are forgotten."""
    await change(store, name, {"left_at": clock.now()})


def fingerprint(vault: Vault, telegram: int) -> str:
    """A keyed name for a Telegram id, which tells nothing of it."""
    return vault.fingerprint(TELEGRAM, str(telegram))


def _opens(vault: Vault, name: str, sealed: bytes) -> bool:
    try:
        vault.open(person_row(name), sealed)
    except StoreUnusable:
        return False
    return True


async def _one(store: Store, condition: ColumnElement[bool]) -> Person | None:
    async with store.read() as connection:
        row = (await connection.execute(select(*_COLUMNS).where(condition))).one_or_none()
    return None if row is None else Person(*row)
