from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import update

from content.loader import load_campaign
from content.models import Campaign
from schedules.clock import SetClock
from schedules.errors import ScheduleError
from schedules.planning.kits import Kits
from schedules.planning.record import record
from schedules.store.engine import Store
from schedules.store.tables import campaign
from tests.support.deliveries import NOON, add_accounts, add_stale_campaign

EXAMPLE: Final = Path(__file__).parents[3] / "content" / "examples" / "white-balloons"


@pytest.fixture(scope="module")
def example() -> Campaign:
    return load_campaign(EXAMPLE)


async def plan(store: Store, planned: Campaign, hours: int = 0) -> None:
    clock = SetClock(NOON + timedelta(hours=hours))
    await record(store, clock, planned, (), author="sara", kept=frozenset())


async def test_a_campaign_comes_back_as_it_was_planned(store: Store, example: Campaign) -> None:
    await plan(store, example)
    assert await Kits(store).get(example.id) == example


async def test_it_is_read_again_only_after_it_was_planned_again(store: Store, example: Campaign) -> None:
    kits = Kits(store)
    await plan(store, example)
    first = await kits.get(example.id)
    assert await kits.get(example.id) is first
    await plan(store, example.model_copy(update={"title": {"en": "Black balloons"}}), hours=1)
    assert (await kits.get(example.id)).title == {"en": "Black balloons"}


async def test_what_is_not_planned_is_said_with_what_to_do(store: Store) -> None:
    with pytest.raises(ScheduleError, match="munasara plan"):
        await Kits(store).get("nothing")


@pytest.mark.parametrize("kit", ["{}", "no json", '{"title": "secret text"}'])
async def test_what_another_version_wrote_is_not_planned_here_and_not_shown(
    store: Store, example: Campaign, kit: str
) -> None:
    await plan(store, example)
    async with store.write() as connection:
        await connection.execute(update(campaign).values(kit=kit))
    with pytest.raises(ScheduleError, match="not planned here") as raised:
        await Kits(store).get(example.id)
    assert "secret" not in str(raised.value)


async def test_campaigns_without_a_kit_are_not_named(store: Store, example: Campaign) -> None:
    await add_accounts(store, "a")
    await plan(store, example)
    assert await Kits(store).names() == (example.id,)


async def test_a_campaign_that_nobody_can_read_keeps_no_other_waiting(
    store: Store, example: Campaign
) -> None:
    await plan(store, example)
    await add_stale_campaign(store)
    kits = Kits(store)
    assert await kits.names() == ("stale", example.id)
    assert await kits.readable(await kits.names()) == (example,)
    assert await kits.offered(await kits.names()) == (example,)


async def test_whoever_waits_for_campaigns_of_which_none_can_be_read_is_told(store: Store) -> None:
    await add_stale_campaign(store)
    kits = Kits(store)
    with pytest.raises(ScheduleError, match="Plan it"):
        await kits.offered(await kits.names())
    assert await kits.offered(await kits.dormant()) == ()
