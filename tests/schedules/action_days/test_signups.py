"""Rosters are counts, and when a day is over nothing else is left of them; over both databases."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from content.models import StepKind
from schedules.action_days.signups import KEPT, Coming, close_rosters, coming
from schedules.clock import SetClock
from schedules.people import signups
from schedules.people.signups import SignUp
from schedules.people.steps import DayStep, To
from schedules.store.engine import Store
from schedules.store.tables import sign_up
from tests.support.volunteers import BEGINS, add_bot, add_step, add_volunteers

LATE = timedelta(hours=12)
NEXT = DayStep("release", "next", StepKind.NEXT_ASK, "berlin", To.SIGNED_UP)
AT = BEGINS + timedelta(days=5)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store(database_url)
    try:
        await add_bot(opened)
        await add_volunteers(opened, ["ada", "ben", "eva"])
        said = {"ada": SignUp("release", "berlin", 2), "ben": SignUp("release", "berlin", 0)}
        async with opened.write() as connection:
            for name, each in {**said, "eva": SignUp("other", "lyon", 5)}.items():
                await signups.keep(connection, "demo", name, each, BEGINS)
        await add_step(opened, NEXT, AT, late_by=LATE)
        yield opened
    finally:
        await opened.close()


async def test_rosters_are_counts(store: Store) -> None:
    found = await coming(store, "demo", "release")
    assert found == {"berlin": Coming(people=2, guests=2)}
    assert found["berlin"].together == 4


async def test_some_days_after_the_last_letter_only_the_counts_are_left(store: Store) -> None:
    clock = SetClock(AT + LATE + KEPT - timedelta(minutes=1))
    await close_rosters(store, clock)
    assert await _who(store) == ["ada", "ben"]
    clock.set(AT + LATE + KEPT)
    for _ in range(2):
        await close_rosters(store, clock)
    assert await _who(store) == []
    assert await coming(store, "demo", "release") == {"berlin": Coming(people=2, guests=2)}
    assert await coming(store, "demo", "other") == {"lyon": Coming(people=1, guests=5)}


async def _who(store: Store) -> list[str]:
    async with store.read() as connection:
        found = await connection.execute(select(sign_up.c.person).order_by(sign_up.c.person))
        return list(found.scalars())
