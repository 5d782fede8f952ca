import pytest

from schedules.lifecycle import ENDED, UNCLAIMED, State
from schedules.planning.vanished import Vanished, find_vanished
from schedules.store.engine import Store
from schedules.store.tables import post
from tests.support.deliveries import add_accounts, add_deliveries


@pytest.mark.parametrize("state", State)
async def test_each_state_can_be_withdrawn_or_is_told_or_is_over(store: Store, state: State) -> None:
    await add_accounts(store, "a")
    await add_deliveries(store, ["a"], 2, state=state.value)
    vanished = await find_vanished(store, "demo", set())
    expected = (2, 0) if state in UNCLAIMED else (0, 0) if state in ENDED else (0, 2)
    assert (len(vanished.waiting), len(vanished.on_their_way)) == expected
    assert all(f"it is {state} and no longer" in problem.what for problem in vanished.on_their_way)


async def test_what_was_seen_in_the_folder_has_not_vanished(store: Store) -> None:
    await add_accounts(store, "a")
    await add_deliveries(store, ["a"], 2)
    first, second = (await find_vanished(store, "demo", set())).waiting
    assert (await find_vanished(store, "demo", {first})).waiting == (second,)
    assert await find_vanished(store, "demo", {first, second}) == Vanished((), ())


async def test_other_campaigns_are_not_looked_at(store: Store) -> None:
    await add_accounts(store, "a")
    await add_deliveries(store, ["a"], 1)
    assert await find_vanished(store, "another", set()) == Vanished((), ())


async def test_what_was_queued_at_a_door_has_not_vanished(store: Store) -> None:
    await add_accounts(store, "a")
    (number,) = await add_deliveries(store, ["a"], 1, state=State.UNKNOWN.value)
    async with store.write() as connection:
        await connection.execute(post.update().values(slot="door-1"))
    assert number
    assert await find_vanished(store, "demo", set()) == Vanished((), ())
