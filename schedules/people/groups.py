"""Telegram groups that the bot serves: found by a keyed fingerprint, reached by an id that only the key opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.secret import Secret
from schedules.accounts.vault import GROUP, Vault, group_row
from schedules.clock import Clock
from schedules.store.engine import Store
from schedules.store.tables import account, group_chat, waiting_group
from schedules.store.upsert import insert_new

LOST: Final = "The bot is no longer in this group. Add it again and write /setup there."
"""Why an account is held whose group threw the bot out."""
GUARDED: Final = (
    "Its city is guarded now, and nothing is sent to a group there. Write to its members in private. "
    "Once the city is open again: /setup in the group."
)
"""Why an account is held whose group is in a city that the campaign does not call open any more."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group that somebody bound to a city.

    Attributes:
        account: The account that posts there.
        topics: The numbers of its topics by purpose; empty where it has none.
        pinned: The message with the prompt of the day.
        shown: The count that was last shown below it.
        bound_at: Since when it has its present id, in UTC.
        held: Why nothing is sent there, or ``None``.
    """

    account: str
    campaign: str
    city: str
    language: str
    topics: Mapping[str, int]
    pinned: int | None
    shown: str
    bound_at: datetime
    held: str | None

    @property
    def scopes(self) -> frozenset[str]:
        """What covers it."""
        return frozenset(
            {
                f"account:{self.account}",
                f"campaign:{self.campaign}",
                f"city:{self.city}",
                f"language:{self.language}",
            }
        )


async def of_chat(store: Store, vault: Vault, chat: int) -> Group | None:
    """The group with this id, or ``None`` where nobody bound it."""
    return await _one(store, group_chat.c.fingerprint == fingerprint(vault, chat))


async def of_account(store: Store, name: str) -> Group | None:
    """The group to which an account posts, or ``None`` where it posts to none."""
    return await _one(store, group_chat.c.account == name)


async def served(store: Store) -> tuple[Group, ...]:
    """Every group to which something may be sent, by account."""
    async with store.read() as connection:
        found = await connection.execute(
            _select().where(account.c.held.is_(None)).order_by(group_chat.c.account)
        )
        return tuple(Group(*row) for row in found)


async def posting(store: Store) -> tuple[str, ...]:
    """Every account that posts to a group, also where it is held."""
    async with store.read() as connection:
        found = await connection.execute(select(group_chat.c.account).order_by(group_chat.c.account))
        return tuple(found.scalars())


async def address(store: Store, vault: Vault, name: str) -> int | None:
    """The chat id of an account's group. Never to be kept, logged or shown.

    Raises:
        StoreUnusable: It was sealed with another key, or changed, or moved here from another row.
    """
    async with store.read() as connection:
        found = await connection.execute(select(group_chat.c.address).where(group_chat.c.account == name))
        sealed = found.scalar()
    return None if sealed is None else int(vault.open(group_row(name), sealed).reveal())


async def save(
    connection: AsyncConnection, vault: Vault, clock: Clock, name: str, chat: int, campaign: str, by: str
) -> None:
    """Note, in a transaction, that an account posts to this group, which waits no longer."""
    values = {"account": name, "campaign": campaign, "topics": {}, "bound_by": by}
    await connection.execute(group_chat.insert().values(values | _placed(vault, clock, name, chat)))
    await _stop_waiting(connection, vault, chat)


async def drop(connection: AsyncConnection, name: str) -> None:
    """Forget, in a transaction, where the group of an account is."""
    await connection.execute(delete(group_chat).where(group_chat.c.account == name))


async def moved(store: Store, vault: Vault, clock: Clock, name: str, chat: int) -> None:
    """The group of an account has a new id, and its messages have other numbers there; what is set is kept."""
    placed = _placed(vault, clock, name, chat)
    async with store.write() as connection:
        await connection.execute(
            update(group_chat)
            .where(group_chat.c.account == name, group_chat.c.fingerprint != placed["fingerprint"])
            .values(placed | {"topics": {}, "pinned": None, "shown": ""})
        )
        await _stop_waiting(connection, vault, chat)
        await let_send(connection, name, LOST)


async def lost(store: Store, vault: Vault, clock: Clock, chat: int) -> None:
    """The bot was thrown out: nothing more is sent there until it is back and bound again."""
    group = await of_chat(store, vault, chat)
    async with store.write() as connection:
        await _stop_waiting(connection, vault, chat)
        if group is not None:
            await connection.execute(
                update(account)
                .where(account.c.id == group.account, account.c.held.is_(None))
                .values(held=LOST, held_at=clock.now())
            )


async def guard(
    connection: AsyncConnection, campaign: str, still_open: Sequence[str], now: datetime
) -> None:
    """Hold, in the transaction that makes cities guarded, the account of every group of the campaign elsewhere."""
    groups_of_it = select(group_chat.c.account).where(group_chat.c.campaign == campaign)
    may_be_held = or_(account.c.held.is_(None), account.c.held == LOST)
    await connection.execute(
        update(account)
        .where(account.c.id.in_(groups_of_it), account.c.city.not_in(still_open), may_be_held)
        .values(held=GUARDED, held_at=now)
    )


async def let_send(connection: AsyncConnection, name: str, *reasons: str) -> None:
    """Lift, in a transaction, the hold of an account that has one of these reasons; any other hold stays."""
    await connection.execute(
        update(account)
        .where(account.c.id == name, account.c.held.in_(reasons))
        .values(held=None, held_at=None)
    )


async def keep_topic(store: Store, name: str, purpose: str, number: int) -> None:
    """Keep the number of a topic."""
    async with store.write() as connection:
        mine = group_chat.c.account == name
        found = await connection.execute(select(group_chat.c.topics).where(mine).with_for_update())
        topics = found.scalar()
        if topics is not None:
            values = {"topics": topics | {purpose: number}}
            await connection.execute(update(group_chat).where(mine).values(values))


async def keep_hour(connection: AsyncConnection, name: str, hour: int) -> None:
    """Keep, in a transaction, at which wall hour of its city a group gets the prompt."""
    mine = account.c.id == name
    found = await connection.execute(select(account.c.settings).where(mine).with_for_update())
    settings = found.scalar_one() | {"prompt_hour": str(hour)}
    await connection.execute(update(account).where(mine).values(settings=settings))


async def note_pinned(store: Store, name: str, message: int) -> None:
    """The prompt of the day is this message; no count is shown below it yet."""
    await _set(store, name, pinned=message, shown="")


async def note_shown(store: Store, name: str, count: str) -> None:
    """Keep which count is shown below the prompt."""
    await _set(store, name, shown=count)


async def wait(store: Store, vault: Vault, chat: int, until: datetime) -> None:
    """Stay in a group that nobody bound until then; the first word stands."""
    mark = fingerprint(vault, chat)
    row = {"fingerprint": mark, "address": vault.seal(group_row(mark), Secret(str(chat))), "until": until}
    async with store.write() as connection:
        await insert_new(connection, waiting_group, [row])


async def is_waiting(store: Store, vault: Vault, chat: int) -> bool:
    """Whether somebody may still bind this group."""
    mark = fingerprint(vault, chat)
    async with store.read() as connection:
        found = await connection.execute(
            select(waiting_group.c.until).where(waiting_group.c.fingerprint == mark)
        )
        return found.scalar() is not None


async def overdue(store: Store, vault: Vault, now: datetime) -> tuple[int, ...]:
    """The ids of the groups that nobody bound in time."""
    async with store.read() as connection:
        found = await connection.execute(
            select(waiting_group)
            .where(waiting_group.c.until <= now)
            .order_by(waiting_group.c.until, waiting_group.c.fingerprint)
        )
        rows = found.all()
    return tuple(int(vault.open(group_row(row.fingerprint), row.address).reveal()) for row in rows)


async def stop_waiting(store: Store, vault: Vault, chat: int) -> None:
    """Forget a group that nobody bound."""
    async with store.write() as connection:
        await _stop_waiting(connection, vault, chat)


def fingerprint(vault: Vault, chat: int) -> str:
    """A keyed name for the id of a group, which tells nothing of it."""
    return vault.fingerprint(GROUP, str(chat))


def _placed(vault: Vault, clock: Clock, name: str, chat: int) -> dict[str, Any]:
    return {
        "fingerprint": fingerprint(vault, chat),
        "address": vault.seal(group_row(name), Secret(str(chat))),
        "bound_at": clock.now(),
    }


async def _stop_waiting(connection: AsyncConnection, vault: Vault, chat: int) -> None:
    mark = fingerprint(vault, chat)
    await connection.execute(delete(waiting_group).where(waiting_group.c.fingerprint == mark))


async def _set(store: Store, name: str, **values: Any) -> None:
    async with store.write() as connection:
        await connection.execute(update(group_chat).where(group_chat.c.account == name).values(values))


def _select() -> Select[Any]:
    bound = group_chat.c
    return select(
        bound.account, bound.campaign, account.c.city, account.c.language, bound.topics, bound.pinned,
        bound.shown, bound.bound_at, account.c.held,
    ).join_from(group_chat, account, account.c.id == bound.account)  # fmt: skip


async def _one(store: Store, condition: ColumnElement[bool]) -> Group | None:
    async with store.read() as connection:
        row = (await connection.execute(_select().where(condition))).one_or_none()
    return None if row is None else Group(*row)
