"""How fast each platform lets us publish, as data, and the rate lanes made from it.

The numbers are those of 2026-11, each with its source: [D] the platform's own documentation, [3] a third
party, [~] our own careful choice where no source was found. A lane lets ``burst`` sends go at once after a
rest and then ``rate`` a second, so within any window no more than ``burst + rate * window``. That sum stays
at nine tenths of what the platform allows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.store import tables
from schedules.store.columns import EPOCH, Instant

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
"""For what is ours: files and stand-ins."""

BUCKETS: Final[Mapping[str, Buckets]] = {
    # [3] 20 a minute in a group, channels counted alike; about 30 a second for a bot.
    "telegram": Buckets(Bucket(0.3, 1), Bucket(27, 2)),
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


async def copy_lane(connection: AsyncConnection, old: str, new: str) -> None:
    """Give a lane a second name: a new token or key forgives nothing that was already spent."""
    found = await connection.execute(
        select(tables.lane).where(tables.lane.c.id == old).with_for_update(key_share=True)
    )
    row = found.one()
    values = {"rate": row.rate, "burst": row.burst, "tat": row.tat, "blocked_until": row.blocked_until}
    await connection.execute(_OPEN, {"id": new, **values})
