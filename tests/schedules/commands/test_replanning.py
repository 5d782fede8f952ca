"""What is not sent of a day is drawn anew from the plan, with the pictures that were recorded, whatever became of the folder."""

from pathlib import Path

from sqlalchemy import select

from content.loader import load_campaign
from content.richtext import from_json, plain
from schedules.action_days.changes import APPROVE_AGAIN
from schedules.commands.replanning import replan_day
from schedules.planning.cities import lock_city, write_city
from schedules.store.engine import Store
from schedules.store.tables import delivery, post
from tests.support.day_office import day_office


async def test_only_what_tells_of_its_cities_is_drawn_anew_with_its_recorded_picture(
    store: Store, tmp_path: Path
) -> None:
    office = await day_office(store, tmp_path)
    campaign, names = load_campaign(office.folder), ("balloons", "rise", "berlin")
    (office.folder / "media/balloon.png").unlink()
    before = await office.posts()
    assert await replan_day(store, office.clock, campaign, "rise") == 0
    async with store.write() as connection:
        await lock_city(connection, office.clock, *names)
        await write_city(connection, office.clock, *names, status="aborted")
    assert await replan_day(store, office.clock, campaign, "rise") == 1
    assert await replan_day(store, office.clock, campaign, "rise") == 0
    after = await office.posts()
    changed = {slot for slot, one in after.items() if one.digest != before[slot].digest}
    assert changed == {"rise:everywhere/1"}
    drawn = after["rise:everywhere/1"]
    assert "We stand in 2 cities: Lyon." in plain(from_json(drawn.body["text"]))
    assert drawn.body["media"] == before["rise:everywhere/1"].body["media"]
    async with store.read() as connection:
        reasons = await connection.execute(
            select(post.c.slot)
            .join(delivery, delivery.c.post == post.c.id)
            .where(delivery.c.reason == APPROVE_AGAIN)
        )
        assert set(reasons.scalars()) == {"rise:everywhere"}
