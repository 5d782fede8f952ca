"""What is found in the database for the lists of cities."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from content.models import ActionDay, Campaign, Risk, StepKind
from schedules.action_days.looks import look_at
from schedules.action_days.meetings import Meeting, write_meeting
from schedules.action_days.readiness import AccountLook, Look
from schedules.clock import SetClock
from schedules.people import people
from schedules.people.days import NEVER
from schedules.people.roles import Grant, Role, grant
from schedules.planning.cities import lock_city, write_city
from schedules.store import leases
from schedules.store.engine import Store
from schedules.store.tables import account, call, group_chat, pause, sign_up
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import city, utc
from tests.support.crowd import VAULT, arrive
from tests.support.deliveries import add_accounts, add_deliveries
from tests.support.volunteers import add_bot

T0 = utc("2027-03-20 12:00")
CLOCK = SetClock(T0 - timedelta(hours=4))
CITIES = (
    city("berlin", "Europe/Berlin"),
    city("lyon", "Europe/Paris"),
    city("aleppo", "Asia/Damascus", Risk.GUARDED),
)


def campaign() -> tuple[Campaign, ActionDay]:
    calls = (step("early", -48, StepKind.ROLL_CALL), step("late", -24, StepKind.ROLL_CALL))
    day = day_at(T0, *calls, step("how-many", 1, StepKind.CHECK_IN))
    return with_day(day, *CITIES, id="demo"), day


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store(database_url)
    try:
        await add_bot(opened)
        await add_accounts(opened, "berlin-group", channel="telegram", city="berlin")
        yield opened
    finally:
        await opened.close()


async def looks(store: Store) -> dict[str, Look]:
    played, day = campaign()
    return await look_at(store, VAULT, CLOCK, played, day, CITIES)


async def _set(store: Store, **values: Any) -> None:
    async with store.write() as connection:
        await connection.execute(account.update().where(account.c.id == "berlin-group").values(values))


async def test_accounts_of_the_city_and_the_bot_with_tokens_that_nothing_renews(store: Store) -> None:
    await _set(store, expires_at=T0, held="revoked")
    found = await looks(store)
    bot = AccountLook("bot", is_held=False)
    assert found["berlin"].accounts == (AccountLook("berlin-group", is_held=True, ends_at=T0), bot)
    assert found["lyon"].accounts == (bot,)
    await _set(store, renew_at=T0, held="removed")
    assert (await looks(store))["berlin"].accounts == (bot,)
    await _set(store, held=None)
    assert (await looks(store))["berlin"].accounts[0].ends_at is None


async def test_posts_of_the_day_in_the_city_that_are_not_cancelled(store: Store) -> None:
    for state, slot, where in (
        ("planned", "the-day:week", "berlin"),
        ("ready", "the-day:come:en", "berlin"),
        ("sent", "the-day:come:de", "berlin"),
        ("cancelled", "the-day:soon", "berlin"),
        ("planned", "the-day-after:week", "berlin"),
        ("planned", "the-day:week", "lyon"),
        ("planned", "the-day:week", None),
    ):
        await add_deliveries(store, ["berlin-group"], 1, state=state, slot=slot, city=where)
    found = await looks(store)
    assert (found["berlin"].planned, found["berlin"].unapproved) == (3, 1)
    assert (found["lyon"].planned, found["lyon"].unapproved) == (1, 1)


@pytest.mark.parametrize(("others", "crowded"), [(16, ()), (17, ("berlin-group",))])
async def test_a_lane_is_crowded_by_everything_in_a_minute_of_the_day(
    store: Store, others: int, crowded: tuple[str, ...]
) -> None:
    await add_deliveries(store, ["berlin-group"], 40, due_at=T0 + timedelta(hours=9), city="berlin")
    await add_deliveries(store, ["berlin-group"], 1, due_at=T0, slot="the-day:now", city="berlin")
    later = T0 + timedelta(seconds=40)
    await add_deliveries(store, ["berlin-group"], others, due_at=later, city="berlin")
    change, letters = "the-day:!delayed", "the-day:come:en"
    await add_deliveries(store, ["berlin-group"], 18, due_at=NEVER, slot=change, city="berlin")
    await add_deliveries(store, ["bot"], 1_400, due_at=T0, slot=letters, city="berlin")
    assert (await looks(store))["berlin"].crowded == crowded


async def test_a_group_counts_for_its_city_alone(store: Store) -> None:
    row = {"account": "berlin-group", "campaign": "demo", "topics": {}, "bound_by": "lena", "bound_at": T0}
    async with store.write() as connection:
        await connection.execute(group_chat.insert(), [row | {"fingerprint": "f", "address": b"x"}])
    found = await looks(store)
    assert (found["berlin"].has_group, found["lyon"].has_group) == (True, False)


async def test_who_runs_it_and_whether_one_of_them_answered_the_latest_roll_call(store: Store) -> None:
    lena, noor = await arrive(store, 1, "lena"), await arrive(store, 2, "noor")
    asked = {"campaign": "demo", "day": "the-day", "city": "berlin", "message": None}
    async with store.write() as connection:
        for name in (lena, noor):
            await grant(connection, CLOCK, name, Grant(Role.CAPTAIN, "city:berlin"), by="sara")
        early = asked | {"step": "early", "person": lena, "asked_at": T0 - timedelta(hours=48)}
        late = asked | {"step": "late", "person": lena, "asked_at": T0 - timedelta(hours=24)}
        await connection.execute(call.insert(), [early | {"answered_at": T0 - timedelta(hours=47)}])
        await connection.execute(call.insert(), [late | {"answered_at": None}])
    found = await looks(store)
    assert (found["berlin"].captains, found["berlin"].answered) == (2, False)
    assert (found["lyon"].captains, found["lyon"].answered) == (0, None)
    deputy = late | {"person": noor, "asked_at": T0 - timedelta(hours=22)}
    async with store.write() as connection:
        await connection.execute(call.insert(), [deputy | {"answered_at": T0 - timedelta(hours=21)}])
    assert (await looks(store))["berlin"].answered is True


async def test_whoever_is_away_locked_out_or_captain_of_everything_counts_as_it_should(
    store: Store,
) -> None:
    grants = {"lena": "city:berlin", "noor": "city:berlin", "mina": "campaign:demo", "away": "city:lyon"}
    async with store.write() as connection:
        for number, (handle, scope) in enumerate(grants.items(), 1):
            name = await people.welcome(connection, VAULT, CLOCK, number, "en", handle)
            await grant(connection, CLOCK, name, Grant(Role.CAPTAIN, scope), by="sara")
    await leases.hold(store, CLOCK, "away:away", "away", timedelta(days=2))
    await leases.hold(store, CLOCK, "away:noor", "noor", timedelta(seconds=0))
    found = await looks(store)
    assert (found["berlin"].captains, found["lyon"].captains) == (3, 1)
    await people.change(store, (await people.called(store, "lena")).id, {"locked_at": CLOCK.now()})
    assert (await looks(store))["berlin"].captains == 2


async def test_the_place_that_counts_is_the_one_that_must_be_filled_in(store: Store) -> None:
    await write_meeting(store, VAULT, CLOCK, "demo", "the-day", "berlin", Meeting(a="the fountain"))
    assert (await looks(store))["berlin"].has_place
    async with store.write() as connection:
        await lock_city(connection, CLOCK, "demo", "the-day", "berlin")
        await write_city(connection, CLOCK, "demo", "the-day", "berlin", place="b")
    assert not (await looks(store))["berlin"].has_place


@pytest.mark.parametrize("scope", ["everything", "campaign:demo", "city:berlin"])
async def test_a_pause_of_the_city_or_of_more_is_seen(store: Store, scope: str) -> None:
    rows = [{"scope": each, "actor": "lena", "paused_at": T0} for each in (scope, "city:paris")]
    async with store.write() as connection:
        await connection.execute(pause.insert(), rows)
    held = {name for name, look in (await looks(store)).items() if look.is_held}
    assert held == ({"berlin"} if scope == "city:berlin" else {"berlin", "lyon", "aleppo"})


async def test_who_comes_is_a_number(store: Store) -> None:
    ada, ben = await arrive(store, 1), await arrive(store, 2)
    row = {"campaign": "demo", "day": "the-day", "city": "berlin", "signed_at": T0}
    async with store.write() as connection:
        await connection.execute(sign_up.insert(), [row | {"person": ada, "guests": 3}])
        await connection.execute(sign_up.insert(), [row | {"person": ben, "guests": 0}])
        await lock_city(connection, CLOCK, "demo", "the-day", "aleppo")
        await write_city(connection, CLOCK, "demo", "the-day", "aleppo", coming=9)
    found = await looks(store)
    assert {name: look.coming for name, look in found.items()} == {"berlin": 5, "lyon": 0, "aleppo": 9}
