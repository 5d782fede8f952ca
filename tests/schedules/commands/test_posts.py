"""Looking at posts."""

import pytest

from channels.errors import Refused
from schedules.commands.posts import Event, Filter, list_posts, show_post
from schedules.errors import PostNotFound
from schedules.lifecycle import State
from schedules.store.engine import Store
from schedules.store.tables import delivery
from tests.schedules.planning.factories import wall
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.office import NOON_SLOT, Office


async def test_a_list_is_in_the_order_of_the_plan(office: Office) -> None:
    early = {**NOON_SLOT, "id": "early", "at": "2026-09-04T12:00:00", "late_by": "48h"}
    office.write(NOON_SLOT, early)
    await office.plan()
    assert [post.slot for post in await list_posts(office.store, Filter())] == ["early", "noon"]


async def test_a_list_without_a_limit_shows_everything(store: Store) -> None:
    await add_accounts(store, "a")
    await add_deliveries(store, ["a"], 1_200)
    assert len(await list_posts(store, Filter())) == 1_200
    assert len(await list_posts(store, Filter(limit=None))) == 1_200
    assert len(await list_posts(store, Filter(limit=7))) == 7


async def test_each_filter_narrows_and_together_they_narrow_more(store: Store) -> None:
    await add_accounts(store, "a", "b")
    await add_deliveries(store, ["a", "b"], 2, city="izmir")
    await add_deliveries(store, ["a"], 1, state="sent")
    counts = [
        len(await list_posts(store, wanted))
        for wanted in (
            Filter(campaign="demo"),
            Filter(campaign="other"),
            Filter(account="a"),
            Filter(city="izmir"),
            Filter(states=(State.SENT,)),
            Filter(states=(State.SENT, State.READY)),
            Filter(account="a", city="izmir", states=(State.READY,)),
        )
    ]
    assert counts == [5, 0, 3, 4, 1, 5, 2]


async def test_a_pin_is_no_post_of_its_own(office: Office) -> None:
    office.write({**NOON_SLOT, "pin": True})
    await office.plan()
    assert [post.kind for post in await list_posts(office.store, Filter())] == ["publish"]


async def test_a_wall_time_is_naive_and_travels_with_its_zone(office: Office) -> None:
    await office.plan()
    post = await office.post()
    assert (post.local_at, post.zone) == (wall("2026-09-05 12:00"), "Europe/Berlin")
    assert post.due_at.isoformat() == "2026-09-05T10:00:00+00:00"


async def test_a_post_is_shown_with_everything_that_happened_to_it(office: Office) -> None:
    office.platform.script["chat-en"].append(Refused("telegram", "chat-en", "Too many links."))
    await office.plan()
    await office.approve()
    await office.run_at("12:00")
    office.say("Another sentence.")
    await office.plan()
    await office.run_at("12:01")
    post, events = await show_post(office.store, (await office.post()).id)
    assert (post.state, post.revision) == (State.PLANNED, 2)
    assert [(event.what, event.detail) for event in events] == [
        ("approved", "by sami, an earlier version"),
        ("refused", "Too many links."),
    ]
    assert all(isinstance(event, Event) and event.at.utcoffset() is not None for event in events)


async def test_the_history_of_a_pin_is_told_apart(office: Office) -> None:
    office.write({**NOON_SLOT, "pin": True})
    await office.plan()
    await office.approve()
    await office.run_at("12:00")
    _, events = await show_post(office.store, (await office.post()).id)
    assert [event.what for event in events] == ["approved", "sent", "pin: sent"]


async def test_a_post_that_is_not_there_says_how_to_find_those_that_are(store: Store) -> None:
    with pytest.raises(PostNotFound, match=r"no post 17\. List them: munasara posts list"):
        await show_post(store, 17)


async def test_a_delivery_that_is_not_a_post_is_not_found_as_one(store: Store) -> None:
    await add_accounts(store, "a")
    await add_deliveries(store, ["a"], 1)
    async with store.write() as connection:
        await connection.execute(delivery.update().values(kind="pin"))
    assert await list_posts(store, Filter()) == ()
