"""Seven days without an answer, and prompts come once a week."""

from datetime import UTC, date, datetime

import pytest

from schedules.clock import SetClock
from schedules.people.silence import silent_days, slow_down
from schedules.people.volunteers import get
from schedules.store.engine import Store
from tests.support.volunteers import add_bot, add_volunteers, chosen

CLOCK = SetClock(datetime(2027, 3, 15, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("active", "prompted", "days"),
    [
        ("2027-03-08", "2027-03-15", 7),
        ("2027-03-08", "2027-03-16", 7),
        ("2027-03-08", "2027-03-10", 2),
        ("2027-03-15", "2027-03-15", 0),
        ("2027-03-08", None, 0),
    ],
)
async def test_silence_counts_only_days_on_which_something_came(
    store: Store, active: str, prompted: str | None, days: int
) -> None:
    await add_bot(store)
    await add_volunteers(store, ["amal"], active_on=active, prompted_on=prompted)
    who = await get(store, "amal")
    assert who is not None
    assert silent_days(who, date(2027, 3, 15)) == days


async def test_whoever_is_silent_for_a_week_is_asked_once_a_week(store: Store) -> None:
    await add_bot(store)
    silent = [f"silent-{number:04}" for number in range(1_200)]
    await add_volunteers(store, silent, active_on="2027-03-08", prompted_on="2027-03-16")
    await add_volunteers(store, ["answers"], active_on="2027-03-09", prompted_on="2027-03-16")
    await add_volunteers(store, ["between"], active_on="2027-03-01", prompted_on="2027-03-05")
    await add_volunteers(
        store, ["paused"], active_on="2027-03-01", prompted_on="2027-03-15", rhythm="paused"
    )
    assert await slow_down(store, CLOCK) == 1_200
    assert await slow_down(store, CLOCK) == 0
    rhythms = {
        name: (await chosen(store, name)).rhythm for name in (silent[0], "answers", "between", "paused")
    }
    assert rhythms == {silent[0]: "weekly", "answers": "daily", "between": "daily", "paused": "paused"}


async def test_a_week_is_counted_where_they_live(store: Store) -> None:
    await add_bot(store)
    days = {"active_on": "2027-03-09", "prompted_on": "2027-03-16"}
    await add_volunteers(store, ["kiribati"], zone="Pacific/Kiritimati", **days)
    await add_volunteers(store, ["berlin"], **days)
    assert await slow_down(store, CLOCK) == 1
    assert (await chosen(store, "kiribati")).rhythm == "weekly"
