"""What platforms tell about our own published posts: asked an hour, a day and a week after they went out."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, Final, Protocol

import structlog
from sqlalchemy import Select, exists, or_, select

from channels.base import Channel, Receipt
from channels.errors import ChannelError, RateLimited, Unreachable
from schedules.clock import Clock
from schedules.lifecycle import PART, PUBLISH, RETRACT, State
from schedules.store.engine import Store
from schedules.store.tables import account, delivery, measurement
from schedules.store.upsert import insert_new

HOURS: Final = (1, 24, 168)
"""Ages of a post, in hours, at which it is measured."""
LAST_CHANCE: Final[Mapping[int, int]] = {1: 24, 24: 168, 168: 336}
"""Until which age, in hours, a measurement that was missed is still made up for."""
AT_ONCE: Final = 20

log = structlog.get_logger()


class Opens(Protocol):
    """Opens the adapter of an account."""

    def open(self, account: str) -> AbstractAsyncContextManager[Channel]:
        """A channel for one account, for as long as the block lasts."""
        ...


async def measure_due(
    store: Store, clock: Clock, channels: Opens, kinds: Callable[[Sequence[str]], frozenset[str]]
) -> None:
    """Ask the platforms for the numbers of posts that have come of age. What fails is asked again later.

    Args:
        kinds: Picks the channels that tell numbers. Asked in a thread, as it loads their adapters.
    """
    async with store.read() as connection:
        connected = (await connection.execute(select(account.c.channel).distinct())).scalars().all()
    measured = await asyncio.to_thread(kinds, connected)
    for hours in HOURS:
        async with store.read() as connection:
            waiting = (await connection.execute(_waiting(clock, hours, measured))).all()
        for row in waiting:
            await _measure(store, clock, channels, row, hours)


async def _measure(store: Store, clock: Clock, channels: Opens, row: Any, hours: int) -> None:
    try:
        async with channels.open(row.account) as channel:
            counts = dict(await channel.metrics(Receipt(row.remote_id, row.url, row.accepted_at)))
    except (RateLimited, Unreachable):
        return
    except ChannelError as error:
        log.info("not measured", delivery=row.id, why=type(error).__name__)
        counts = {}
    values = {"delivery": row.id, "hours": hours, "taken_at": clock.now(), "counts": counts}
    async with store.write() as connection:
        await insert_new(connection, measurement, [values])


def _waiting(clock: Clock, hours: int, kinds: frozenset[str]) -> Select[Any]:
    now = clock.now()
    taken_back = delivery.alias("taken_back")
    return (
        select(
            delivery.c.id, delivery.c.account, delivery.c.remote_id, delivery.c.url, delivery.c.accepted_at
        )
        .join_from(delivery, account, account.c.id == delivery.c.account)
        .where(
            delivery.c.state == State.SENT.value,
            or_(delivery.c.kind == PUBLISH, delivery.c.kind.startswith(PART)),
            delivery.c.remote_id.is_not(None),
            delivery.c.accepted_at <= now - timedelta(hours=hours),
            delivery.c.accepted_at > now - timedelta(hours=LAST_CHANCE[hours]),
            account.c.held.is_(None),
            account.c.channel.in_(sorted(kinds)),
            ~exists().where(measurement.c.delivery == delivery.c.id, measurement.c.hours == hours),
            ~exists().where(taken_back.c.after == delivery.c.id, taken_back.c.kind.startswith(RETRACT)),
        )
        .order_by(delivery.c.accepted_at, delivery.c.id)
        .limit(AT_ONCE)
    )
