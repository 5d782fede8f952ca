"""The board in a group of organisers."""

import pytest

from schedules.action_days import boards as kept
from schedules.commands.boards import put_up
from schedules.commands.groups import Binding, bind
from schedules.errors import ScheduleError
from schedules.people import audit, groups
from schedules.people.roles import Role
from schedules.store.engine import Store
from tests.schedules.commands.test_groups import CAMPAIGN, CHAT, LENA, bound, ready
from tests.schedules.commands.test_photos import actor
from tests.support.crowd import VAULT, clock

AMAL = actor(Role.ADMIN)
ORGANISERS = -5_001
__all__ = ["ready"]


async def put(store: Store, chat: int = ORGANISERS) -> None:
    await put_up(store, VAULT, AMAL, chat, "demo", "release", "en")


async def test_a_board_stands_in_one_group_and_the_bot_stays_there(ready: Store) -> None:
    await groups.wait(ready, VAULT, ORGANISERS, clock().now())
    await put(ready)
    assert await groups.overdue(ready, VAULT, clock().now()) == ()
    await put(ready, ORGANISERS - 1)
    assert not await kept.is_board(ready, VAULT, ORGANISERS)
    assert await kept.is_board(ready, VAULT, ORGANISERS - 1)
    assert (await audit.records(ready, 1))[0].object == "campaign:demo"


async def test_no_board_stands_where_volunteers_are(ready: Store) -> None:
    await bound(ready)
    with pytest.raises(ScheduleError, match="Volunteers are served in this group"):
        await put(ready, CHAT)


async def test_no_volunteers_are_served_where_a_board_stands(ready: Store) -> None:
    await put(ready)
    wanted = Binding(ORGANISERS, "bot", CAMPAIGN, "berlin", "de")
    with pytest.raises(ScheduleError, match="board of an action day stands"):
        await bind(ready, VAULT, clock(), LENA, wanted)
