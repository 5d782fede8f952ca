"""What platforms say of the quotas of accounts, read now and then so that a forecast starts from fresh numbers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, TypeAlias

import structlog

from channels.base import Channel
from channels.errors import ChannelError
from schedules.accounts import accounts
from schedules.clock import Clock
from schedules.errors import ScheduleError
from schedules.store.engine import Store

READ_AFTER: Final = timedelta(hours=1)
"""How old a quota becomes before its platform is asked again."""

Connect: TypeAlias = Callable[[str], Awaitable[Channel]]
"""Opens the adapter of an account."""
Telling: TypeAlias = Callable[[Sequence[str]], frozenset[str]]
"""Picks the channels that tell their quotas. Asked in a thread, as it loads their adapters."""

log = structlog.get_logger()


async def read_due(store: Store, clock: Clock, connect: Connect, telling: Telling) -> None:
    """Ask for every quota that nobody has read for an hour, of accounts that are not held.

    What goes wrong with one is logged and keeps no other waiting; it holds no account.
    """
    oldest = clock.now() - READ_AFTER
    due = [
        one
        for one in await accounts.list_all(store)
        if one.held is None and (one.quota_read_at is None or one.quota_read_at <= oldest)
    ]
    channels = await asyncio.to_thread(telling, [one.channel for one in due])
    for one in due:
        if one.channel in channels:
            await _read(store, clock, one.id, connect)


async def _read(store: Store, clock: Clock, account: str, connect: Connect) -> None:
    try:
        async with await connect(account) as channel:
            quota = (await channel.verify()).quota
        if quota is not None:
            await accounts.keep_quota(store, account, quota, clock.now())
    except (ChannelError, ScheduleError) as error:
        log.info("quota not read", account=account, why=type(error).__name__)
