from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from channels.registry import channel_class
from content.loader import load_campaign
from schedules.clock import SetClock
from schedules.commands.alerts import Trouble, new_alerts, tomorrow
from schedules.planning.kits import Kits
from schedules.planning.record import record
from schedules.store.engine import Store
from schedules.store.migrate import migrate
from schedules.store.tables import account
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.source import ROOT

CAMPAIGN = load_campaign(ROOT / "content" / "examples" / "white-balloons")
MORNING = datetime(2027, 2, 10, 8, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
async def store(database_url: str, clock: SetClock) -> AsyncIterator[Store]:
    migrate(database_url)
    store = Store(database_url)
    await record(store, clock, CAMPAIGN, (), author="sara", kept=frozenset())
    await add_accounts(store, "x-en")
    yield store
    await store.close()


async def found(store: Store, clock: SetClock) -> list[tuple[Trouble, str]]:
    alerts = await new_alerts(store, clock, Kits(store))
    return [(alert.trouble, alert.subject) for alert in alerts]


async def test_each_trouble_of_a_post_is_told_once(store: Store, clock: SetClock) -> None:
    for state in ("refused", "unknown", "expired", "sent", "planned"):
        await add_deliveries(
            store, ["x-en"], 1, due_at=MORNING, state=state, campaign=CAMPAIGN.id, changed_at=MORNING
        )
    told = await found(store, clock)
    assert [trouble for trouble, _ in told if trouble in {"refused", "unknown", "expired"}] == [
        "refused",
        "unknown",
        "expired",
    ]
    assert await found(store, clock) == []


async def test_silence_ahead_is_told_by_language_every_day_until_it_ends(
    store: Store, clock: SetClock
) -> None:
    due_at = MORNING + timedelta(hours=20)
    await add_deliveries(store, ["x-en"], 1, due_at=due_at, campaign=CAMPAIGN.id)
    silent = {(Trouble.SILENCE, language) for language in CAMPAIGN.languages if language != "en"}
    assert set(await found(store, clock)) == silent
    clock.set(MORNING + timedelta(hours=19))
    assert await found(store, clock) == []
    clock.set(MORNING + timedelta(hours=21))
    assert set(await found(store, clock)) >= silent


async def test_a_held_account_and_a_full_quota_are_told(store: Store, clock: SetClock) -> None:
    quota = {"used": 95, "allowed": 100, "seconds": 86400, "read_at": MORNING.isoformat()}
    async with store.write() as connection:
        await connection.execute(account.update().values(held="revoked", quota=quota))
    assert {(Trouble.HELD, "x-en"), (Trouble.QUOTA, "x-en")} <= set(await found(store, clock))


async def test_tomorrow_counts_by_language_and_names_holes(store: Store, clock: SetClock) -> None:
    due_at = MORNING + timedelta(days=1)
    await add_deliveries(store, ["x-en"], 2, due_at=due_at, state="planned", campaign=CAMPAIGN.id)
    await add_deliveries(store, ["x-en"], 1, due_at=due_at + timedelta(days=1), campaign=CAMPAIGN.id)
    ahead = await tomorrow(store, clock, CAMPAIGN)
    assert ahead.posts["en"] == 2
    assert ahead.unapproved == 2
    assert set(ahead.holes) == set(CAMPAIGN.languages) - {"en"}
    assert ahead.cost == 2 * channel_class("x").price("Hello", 0)
