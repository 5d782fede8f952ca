"""What an examination of the installation asks the database."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select, text

from schedules.clock import Clock
from schedules.lifecycle import State
from schedules.store import leases
from schedules.store.engine import Store
from schedules.store.migrate import HEAD
from schedules.store.tables import campaign, delivery

_ELSEWHERE: Final = "telegram-bot elsewhere"
_CONFLICTS: Final = timedelta(minutes=2)
"""So long after the last refusal another program counts as still at work; the bot asks more often than that."""


async def note_fetched_elsewhere(store: Store, clock: Clock, holder: str) -> None:
    """Note that Telegram refused us the updates of the bot, as somebody else asks for them."""
    await leases.hold(store, clock, _ELSEWHERE, holder, _CONFLICTS)


async def is_fetched_elsewhere(store: Store, clock: Clock) -> bool:
    """Whether another program asks for the updates of the bot, as far as ours knows."""
    return await leases.is_held(store, clock, _ELSEWHERE)


async def schema_is_current(store: Store) -> bool:
    """Whether the database has the schema of this version.

    Raises:
        SQLAlchemyError: It cannot be reached, or holds no schema at all.
    """
    async with store.read() as connection:
        found = await connection.execute(text("SELECT version_num FROM alembic_version"))
        return found.scalar() == HEAD


async def planned_with(store: Store) -> dict[str, str]:
    """The release of the time zone database with which each campaign was last planned."""
    async with store.read() as connection:
        found = await connection.execute(select(campaign.c.id, campaign.c.tzdata).order_by(campaign.c.id))
        return {row.id: row.tzdata for row in found}


async def last_failures(store: Store) -> dict[str, str]:
    """Why the latest post of each account went wrong, for accounts whose latest ended post did."""
    ended = [State.SENT.value, State.REFUSED.value, State.UNKNOWN.value]
    latest = (
        select(delivery.c.account, func.max(delivery.c.changed_at).label("at"))
        .where(delivery.c.state.in_(ended))
        .group_by(delivery.c.account)
        .subquery()
    )
    wanted = (
        select(delivery.c.account, delivery.c.state, delivery.c.reason)
        .join(latest, (latest.c.account == delivery.c.account) & (latest.c.at == delivery.c.changed_at))
        .where(delivery.c.state.in_(ended[1:]))
        .order_by(delivery.c.account)
    )
    async with store.read() as connection:
        return {row.account: f"{row.state}: {row.reason}" for row in await connection.execute(wanted)}
