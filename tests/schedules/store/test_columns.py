from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.store.columns import Instant, from_micros, to_micros
from schedules.store.engine import Store
from schedules.store.tables import pause

ZONES = st.timezones() | st.just(timezone(timedelta(hours=5, minutes=45)))


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES))
def test_an_instant_survives_to_the_microsecond(instant: datetime) -> None:
    assert from_micros(to_micros(instant)) == instant.astimezone(UTC)
    assert from_micros(to_micros(instant)).tzinfo is UTC


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(TypeError):
        to_micros(datetime(2027, 3, 6, 12))


async def test_both_databases_give_back_what_they_were_given(store: Store) -> None:
    at = datetime(2027, 3, 28, 1, 30, 0, 123457, tzinfo=timezone(timedelta(hours=2)))
    async with store.write() as connection:
        await connection.execute(pause.insert().values(scope="everything", actor="amal", paused_at=at))
    async with store.read() as connection:
        row = (await connection.execute(pause.select())).one()
    assert row.paused_at == at
    assert isinstance(pause.c.paused_at.type, Instant)
