from datetime import timedelta

from content.models import Permit
from schedules.clock import SetClock
from schedules.planning.cities import (
    UNCHANGED,
    CityState,
    Status,
    city_state,
    load_cities,
    lock_city,
    write_city,
)
from schedules.store.engine import Store
from tests.support.deliveries import NOON, add_accounts

CLOCK = SetClock(NOON)


async def test_a_city_of_which_nobody_changed_anything_is_as_planned(store: Store) -> None:
    assert await city_state(store, "demo", "release", "berlin") == UNCHANGED


async def test_what_was_changed_is_read_back_and_no_other_city_changes(store: Store) -> None:
    await add_accounts(store, "a")
    async with store.write() as connection:
        for city in ("berlin", "paris"):
            assert await lock_city(connection, CLOCK, "demo", "release", city) == UNCHANGED
        values = {
            "status": "begun",
            "delay_minutes": 30,
            "place": "b",
            "permit": "granted",
            "ticked": ["x"],
        }
        await write_city(connection, CLOCK, "demo", "release", "berlin", **values)
    changed = CityState(Status.BEGUN, timedelta(minutes=30), "b", Permit.GRANTED, frozenset({"x"}))
    assert await load_cities(store, "demo") == {
        ("release", "berlin"): changed,
        ("release", "paris"): UNCHANGED,
    }
