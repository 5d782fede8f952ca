"""The prompt that stands in a group is the last one that went out since the group has its present id."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from schedules.ledger.squares import newest
from schedules.store.engine import Store
from schedules.store.tables import delivery, post
from tests.support.crowd import MORNING
from tests.support.deliveries import add_accounts, add_deliveries

BODY = {
    "text": [{"bullet": False, "spans": [{"text": "Sign."}]}],
    "options": {"topic": "today", "task": {"id": "quiet", "on": "2027-03-01"}},
}


@pytest.fixture
async def sent(store: Store) -> Store:
    """A store with two prompts that a group got, an hour apart, with the numbers 11 and 12."""
    await add_accounts(store, "g", "other")
    await add_deliveries(store, ["g"], 2, due_at=MORNING)
    async with store.write() as connection:
        await connection.execute(update(post).values(slot="group:quiet", body=BODY))
        for number in (1, 2):
            values = {"remote_id": str(10 + number), "accepted_at": MORNING + timedelta(hours=number)}
            await connection.execute(
                update(delivery).where(delivery.c.id == number).values(state="sent", **values)
            )
    return store


async def test_the_last_one_counts(sent: Store) -> None:
    shown = await newest(sent, "g", MORNING)
    assert shown is not None
    assert (shown.message, shown.on) == (12, date(2027, 3, 1))


async def test_what_has_another_number_by_now_does_not_count(sent: Store) -> None:
    assert await newest(sent, "g", MORNING + timedelta(hours=3)) is None
    assert await newest(sent, "other", MORNING) is None


async def test_the_message_that_told_of_the_new_id_counts_although_clocks_differ(sent: Store) -> None:
    assert await newest(sent, "g", MORNING + timedelta(hours=2, seconds=1)) is not None


@pytest.mark.parametrize("change", [{"slot": "launch"}, {"slot": "prompt:quiet:en"}])
async def test_other_posts_do_not_count(sent: Store, change: dict[str, str]) -> None:
    async with sent.write() as connection:
        await connection.execute(update(post).values(**change))
    assert await newest(sent, "g", MORNING) is None


async def test_what_may_not_have_arrived_does_not_count(sent: Store) -> None:
    async with sent.write() as connection:
        await connection.execute(update(delivery).values(state="unknown"))
    assert await newest(sent, "g", MORNING) is None
