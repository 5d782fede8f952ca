from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from channels.registry import channel_class
from content.loader import load_campaign
from content.models import Campaign
from content.richtext import Paragraph, RichText, Span, to_json
from schedules.clock import SetClock
from schedules.commands.actor import Actor
from schedules.commands.alerts import Tomorrow, Trouble, new_alerts, not_told, tomorrow
from schedules.people.roles import Grant, Role
from schedules.planning.kits import Kits
from schedules.planning.record import record
from schedules.store.engine import Store
from schedules.store.tables import account, day_count, post
from tests.support.deliveries import BODY, add_accounts, add_deliveries, add_stale_campaign
from tests.support.source import ROOT

CAMPAIGN = load_campaign(ROOT / "content" / "examples" / "white-balloons")
MORNING = datetime(2027, 2, 10, 8, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
async def store(database_url: str, clock: SetClock) -> AsyncIterator[Store]:
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


async def test_a_campaign_that_nobody_can_read_silences_no_alert_of_the_others(
    store: Store, clock: SetClock
) -> None:
    numbers = {"people": 3_184, "cities": 14, "of": 15, "by_city": {}}
    row = {"campaign": CAMPAIGN.id, "day": "release", "frozen_at": MORNING, "numbers": numbers}
    async with store.write() as connection:
        await connection.execute(day_count.insert(), [row])
    await add_stale_campaign(store)
    clock.set(MORNING + timedelta(hours=1))
    assert {(Trouble.SILENCE, "en"), (Trouble.UNTOLD, "release")} <= set(await found(store, clock))


async def test_a_held_account_and_a_full_quota_are_told(store: Store, clock: SetClock) -> None:
    quota = {"used": 95, "allowed": 100, "seconds": 86400, "read_at": MORNING.isoformat()}
    async with store.write() as connection:
        await connection.execute(account.update().values(held="revoked", quota=quota))
    assert {(Trouble.HELD, "x-en"), (Trouble.QUOTA, "x-en")} <= set(await found(store, clock))


@pytest.mark.parametrize(
    ("hours", "sent", "told"),
    [(0, 9, True), (0, 8, False), (12, 12, False), (12, 13, True), (25, 9, False)],
)
async def test_a_quota_is_counted_within_its_own_window(
    store: Store, clock: SetClock, hours: int, sent: int, *, told: bool
) -> None:
    quota = {"used": 9, "allowed": 20, "seconds": 86400, "read_at": MORNING.isoformat()}
    async with store.write() as connection:
        await connection.execute(account.update().values(quota=quota))
    clock.set(MORNING + timedelta(hours=hours, minutes=1))
    out: dict[str, Any] = {
        "state": "sent",
        "campaign": CAMPAIGN.id,
        "accepted_at": MORNING + timedelta(seconds=30),
    }
    await add_deliveries(store, ["x-en"], sent - 1, **out)
    await add_deliveries(store, ["x-en"], 1, kind="part-2", **out)
    await add_deliveries(store, ["x-en"], 5, kind="letter-ada", **out)
    assert ((Trouble.QUOTA, "x-en") in await found(store, clock)) is told


async def test_every_part_of_a_thread_costs(store: Store, clock: SetClock) -> None:
    due_at = MORNING + timedelta(days=1)
    await add_deliveries(store, ["x-en"], 1, due_at=due_at, state="planned", campaign=CAMPAIGN.id)
    linked = RichText((Paragraph((Span("https://example.org/sign"),)),))
    async with store.write() as connection:
        await connection.execute(
            post.update().values(body=BODY | {"thread": [BODY["text"], to_json(linked)]})
        )
    price = channel_class("x").price
    cost = (await ahead(store, clock, Grant(Role.VIEWER))).cost
    assert cost == 2 * price("Hello", 0) + price("https://example.org/sign", 0)


async def test_what_is_said_to_volunteers_alone_ends_no_silence(store: Store, clock: SetClock) -> None:
    due_at = MORNING + timedelta(hours=2)
    for slot in ("prompt:day-1", "group:day-1", "urgent:1"):
        await add_deliveries(store, ["x-en"], 1, due_at=due_at, campaign=CAMPAIGN.id, slot=slot)
    await add_deliveries(store, ["x-en"], 1, due_at=due_at, campaign=CAMPAIGN.id, kind="retract")
    assert (Trouble.SILENCE, "en") in await found(store, clock)


async def test_what_reached_nobody_is_told_again(store: Store, clock: SetClock) -> None:
    async with store.write() as connection:
        await connection.execute(account.update().values(held="revoked"))
    alerts = await new_alerts(store, clock, Kits(store))
    missed = [alert for alert in alerts if alert.trouble is Trouble.HELD]
    await not_told(store, missed)
    assert await new_alerts(store, clock, Kits(store)) == tuple(missed)


async def ahead(store: Store, clock: SetClock, *grants: Grant, campaign: Campaign = CAMPAIGN) -> Tomorrow:
    return await tomorrow(store, clock, Actor("amal", grants=grants), campaign, "Europe/Berlin")


async def test_tomorrow_counts_what_is_planned_and_names_holes(store: Store, clock: SetClock) -> None:
    due_at = MORNING + timedelta(days=1)
    await add_deliveries(store, ["x-en"], 2, due_at=due_at, state="planned", campaign=CAMPAIGN.id)
    await add_deliveries(store, ["x-en"], 1, due_at=due_at + timedelta(days=1), campaign=CAMPAIGN.id)
    everything = await ahead(store, clock, Grant(Role.VIEWER))
    assert (everything.posts, everything.unapproved) == (2, 2)
    assert set(everything.holes) == set(CAMPAIGN.languages) - {"en"}
    assert everything.cost == 2 * channel_class("x").price("Hello", 0)


async def test_tomorrow_is_the_day_of_the_clock_where_somebody_lives(store: Store, clock: SetClock) -> None:
    amal = Actor("amal", grants=(Grant(Role.EDITOR),))
    await add_deliveries(store, ["x-en"], 1, due_at=MORNING + timedelta(hours=20), campaign=CAMPAIGN.id)
    assert (await tomorrow(store, clock, amal, CAMPAIGN, "Europe/Berlin")).posts == 1
    assert (await tomorrow(store, clock, amal, CAMPAIGN, "America/Los_Angeles")).posts == 0


async def test_tomorrow_shows_each_their_own_scope_and_nothing_else(store: Store, clock: SetClock) -> None:
    due_at = MORNING + timedelta(days=1)
    await add_deliveries(store, ["x-en"], 2, due_at=due_at, campaign=CAMPAIGN.id)
    await add_deliveries(store, ["x-en"], 1, due_at=due_at, campaign=CAMPAIGN.id, city="berlin")
    english = await ahead(store, clock, Grant(Role.EDITOR, "language:en"))
    assert (english.posts, english.holes) == (3, ())
    turkish = await ahead(store, clock, Grant(Role.EDITOR, "language:tr"))
    assert (turkish.posts, turkish.holes, turkish.cost) == (0, ("tr",), Decimal(0))
    berlin = await ahead(store, clock, Grant(Role.CAPTAIN, "city:berlin"))
    assert (berlin.posts, berlin.holes, berlin.stale) == (1, (), ())
    assert (await ahead(store, clock, Grant(Role.CAPTAIN, "city:paris"))).is_empty


async def test_stale_claims_are_those_that_texts_of_ones_languages_use(
    store: Store, clock: SetClock
) -> None:
    stale = [claim.model_copy(update={"review_by": MORNING.date()}) for claim in CAMPAIGN.claims]
    messages = [
        message.model_copy(
            update={"variants": tuple(one for one in message.variants if one.language == "de")}
        )
        for message in CAMPAIGN.messages
    ]
    campaign = CAMPAIGN.model_copy(
        update={"claims": tuple(stale), "messages": tuple(messages), "prompts": ()}
    )
    german = await ahead(store, clock, Grant(Role.EDITOR, "language:de"), campaign=campaign)
    assert set(german.stale) <= {claim.id for claim in stale}
    assert german.stale
    turkish = await ahead(store, clock, Grant(Role.EDITOR, "language:tr"), campaign=campaign)
    assert turkish.stale == ()
