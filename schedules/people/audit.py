"""Who did what: a chain of records, each sealed with the one before it, so that nobody mends the past unseen."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from schedules.accounts.vault import Vault, audit_fields
from schedules.clock import Clock
from schedules.errors import ScheduleError
from schedules.store.engine import Store
from schedules.store.tables import audit

REFUSED: Final = "refused"
VOLUNTEER: Final = "a volunteer"
"""Who was refused, where it was somebody without a handle: a chain never lets go of a pseudonym, and it must go with them."""
MOST_REFUSED: Final = 10
"""Refusals that are recorded of one person in an hour, so that nobody fills the disk with them."""
MOST_REFUSED_OF_ALL: Final = 100
"""The same for everybody together."""
WINDOW: Final = timedelta(hours=1)
MARK_SHOWN: Final = 32
"""Hex digits of a mark in a head; 128 bits."""
HEAD: Final = re.compile(rf"[0-9]+:[0-9a-f]{{{MARK_SHOWN}}}")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the audit. ``actor`` is a handle or ``VOLUNTEER``, ``object`` a scope, a handle or a number."""

    number: int
    at: datetime
    actor: str
    act: str
    object: str


class Journal:
    """Writes records; commands that change something have one in their actor.

    Args:
        vault: Whose key the marks are made with.
    """

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    async def append(self, connection: AsyncConnection, actor: str, act: str, what: str = "-") -> None:
        """Add a record in the transaction of what it tells. Let it be the last thing in there: others wait for it.

        Args:
            act: One word or two, such as ``resumed``.
            what: A scope, a handle, a number; never a text, a name or a Telegram id.
        """
        if connection.dialect.name != "sqlite":
            await connection.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
        latest = (await connection.execute(_latest())).one_or_none()
        number, before = (1, "") if latest is None else (latest.number + 1, latest.mac)
        record = Record(number, self._clock.now(), actor, act, what)
        mac = self._vault.chained(before, *audit_fields(record))
        row = {name: getattr(record, name) for name in Record.__dataclass_fields__}
        await connection.execute(audit.insert(), [row | {"mac": mac}])

    async def refused(self, store: Store, actor: str, act: str) -> None:
        """Record that somebody was not allowed to do something; what comes too often is left out."""
        async with store.write() as connection:
            since = self._clock.now() - WINDOW
            theirs, all_of_them = (
                await connection.execute(
                    select(func.count().filter(audit.c.actor == actor), func.count()).where(
                        audit.c.act == REFUSED, audit.c.at > since
                    )
                )
            ).one()
            if theirs < MOST_REFUSED and all_of_them < MOST_REFUSED_OF_ALL:
                await self.append(connection, actor, REFUSED, act)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What examining the chain has shown.

    Attributes:
        records: How many there are.
        broken_at: The number of the first record that was changed, put in, or comes after one that was taken out.
        head: The newest record, as it is posted elsewhere; ``None`` where there is none.
        head_missing: Whether the head that was kept elsewhere is not in the chain: its end was cut off.
    """

    records: int
    broken_at: int | None
    head: str | None
    head_missing: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return self.broken_at is None and not self.head_missing


async def verify(store: Store, vault: Vault, kept: str | None = None) -> Verdict:
    """Examine the whole chain.

    Args:
        kept: A head that was kept elsewhere. Only with one can a missing end be found.

    Raises:
        ScheduleError: What was kept is no head.
    """
    kept = None if kept is None else kept.strip()
    if kept is not None and not HEAD.fullmatch(kept):
        raise ScheduleError(
            f"{kept!r:.80} is no head. Copy it whole: a number, a colon and {MARK_SHOWN} of the characters 0-9 and a-f."
        )
    before, count, broken_at, newest, is_kept = "", 0, None, None, kept is None
    async with store.read() as connection:
        rows = await connection.stream(select(audit).order_by(audit.c.number))
        async for row in rows:
            count += 1
            is_next = vault.chained(before, *audit_fields(row)) == row.mac
            broken_at = row.number if broken_at is None and not is_next else broken_at
            before, newest = row.mac, _head(row)
            is_kept = is_kept or newest == kept
    return Verdict(count, broken_at, newest, head_missing=not is_kept)


async def records(store: Store, most: int) -> tuple[Record, ...]:
    """The newest records, the newest first."""
    async with store.read() as connection:
        rows = await connection.execute(select(audit).order_by(audit.c.number.desc()).limit(most))
        return tuple(Record(row.number, row.at, row.actor, row.act, row.object) for row in rows)


async def head(store: Store) -> str | None:
    """The newest record, to be kept elsewhere: its number and half of its mark; ``None`` where there is none."""
    async with store.read() as connection:
        row = (await connection.execute(_latest())).one_or_none()
    return None if row is None else _head(row)


async def post_head(store: Store) -> None:
    """Write the head into the log, which is kept elsewhere than the database."""
    newest = await head(store)
    if newest is not None:
        log.info("audit head", head=newest)


def _head(row: Any) -> str:
    return f"{row.number}:{row.mac[:MARK_SHOWN]}"


def _latest() -> Any:
    return select(audit).order_by(audit.c.number.desc()).limit(1)
