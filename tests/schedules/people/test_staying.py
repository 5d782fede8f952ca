"""Who stays after the end of a campaign."""

from datetime import timedelta

from schedules.clock import SetClock
from schedules.people import people, staying, volunteers
from schedules.store.engine import Store
from tests.support.crowd import MORNING, TELEGRAM, clock, join
from tests.support.deliveries import add_accounts


async def test_each_is_asked_once_and_has_thirty_days(database_url: str) -> None:
    store = Store(database_url)
    try:
        await add_accounts(store, "a")
        name, gone = await join(store), await join(store, TELEGRAM + 1)
        await people.left(store, clock(), gone)
        assert await staying.unasked(store, clock(), "demo", 10) == (name,)
        assert await staying.unasked(store, clock(), "other", 10) == ()
        assert await staying.note_asked(store, clock(), name)
        assert not await staying.note_asked(store, clock(), name)
        assert await staying.unasked(store, clock(), "demo", 10) == ()
        night = SetClock(MORNING.replace(hour=23))
        fresh = await join(store, TELEGRAM + 2)
        assert await staying.unasked(store, night, "demo", 10) == ()
        assert await staying.unasked(store, clock(), "demo", 10) == (fresh,)
        kept = await volunteers.get(store, name)
        assert kept is not None
        assert kept.keep_until == MORNING + timedelta(days=30)
    finally:
        await store.close()
