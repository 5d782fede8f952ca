"""Exchanging tokens for fresh ones before they expire, one worker at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, or_, select, update

from channels.base import Channel, Feature, Renewal
from channels.errors import ChannelError, NotAuthorised
from schedules.accounts import accounts
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.store import tables
from schedules.store.engine import Store

LEASE: Final = timedelta(seconds=90)
AGAIN_AFTER: Final = timedelta(minutes=5)
"""After a platform could not be asked; the old token still holds meanwhile."""
NEARLY_EXPIRED: Final = timedelta(minutes=1)
"""A token this close to its end is not sent with any more."""
LOOK_AGAIN: Final = 0.2
"""Seconds between two looks whether somebody else has finished."""

Open = Callable[[str], Awaitable[Channel]]
"""Opens the adapter of an account with the token that is stored now."""

_COLUMNS: Final = tables.account.c

log = structlog.get_logger()


async def due(store: Store, clock: Clock) -> tuple[str, ...]:
    """Accounts whose token wants to be renewed now, the most urgent first."""
    async with store.read() as reading:
        found = await reading.execute(
            select(_COLUMNS.id).where(_COLUMNS.renew_at <= clock.now()).order_by(_COLUMNS.renew_at)
        )
        return tuple(found.scalars())


async def renew(store: Store, vault: Vault, clock: Clock, account: str, open_channel: Open) -> None:
    """Renew the token of one account if it is due or nearly expired, or wait until somebody else has.

    A network failure changes nothing and is tried again later. Only a revocation holds the account, with
    the platform's reason; an account that was held sends again once the platform says that it may.

    Raises:
        AccountUnknown: There is none of that name.
        NotAuthorised: The platform revoked the token.
        RateLimited, Unreachable: Not now.
    """
    while not await _begin(store, clock, account):
        if not await _is_wanted(store, clock, account):
            return
        await asyncio.sleep(LOOK_AGAIN)
    try:
        async with await open_channel(account) as channel:
            if Feature.RENEWAL not in channel.features:
                await _set(store, account, renew_at=None, renewing_until=None)
                return
            renewal = await channel.renew()
        await _save(store, vault, clock, account, renewal)
    except NotAuthorised as error:
        await accounts.hold(store, account, error.detail, clock.now())
        await _set(store, account, renew_at=None, renewing_until=None)
        log.warning("token revoked", account=account)
        raise
    except ChannelError:
        await _set(store, account, renew_at=clock.now() + AGAIN_AFTER, renewing_until=None)
        raise
    await _release_if_ready(store, account, open_channel)


async def renew_due(store: Store, vault: Vault, clock: Clock, open_channel: Open) -> None:
    """Renew every token that is due. What goes wrong with one is logged and keeps no other waiting."""
    for account in await due(store, clock):
        try:
            await renew(store, vault, clock, account, open_channel)
        except ChannelError as error:
            log.warning("token not renewed", account=account, why=type(error).__name__)


async def _begin(store: Store, clock: Clock, account: str) -> bool:
    """Take the lease of an account's renewal, unless somebody has it or has renewed already."""
    now = clock.now()
    free = or_(_COLUMNS.renewing_until.is_(None), _COLUMNS.renewing_until <= now)
    async with store.write() as writing:
        taken = await writing.execute(
            update(tables.account)
            .where(_COLUMNS.id == account, free, _wanted(now))
            .values(renewing_until=now + LEASE)
        )
    return bool(taken.rowcount)


async def _is_wanted(store: Store, clock: Clock, account: str) -> bool:
    async with store.read() as reading:
        found = await reading.execute(
            select(_COLUMNS.id).where(_COLUMNS.id == account, _wanted(clock.now()))
        )
        return found.first() is not None


def _wanted(now: datetime) -> ColumnElement[bool]:
    return or_(_COLUMNS.renew_at <= now, _COLUMNS.expires_at <= now + NEARLY_EXPIRED)


async def _save(store: Store, vault: Vault, clock: Clock, account: str, renewal: Renewal) -> None:
    """Keep the new token before anything else: where tokens rotate, the old one is dead already."""
    now, lives = clock.now(), renewal.expires_in
    await _set(
        store,
        account,
        secret=vault.seal(account, renewal.secret),
        expires_at=None if lives is None else now + lives,
        renew_at=None if lives is None else now + lives / 2,
        renewing_until=None,
    )
    log.info("token renewed", account=account)


async def _release_if_ready(store: Store, account: str, open_channel: Open) -> None:
    if (await accounts.get(store, account)).held is None:
        return
    try:
        async with await open_channel(account) as channel:
            ready = (await channel.verify()).ready
    except ChannelError:
        return
    if ready:
        await accounts.release(store, account)
        log.info("account released", account=account)


async def _set(store: Store, account: str, **values: Any) -> None:
    async with store.write() as writing:
        await writing.execute(update(tables.account).where(_COLUMNS.id == account).values(**values))
