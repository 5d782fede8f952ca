from content.crowds import SAMPLE, Crowd
from schedules.planning.counts import Frozen, load_counts, load_crowds, with_samples
from schedules.store.engine import Store
from schedules.store.tables import day_count
from tests.schedules.planning.factories import action_day, campaign, utc
from tests.support.deliveries import add_accounts

AT = utc("2026-09-05 12:00")


async def test_the_numbers_of_a_campaign_are_read_and_other_days_have_samples(store: Store) -> None:
    await add_accounts(store, "x")
    numbers = {"people": 330, "cities": 2, "of": 3, "by_city": {"berlin": 300}}
    async with store.write() as connection:
        row = {"campaign": "demo", "day": "the-day", "frozen_at": AT, "numbers": numbers}
        await connection.execute(day_count.insert(), [row])
    assert await load_counts(store, "demo") == {"the-day": Frozen(AT, Crowd(330, 2, 3), {"berlin": 300})}
    known = await load_crowds(store, "demo")
    days = (action_day(AT), action_day(AT).model_copy(update={"id": "other"}))
    found = with_samples(campaign(action_days=days), known)
    assert found == {"the-day": Crowd(330, 2, 3), "other": SAMPLE}
    assert found["other"].is_sample
    assert await load_crowds(store, "other") == {}
