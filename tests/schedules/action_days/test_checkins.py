"""What counts of several reports from a city: what happened last."""

from datetime import timedelta

from schedules.action_days.checkins import CheckIns, What, latest, write
from schedules.store.engine import Store
from tests.support.crowd import MORNING, clock
from tests.support.deliveries import add_accounts

HOUR = timedelta(hours=1)


async def test_the_newest_of_each_kind_counts_whichever_arrives_first(store: Store) -> None:
    await add_accounts(store, "a")
    at = clock()
    at.set(MORNING + 3 * HOUR)
    told = (
        ("berlin", What.BEGUN, MORNING, None),
        ("berlin", What.PEOPLE, MORNING + HOUR, 120),
        ("berlin", What.PEOPLE, MORNING, 40),
        ("berlin", What.DANGER, MORNING + 9 * HOUR, None),
        ("paris", What.PEOPLE, MORNING, 7),
        ("paris", What.PEOPLE, MORNING, 8),
        ("paris", What.SAFE, MORNING, None),
    )
    async with store.write() as connection:
        for city, what, happened_at, people in told:
            await write(
                connection, at, "demo", "release", city, what, happened_at=happened_at, people=people
            )
        await write(connection, at, "demo", "other", "rome", What.ENDED, happened_at=MORNING)
    assert await latest(store, "demo", "release") == {
        "berlin": CheckIns(MORNING, 120, MORNING + HOUR, danger_at=MORNING + 3 * HOUR),
        "paris": CheckIns(people=8, people_at=MORNING, safe_at=MORNING),
    }
