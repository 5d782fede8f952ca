"""How fast each platform lets us publish, as data, and the rate lanes made from it.

The numbers are those of 2026-11, each with its source: [D] the platform's own documentation, [3] a third
party, [~] our own careful choice where no source was found. A lane lets ``burst`` sends go at once after a
rest and then ``rate`` a second, so within any window no more than ``burst + rate * window``. That sum stays
at nine tenths of what the platform allows; for a bot of Telegram together with ``ANSWERS``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import TextClause, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.clock import Clock
from schedules.store import tables
from schedules.store.columns import EPOCH, MICROSECOND, SERVER_NOW, Instant, to_micros
from schedules.store.engine import Store

MARGIN: Final = 0.9
MOSTLY_AT_ONCE: Final = 8 / 9
HALF_AT_ONCE: Final = 1 / 2
"""For windows of a day: what is not kept for a burst is what may be sent every day."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One rate: ``rate`` sends per second in the long run, ``burst`` at one instant after a rest."""

    rate: float
    burst: float


@dataclass(frozen=True, slots=True)
class Buckets:
    """The two rates that a send obeys: that of the place it goes to, and that of the token it uses."""

    destination: Bucket
    credential: Bucket


def within(sends: float, window: timedelta, *, at_once: float = MOSTLY_AT_ONCE) -> Bucket:
    """The bucket that never lets more than nine tenths of ``sends`` into any window of this length.

    Args:
        at_once: Which part of them may go at one instant after a rest.
    """
    burst = int(sends * MARGIN * at_once)
    return Bucket((sends * MARGIN - burst) / window.total_seconds(), burst)


def _per_token(bucket: Bucket) -> Buckets:
    return Buckets(bucket, bucket)


_DAY: Final = timedelta(days=1)
_BLUESKY_POINTS: Final = 3
_MASTODON_REQUESTS: Final = 2

DEFAULT: Final = _per_token(Bucket(10, 100))
"""[~] For a platform that names no limit of its own."""

UNLIMITED: Final = _per_token(Bucket(1_000, 1_000))
"""For what is ours, files and stand-ins, and for what people do by hand."""

TELEGRAM_BOT: Final = Bucket(22, 3)
"""[3] About 30 a second over all chats of one token, which its channels, groups and volunteers share."""

ANSWERS: Final = 2.0
"""[~] How many answers of a bot of Telegram go at once although bulk has just spent everything: 22 + 3 + 2 is
nine tenths of 30. Every answer is paid for by bulk, which waits, so in the long run answers may take the whole rate."""

BUCKETS: Final[Mapping[str, Buckets]] = {
    "telegram": Buckets(
        Bucket(0.28, 1), TELEGRAM_BOT
    ),  # [3] 20 a minute in a group, channels counted alike
    "telegram-bot": _per_token(TELEGRAM_BOT),
    "x": _per_token(within(100, timedelta(minutes=15))),  # [D] per user
    # [D] 300 requests in 5 minutes; [~] a post and one picture are two.
    "mastodon": _per_token(within(300 / _MASTODON_REQUESTS, timedelta(minutes=5))),
    # [D] 5,000 points an hour, a new post costs three.
    "bluesky": _per_token(within(5_000 / _BLUESKY_POINTS, timedelta(hours=1))),
    # [D] the guide says 100 in 24 hours, the reference of media_publish says 50.
    "instagram": _per_token(within(50, _DAY, at_once=HALF_AT_ONCE)),
    "threads": _per_token(within(250, _DAY, at_once=HALF_AT_ONCE)),  # [D]
    "tiktok": _per_token(within(6, timedelta(minutes=1), at_once=HALF_AT_ONCE)),  # [D] per token
    "feed": UNLIMITED,
    "handoff": UNLIMITED,
    "rehearsal": UNLIMITED,
}


def buckets_for(channel: str) -> Buckets:
    """The rates of a platform; ``DEFAULT`` where it names none."""
    return BUCKETS.get(channel, DEFAULT)


_OPEN: Final = text("""
INSERT INTO lane (id, rate, burst, tat, blocked_until) VALUES (:id, :rate, :burst, :tat, :blocked_until)
ON CONFLICT (id) DO UPDATE SET rate = excluded.rate, burst = excluded.burst
""").bindparams(bindparam("tat", type_=Instant), bindparam("blocked_until", type_=Instant))


async def open_lane(connection: AsyncConnection, lane: str, bucket: Bucket) -> None:
    """Make a lane that has rested; one that is there keeps its history and gets this rate."""
    values = {"id": lane, "rate": bucket.rate, "burst": bucket.burst}
    await connection.execute(_OPEN, {**values, "tat": EPOCH, "blocked_until": EPOCH})


_DRAW: Final = """
UPDATE lane SET tat = {latest}(tat, blocked_until, {now}) + CAST(1000000 / rate AS bigint) WHERE id = :id
RETURNING tat - {now} AS ahead, blocked_until - {now} AS blocked, rate, burst
"""
_BLOCK: Final = """
UPDATE lane SET blocked_until = {now} + :wait WHERE id = :id AND blocked_until < {now} + :wait
"""


async def draw(store: Store, clock: Clock, lane: str, *, ahead: float) -> timedelta:
    """Spend one send that goes before all that wait, on whose rate it is charged. How long to wait before making it.

    A lane that is gone, as after a wipe, holds nobody back.
    Time is the server's on PostgreSQL, as for the ledger, and else that of ``clock``.

    Args:
        ahead: How many such sends may go at once although the lane has nothing left.
    """
    statement, now = _timed(store, clock, _DRAW)
    async with store.write() as connection:
        row = (await connection.execute(statement, {"id": lane, **now})).one_or_none()
    if row is None:
        return timedelta(0)
    room = int((row.burst + ahead) / row.rate * 1_000_000)
    wait: timedelta = max(int(row.ahead) - room, int(row.blocked), 0) * MICROSECOND
    return wait


async def block(store: Store, clock: Clock, lane: str, wait: timedelta) -> None:
    """Close a lane to every sender for a while: its platform asks to wait."""
    statement, now = _timed(store, clock, _BLOCK)
    async with store.write() as connection:
        await connection.execute(statement, {"id": lane, "wait": wait // MICROSECOND, **now})


def _timed(store: Store, clock: Clock, statement: str) -> tuple[TextClause, dict[str, int]]:
    if store.is_sqlite:
        return text(statement.format(latest="max", now=":now")), {"now": to_micros(clock.now())}
    return text(statement.format(latest="greatest", now=SERVER_NOW)), {}


async def copy_lane(connection: AsyncConnection, old: str, new: str) -> None:
    """Give a lane a second name: a new token or key forgives nothing that was already spent."""
    found = await connection.execute(
        select(tables.lane).where(tables.lane.c.id == old).with_for_update(key_share=True)
    )
    row = found.one()
    values = {"rate": row.rate, "burst": row.burst, "tat": row.tat, "blocked_until": row.blocked_until}
    await connection.execute(_OPEN, {"id": new, **values})
