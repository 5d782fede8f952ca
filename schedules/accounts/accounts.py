"""The accounts that a campaign or a partner owns, as rows of the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, null, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.base import SINCE, TOPIC, Connection, Quota
from channels.secret import Secret
from schedules.accounts.buckets import Buckets, copy_lane, open_lane
from schedules.accounts.vault import Vault, group_row
from schedules.errors import AccountUnknown, ScheduleError
from schedules.lifecycle import ENDED
from schedules.store import tables
from schedules.store.engine import Store

REMOVED: Final = "removed"
"""Stands in ``held`` of an account that was taken away; its row stays for the posts that it once sent."""

AnyRow: TypeAlias = Row[*tuple[Any, ...]]

_COLUMNS: Final = tables.account.c
_GROUP: Final = (tables.group_chat.c.address, tables.group_chat.c.topics, tables.group_chat.c.bound_at)
_PUBLIC: Final = (
    "id", "channel", "language", "owner", "disclosure", "city", "partner", "audience", "settings", "held", "held_at",
    "quota", "expires_at", "renew_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a person says of an account.

    Attributes:
        id: A slug, unique among all accounts.
        owner: Who answers for it, in the campaign or at the partner.
        disclosure: The text by which readers learn who speaks.
        settings: The public half of the connection, by the names that the channel documents.
    """

    id: str
    channel: str
    language: str
    owner: str = field(repr=False)
    disclosure: str
    city: str | None = None
    partner: str | None = None
    audience: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account(NewAccount):
    """A connected account. Its token stays in the database.

    Attributes:
        held: Why nothing is sent until a person reconnects it, or ``None``.
        held_at: Since when, in UTC.
        expires_at: When its token dies, in UTC; ``None`` where it lives on or nobody knows.
        renew_at: When its token is next renewed, in UTC.
        quota: What its platform last said of its quota, and ``quota_read_at`` when, in UTC.
    """

    held: str | None = None
    held_at: datetime | None = None
    has_secret: bool = False
    expires_at: datetime | None = None
    renew_at: datetime | None = None
    quota: Quota | None = None
    quota_read_at: datetime | None = None


_GIVEN: Final = tuple(given.name for given in fields(NewAccount))


async def add(
    store: Store,
    vault: Vault,
    new: NewAccount,
    *,
    secret: Secret,
    buckets: Buckets,
    now: datetime,
    renew_at: datetime | None = None,
) -> None:
    """Connect an account. One that was removed comes back with what is given now.

    Args:
        secret: Falsy where the channel needs no token.
        renew_at: When its token is first exchanged for a fresh one; ``None`` where tokens do not expire.

    Raises:
        ScheduleError: There is an account of that name.
    """
    try:
        async with store.write() as writing:
            await add_within(
                writing, vault, new, secret=secret, buckets=buckets, now=now, renew_at=renew_at
            )
    except IntegrityError:
        raise _taken(new.id) from None


async def add_within(
    writing: AsyncConnection,
    vault: Vault,
    new: NewAccount,
    *,
    secret: Secret,
    buckets: Buckets,
    now: datetime,
    renew_at: datetime | None = None,
) -> None:
    """The same within a transaction, where a name that is taken is an ``IntegrityError``."""
    destination, credential = f"account:{new.id}", vault.credential_lane(new.id, new.channel, secret)
    await open_lane(writing, destination, buckets.destination)
    await open_lane(writing, credential, buckets.credential)
    values = {name: getattr(new, name) for name in _GIVEN} | {
        "settings": dict(new.settings),
        "secret": vault.seal(new.id, secret) if secret else None,
        "destination_lane": destination,
        "credential_lane": credential,
        "held": None,
        "held_at": None,
        "added_at": now,
        "renew_at": renew_at,
    }
    revived = await writing.execute(
        update(tables.account).where(_COLUMNS.id == new.id, _COLUMNS.held == REMOVED).values(values)
    )
    if not revived.rowcount:
        await writing.execute(insert(tables.account).values(values))


async def get(store: Store, account: str) -> Account:
    """One account by its name.

    Raises:
        AccountUnknown: There is none of that name.
    """
    async with store.read() as reading:
        row = (await reading.execute(_select().where(_COLUMNS.id == account))).one_or_none()
        if row is None:
            raise await _unknown(reading, account)
    return _account(row)


async def list_all(store: Store) -> tuple[Account, ...]:
    """Every connected account, by name; also those that are held."""
    async with store.read() as reading:
        return tuple(_account(row) for row in await reading.execute(_select().order_by(_COLUMNS.id)))


async def first_of(store: Store, channel: str) -> str | None:
    """The name of the account of a channel that was connected first, or ``None`` where there is none."""
    async with store.read() as reading:
        found = await reading.execute(
            select(_COLUMNS.id)
            .where(_COLUMNS.channel == channel, _is_there())
            .order_by(_COLUMNS.added_at, _COLUMNS.id)
        )
        return found.scalars().first()


async def connection(store: Store, vault: Vault, account: str) -> Connection:
    """What an adapter needs to act for an account, with its token opened.

    Raises:
        AccountUnknown: There is none of that name.
        StoreUnusable: Its token cannot be opened with this key.
    """
    columns = (_COLUMNS.settings, _COLUMNS.secret, *_GROUP)
    of_group = tables.group_chat.c.account == _COLUMNS.id
    async with store.read() as reading:
        found = await reading.execute(
            select(*columns)
            .join_from(tables.account, tables.group_chat, of_group, isouter=True)
            .where(_COLUMNS.id == account, _is_there())
        )
        row = found.one_or_none()
        if row is None:
            raise await _unknown(reading, account)
    secret = Secret("") if row.secret is None else vault.open(account, row.secret)
    return Connection(account, dict(row.settings) | _of_group(vault, account, row), secret)


async def replace_secret(
    store: Store, vault: Vault, account: str, secret: Secret, *, renew_at: datetime | None = None
) -> None:
    """Give an account a new token. What it had spent of its rates stays spent; if held, it stays held.

    Args:
        renew_at: When the token is first exchanged for a fresh one; ``None`` where tokens do not expire.

    Raises:
        AccountUnknown: There is none of that name.
    """
    async with store.write() as writing:
        row = await _lock(writing, account)
        lane = vault.credential_lane(account, row.channel, secret)
        await copy_lane(writing, row.credential_lane, lane)
        await _set(
            writing,
            account,
            secret=vault.seal(account, secret),
            credential_lane=lane,
            expires_at=None,
            renew_at=renew_at,
            renewing_until=None,
        )


async def change(store: Store, account: str, values: Mapping[str, Any], *, may_move: bool) -> None:
    """Write what a person says of an account, by the names of ``NewAccount``.

    Args:
        may_move: Whether posts would go somewhere else then, which none may that has not ended.

    Raises:
        AccountUnknown: There is none of that name.
        ScheduleError: Posts would go somewhere else that have not ended.
    """
    async with store.write() as writing:
        await _lock(writing, account)
        if may_move:
            await _refuse_open_posts(writing, account)
        await _set(writing, account, **values)


async def remove(store: Store, account: str, now: datetime) -> None:
    """Take an account away and erase its token, and who was on its list. The receipts of what it sent stay.

    Raises:
        AccountUnknown: There is none of that name.
        ScheduleError: It has posts that have not ended.
    """
    async with store.write() as writing:
        await _lock(writing, account)
        await _refuse_open_posts(writing, account)
        await writing.execute(delete(tables.recipient).where(tables.recipient.c.account == account))
        await _set(writing, account, secret=None, settings={}, owner="", held=REMOVED, held_at=now)
        await _set(writing, account, quota=null(), expires_at=None, renew_at=None, renewing_until=None)


async def hold(store: Store, account: str, reason: str, now: datetime) -> None:
    """Send nothing through an account until it is released; a hold that is there keeps its reason.

    Raises:
        AccountUnknown: There is none of that name.
    """
    async with store.write() as writing:
        row = await _lock(writing, account)
        if row.held is None:
            await _set(writing, account, held=reason, held_at=now)


async def keep_quota(store: Store, account: str, quota: Quota, now: datetime) -> None:
    """Keep what its platform said of an account's quota.

    Raises:
        AccountUnknown: There is none of that name.
    """
    kept = {
        "used": quota.used,
        "allowed": quota.allowed,
        "seconds": quota.window.total_seconds(),
        "read_at": now.isoformat(),
    }
    async with store.write() as writing:
        await _lock(writing, account)
        await _set(writing, account, quota=kept)


async def learn(store: Store, account: str, **settings: str) -> None:
    """Keep what its platform told of an account among its settings.

    Raises:
        AccountUnknown: There is none of that name.
    """
    async with store.write() as writing:
        await _lock(writing, account)
        known = (
            await writing.execute(select(_COLUMNS.settings).where(_COLUMNS.id == account))
        ).scalar_one()
        if known != known | settings:
            await _set(writing, account, settings=known | settings)


async def release(store: Store, account: str) -> None:
    """Let an account send again; does nothing where it is not held.

    Raises:
        AccountUnknown: There is none of that name.
    """
    async with store.write() as writing:
        await _lock(writing, account)
        await _set(writing, account, held=None, held_at=None)


def _of_group(vault: Vault, account: str, row: AnyRow) -> dict[str, str]:
    """Where a group is, which lies sealed, and what its topics are."""
    if row.address is None:
        return {}
    topics = {f"{TOPIC}{purpose}": str(number) for purpose, number in row.topics.items()}
    chat = vault.open(group_row(account), row.address).reveal()
    return {"chat_id": chat, SINCE: row.bound_at.isoformat()} | topics


def _taken(account: str) -> ScheduleError:
    return ScheduleError(
        f"There is an account {account} already. Choose another name, or remove that one first."
    )


async def _unknown(reading: AsyncConnection, account: str) -> AccountUnknown:
    known = await reading.execute(select(_COLUMNS.id).where(_is_there()).order_by(_COLUMNS.id))
    names = ", ".join(known.scalars())
    hint = f"These are connected: {names}." if names else "None is connected: `munasara accounts add`."
    return AccountUnknown(f"There is no account {account!r:.80}. {hint}")


def _is_there() -> ColumnElement[bool]:
    return _COLUMNS.held.is_distinct_from(REMOVED)


def _select() -> Select[Any]:
    has_secret = _COLUMNS.secret.is_not(None).label("has_secret")
    return select(*(_COLUMNS[name] for name in _PUBLIC), has_secret).where(_is_there())


def _account(row: AnyRow) -> Account:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to read a row by name
    return Account(**values | _quota(values["quota"]))


def _quota(kept: Mapping[str, Any] | None) -> dict[str, Any]:
    if kept is None:
        return {"quota": None, "quota_read_at": None}
    quota = Quota(kept["used"], kept["allowed"], timedelta(seconds=kept["seconds"]))
    return {"quota": quota, "quota_read_at": datetime.fromisoformat(kept["read_at"])}


async def _lock(writing: AsyncConnection, account: str) -> AnyRow:
    columns = (_COLUMNS.channel, _COLUMNS.credential_lane, _COLUMNS.held)
    found = await writing.execute(
        select(*columns).where(_COLUMNS.id == account, _is_there()).with_for_update()
    )
    row = found.one_or_none()
    if row is None:
        raise await _unknown(writing, account)
    return row


async def _set(writing: AsyncConnection, account: str, **values: Any) -> None:
    await writing.execute(update(tables.account).where(_COLUMNS.id == account).values(**values))


async def _refuse_open_posts(writing: AsyncConnection, account: str) -> None:
    delivery = tables.delivery.c
    found = await writing.execute(
        select(delivery.state, func.count())
        .where(delivery.account == account, delivery.state.not_in(ENDED))
        .group_by(delivery.state)
        .order_by(delivery.state)
    )
    counts = ", ".join(f"{count} {state}" for state, count in found)
    if counts:
        raise ScheduleError(
            f"{account} has posts that have not ended ({counts}), and they were approved for what it is now. "
            f"Let them go out first, or look at them with `munasara posts list --account {account}` and end each "
            "with `munasara posts cancel`, or `munasara posts resolve` where it may be public."
        )
