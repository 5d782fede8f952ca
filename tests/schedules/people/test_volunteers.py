from dataclasses import replace
from datetime import date, timedelta

import pytest

from schedules.people import volunteers
from schedules.people.volunteers import LEVELS, Level, Rhythm
from schedules.store.engine import Store
from schedules.store.tables import volunteer
from tests.support.crowd import AMAL, MORNING, arrive, join
from tests.support.deliveries import add_accounts

KEPT = {
    *("person", "campaign", "partner", "language", "reading", "city", "zone", "hour", "level", "consent"),
    *(
        "rhythm",
        "paused_until",
        "prompted_on",
        "active_on",
        "done",
        "streak",
        "done_on",
        "apps",
        "keep_until",
    ),
}


@pytest.fixture
async def campaign(store: Store) -> Store:
    """A store with the campaign ``demo``."""
    await add_accounts(store)
    return store


def test_nothing_but_what_was_agreed_to_is_kept() -> None:
    assert {column.name for column in volunteer.columns} == KEPT


def test_nobody_is_seen_unless_they_choose_it() -> None:
    assert AMAL.level is Level.NOBODY is LEVELS[0]


async def test_what_a_volunteer_chose_comes_back_as_it_was(campaign: Store) -> None:
    name = await join(campaign, reading="ku", level=Level.ONE, rhythm=Rhythm.WEEKLY, apps=("x", "threads"))
    chosen = replace(AMAL, person=name, reading="ku", level=Level.ONE, rhythm=Rhythm.WEEKLY)
    assert await volunteers.get(campaign, name) == replace(
        chosen, apps=("x", "threads"), active_on=date(2027, 3, 1)
    )


async def test_whoever_is_known_need_be_no_volunteer(campaign: Store) -> None:
    assert await volunteers.get(campaign, await arrive(campaign)) is None


async def test_today_is_the_date_where_they_live() -> None:
    late = MORNING.replace(hour=22)
    assert replace(AMAL, zone="Asia/Damascus").today(late) == date(2027, 3, 2)
    assert replace(AMAL, zone="America/New_York").today(late) == date(2027, 3, 1)


async def test_whoever_joins_again_keeps_their_counts_and_chooses_the_rest_anew(campaign: Store) -> None:
    name = await join(campaign)
    await volunteers.change(campaign, name, done=7, streak=3, done_on=date(2027, 2, 27), apps=("x",))
    assert await join(campaign, city="homs", level=Level.PUBLIC) == name
    found = await volunteers.get(campaign, name)
    assert found is not None
    assert (found.done, found.streak, found.done_on, found.apps) == (7, 3, date(2027, 2, 27), ("x",))
    assert (found.city, found.level) == ("homs", Level.PUBLIC)


async def test_a_change_of_one_volunteer_leaves_others_alone(campaign: Store) -> None:
    one, two = await join(campaign, 1), await join(campaign, 2)
    until = MORNING + timedelta(days=3)
    await volunteers.change(campaign, one, rhythm=Rhythm.PAUSED, paused_until=until, keep_until=None)
    changed, same = await volunteers.get(campaign, one), await volunteers.get(campaign, two)
    assert changed is not None
    assert same is not None
    assert (changed.rhythm, changed.paused_until) == (Rhythm.PAUSED, until)
    assert (same.rhythm, same.paused_until) == (Rhythm.DAILY, None)
