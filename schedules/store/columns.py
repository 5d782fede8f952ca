"""Column types that mean the same on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
LARGEST: Final = 2**63 - 1
"""The largest number that a column holds."""
SERVER_NOW: Final = "(extract(epoch FROM statement_timestamp()) * 1000000)::bigint"
"""PostgreSQL's own clock, in whole microseconds since 1970."""


def to_micros(instant: datetime) -> int:
    """Whole microseconds since 1970-01-01 UTC. Exact, unlike a float of seconds."""
    return (instant - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC datetime of a number of microseconds since 1970-01-01 UTC."""
    return EPOCH + timedelta(microseconds=micros)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as whole microseconds since 1970 so that both databases compute alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Store an aware datetime; a naive one raises ``TypeError``."""
        del dialect
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC datetime."""
        del dialect
        return None if value is None else from_micros(value)
