"""Groups as they are kept: found by a fingerprint, followed where they move, waited for where nobody bound them."""

from datetime import timedelta

import pytest

from schedules.people import groups
from schedules.people.groups import LOST, Group
from schedules.store.engine import Store
from tests.support.crowd import MORNING, VAULT, clock
from tests.support.deliveries import add_accounts

OLD, NEW = -4_007_351_926, -1_002_007_351_926


@pytest.fixture
async def bound(store: Store) -> Store:
    """A store with one group."""
    await add_accounts(store, "g", channel="telegram", city="berlin", language="de")
    async with store.write() as connection:
        await groups.save(connection, VAULT, clock(), "g", OLD, "demo", "lena")
    return store


async def one(store: Store) -> Group:
    group = await groups.of_account(store, "g")
    assert group is not None
    return group


async def test_a_group_is_found_by_its_id_and_by_its_account(bound: Store) -> None:
    assert await groups.of_chat(bound, VAULT, OLD) == await one(bound)
    assert await groups.of_chat(bound, VAULT, NEW) is None
    assert await groups.address(bound, VAULT, "g") == OLD
    assert await groups.address(bound, VAULT, "nobody") is None
    assert await groups.served(bound) == (await one(bound),)
    assert (await one(bound)).scopes == {"account:g", "campaign:demo", "city:berlin", "language:de"}


async def test_a_group_that_moved_is_found_by_its_new_id_alone(bound: Store) -> None:
    await groups.note_pinned(bound, "g", 7)
    await groups.wait(bound, VAULT, NEW, MORNING)
    await groups.lost(bound, VAULT, clock(), OLD)
    await groups.moved(bound, VAULT, clock(), "g", NEW)
    moved = await one(bound)
    assert (moved.pinned, moved.held) == (None, None)
    assert await groups.of_chat(bound, VAULT, NEW) == moved
    assert await groups.of_chat(bound, VAULT, OLD) is None
    assert not await groups.is_waiting(bound, VAULT, NEW)


async def test_hearing_twice_that_it_moved_changes_nothing(bound: Store) -> None:
    await groups.moved(bound, VAULT, clock(), "g", NEW)
    await groups.note_pinned(bound, "g", 7)
    await groups.moved(bound, VAULT, clock(), "g", NEW)
    assert (await one(bound)).pinned == 7


async def test_a_new_prompt_begins_without_a_count(bound: Store) -> None:
    await groups.note_shown(bound, "g", "<5")
    assert (await one(bound)).shown == "<5"
    await groups.note_pinned(bound, "g", 8)
    assert (await one(bound)).shown == ""


async def test_topics_are_kept_one_by_one(bound: Store) -> None:
    await groups.keep_topic(bound, "g", "today", 3)
    await groups.keep_topic(bound, "g", "questions", 4)
    await groups.keep_topic(bound, "g", "today", 9)
    await groups.keep_topic(bound, "nobody", "today", 9)
    assert (await one(bound)).topics == {"today": 9, "questions": 4}


async def test_a_lost_group_is_served_no_longer(bound: Store) -> None:
    await groups.lost(bound, VAULT, clock(), OLD)
    assert (await one(bound)).held == LOST
    assert await groups.served(bound) == ()


async def test_a_group_that_nobody_bound_is_waited_for_and_the_first_word_stands(store: Store) -> None:
    until = MORNING + timedelta(hours=1)
    await groups.wait(store, VAULT, OLD, until)
    await groups.wait(store, VAULT, OLD, MORNING)
    assert await groups.is_waiting(store, VAULT, OLD)
    assert await groups.overdue(store, VAULT, MORNING) == ()
    assert await groups.overdue(store, VAULT, until) == (OLD,)
    await groups.lost(store, VAULT, clock(), OLD)
    assert await groups.overdue(store, VAULT, until) == ()
