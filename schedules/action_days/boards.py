"""The groups of organisers in which boards stand: reached by an id that only the key opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.secret import Secret
from schedules.accounts.vault import Vault, board_row
from schedules.store.engine import Store
from schedules.store.tables import board
from schedules.store.upsert import insert_new


@dataclass(frozen=True, slots=True)
class Place:
    """Where the board of an action day stands.

    Attributes:
        message: The number of the message that shows it; ``None`` where it is still to be written.
        shown: A digest of what it shows.
    """

    campaign: str
    day: str
    message: int | None
    shown: str
    language: str


async def places(store: Store) -> tuple[Place, ...]:
    """Every board that stands in a group."""
    return tuple(
        Place(row.campaign, row.day, row.message, row.shown, row.language) for row in await _rows(store)
    )


async def address(store: Store, vault: Vault, campaign: str, day: str) -> int | None:
    """The chat in which a board stands. Never to be kept, logged or shown.

    Raises:
        StoreUnusable: It was sealed with another key, or changed, or moved here from another row.
    """
    async with store.read() as connection:
        found = await connection.execute(select(board.c.address).where(*_is(campaign, day)))
        sealed = found.scalar()
    return None if sealed is None else _opened(vault, campaign, day, sealed)


async def is_board(store: Store, vault: Vault, chat: int) -> bool:
    """Whether a board stands in a chat.

    Raises:
        StoreUnusable: As ``address``.
    """
    return bool(_in(vault, await _rows(store), chat))


async def put(
    connection: AsyncConnection, vault: Vault, chat: int, campaign: str, day: str, language: str
) -> None:
    """Let the board of a day stand in a chat, in a transaction, and in no other one any more."""
    names = {"campaign": campaign, "day": day}
    fresh = {
        "address": vault.seal(board_row(campaign, day), Secret(str(chat))),
        "message": None,
        "shown": "",
        "language": language,
    }
    await insert_new(connection, board, [names | fresh])
    await connection.execute(update(board).where(*_is(campaign, day)).values(fresh))


async def note_shown(store: Store, place: Place, message: int, shown: str) -> None:
    """Keep which message shows what."""
    async with store.write() as connection:
        mine = _is(place.campaign, place.day)
        await connection.execute(update(board).where(*mine).values(message=message, shown=shown))


async def moved(store: Store, vault: Vault, chat: int, to: int) -> None:
    """A group has a new id, and its messages are not there: its boards are written anew.

    Raises:
        StoreUnusable: As ``address``.
    """
    for row in _in(vault, await _rows(store), chat):
        async with store.write() as connection:
            await put(connection, vault, to, row.campaign, row.day, row.language)


async def lost(store: Store, vault: Vault, chat: int) -> None:
    """The bot was thrown out of a group: no board stands there any more.

    Raises:
        StoreUnusable: As ``address``.
    """
    for row in _in(vault, await _rows(store), chat):
        await forget(store, row.campaign, row.day)


async def forget(store: Store, campaign: str, day: str) -> None:
    """Forget where the board of a day stands."""
    async with store.write() as connection:
        await connection.execute(delete(board).where(*_is(campaign, day)))


async def _rows(store: Store) -> Sequence[Row[Any]]:
    async with store.read() as connection:
        return (await connection.execute(select(board).order_by(board.c.campaign, board.c.day))).all()


def _in(vault: Vault, rows: Sequence[Row[Any]], chat: int) -> list[Row[Any]]:
    return [row for row in rows if _opened(vault, row.campaign, row.day, row.address) == chat]


def _opened(vault: Vault, campaign: str, day: str, sealed: bytes) -> int:
    return int(vault.open(board_row(campaign, day), sealed).reveal())


def _is(campaign: str, day: str) -> tuple[Any, ...]:
    return board.c.campaign == campaign, board.c.day == day
