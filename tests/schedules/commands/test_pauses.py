import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from schedules.accounts.accounts import REMOVED
from schedules.clock import SetClock
from schedules.commands.actor import Actor
from schedules.commands.pauses import Pause, Resumed, pause, paused, resume, stoppable
from schedules.errors import CodeNeeded, Forbidden, ScheduleError
from schedules.ledger.ledger import Ledger
from schedules.ledger.values import Mark, scopes
from schedules.people.roles import Grant, Role
from schedules.store.engine import Store
from schedules.store.tables import account, campaign
from tests.support.deliveries import NOON, add_accounts, add_deliveries, add_stale_campaign

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
CLOCK = SetClock(NOW)
AMAL, SAMI, INES = Actor("amal"), Actor("sami"), Actor("ines")
ALL_SCOPES = ["everything", "campaign:demo", "city:paris", "partner:harbour-union", "account:a"]
_KIT = '{"cities": [{"id": "new-york", "risk": "of another version"}], "partners": [{"id": "friends"}]}'
MISSPELT = [
    (
        "account:nobody",
        "no account 'nobody'. Known: a, b; to be safe, stop all: `munasara pause everything`",
    ),
    ("campaign:other", "no campaign 'other'. Known: demo"),
    ("city:Paris", "no city 'Paris'. Known: paris"),
    ("partner:nobody", "no partner 'nobody'. Known: harbour-union"),
    ("account:", "nothing that can be paused"),
    ("account", "nothing that can be paused"),
    ("planet:earth", "nothing that can be paused. Write `everything`, or one of"),
    ("", "nothing that can be paused"),
    ("Everything", "nothing that can be paused"),
    ("everything ", "nothing that can be paused"),
    ("city:paris' OR '1'='1", "no city"),
]


@pytest.fixture
async def ready(store: Store) -> Store:
    """A store with one account of a city and a partner, and three posts that are due at noon."""
    await add_accounts(store, "a", city="paris", partner="harbour-union")
    await add_accounts(store, "b")
    await add_deliveries(store, ["a"], 3, city="paris", partner="harbour-union")
    return store


@pytest.mark.parametrize("scope", ALL_SCOPES)
async def test_one_person_pauses_at_once(ready: Store, scope: str) -> None:
    assert await pause(ready, CLOCK, AMAL, scope) == Pause(scope, "amal", NOW)
    assert await paused(ready) == (Pause(scope, "amal", NOW),)


async def test_what_is_only_planned_can_be_paused_and_a_removed_account_names_nothing(ready: Store) -> None:
    """A kit that only another version reads still tells its cities; one that nobody reads keeps no pause waiting."""
    await add_accounts(ready, "old", city="atlantis", partner="sunk")
    await add_stale_campaign(ready)
    async with ready.write() as connection:
        gone = update(account).where(account.c.id == "old").values(held=REMOVED)
        await connection.execute(gone)
        for name, kit in {"stale": _KIT, "demo": "no json"}.items():
            await connection.execute(update(campaign).where(campaign.c.id == name).values(kit=kit))
    for scope in ("city:new-york", "partner:friends", "city:paris", "campaign:demo"):
        assert (await pause(ready, CLOCK, AMAL, scope)).scope == scope
    for scope in ("city:atlantis", "partner:sunk"):
        with pytest.raises(ScheduleError, match="There is no"):
            await pause(ready, CLOCK, AMAL, scope)
    offered = await stoppable(ready, AMAL)
    assert [scope for scope in offered if scope.startswith(("city:", "partner:"))] == [
        "city:new-york",
        "city:paris",
        "partner:friends",
        "partner:harbour-union",
    ]


@pytest.mark.parametrize("scope", ALL_SCOPES)
async def test_a_paused_scope_is_what_the_ledger_does_not_claim(ready: Store, scope: str) -> None:
    ledger = _ledger(ready)
    await pause(ready, CLOCK, AMAL, scope)
    assert await ledger.claim(10, "worker") == ()
    assert await ledger.pauses() <= scopes("a", "demo", "paris", "harbour-union")
    await resume(ready, CLOCK, AMAL, scope)
    assert await ledger.claim(10, "worker") == ()
    await resume(ready, CLOCK, SAMI, scope)
    assert len(await ledger.claim(10, "worker")) == 3


@pytest.mark.parametrize("scope", ALL_SCOPES)
async def test_what_was_claimed_before_the_pause_is_not_sent(ready: Store, scope: str) -> None:
    ledger = _ledger(ready)
    claimed = await ledger.claim(10, "worker")
    await pause(ready, CLOCK, AMAL, scope)
    assert await ledger.mark([Mark(held.id, held.claim, {}) for held in claimed]) == [False] * 3


async def test_a_pause_leaves_others_alone(ready: Store) -> None:
    await pause(ready, CLOCK, AMAL, "account:b")
    assert len(await _ledger(ready).claim(10, "worker")) == 3


async def test_pausing_again_changes_nothing(ready: Store) -> None:
    first = await pause(ready, CLOCK, AMAL, "everything")
    later = SetClock(NOW + timedelta(hours=1))
    assert await pause(ready, later, SAMI, "everything") == first
    assert await paused(ready) == (first,)


async def test_pausing_again_takes_back_a_wish_to_resume(ready: Store) -> None:
    await pause(ready, CLOCK, AMAL, "everything")
    await resume(ready, CLOCK, SAMI, "everything")
    await pause(ready, CLOCK, AMAL, "everything")
    assert await resume(ready, CLOCK, AMAL, "everything") == Resumed.ASKED


async def test_resuming_takes_two_people(ready: Store) -> None:
    await pause(ready, CLOCK, AMAL, "everything")
    assert await resume(ready, CLOCK, AMAL, "everything") == "asked"
    assert await paused(ready) == (Pause("everything", "amal", NOW, resume_asked_by="amal"),)
    assert await resume(ready, CLOCK, SAMI, "everything") == "resumed"
    assert await paused(ready) == ()


async def test_one_person_asking_twice_is_still_one_person(ready: Store) -> None:
    await pause(ready, CLOCK, AMAL, "everything")
    await resume(ready, CLOCK, SAMI, "everything")
    with pytest.raises(Forbidden, match="until another person asks: `munasara resume everything`"):
        await resume(ready, CLOCK, SAMI, "everything")
    assert len(await paused(ready)) == 1


async def test_three_people_asking_at_once_resume_and_one_is_told_that_it_runs(ready: Store) -> None:
    await pause(ready, CLOCK, AMAL, "everything")
    asking = [resume(ready, CLOCK, actor, "everything") for actor in (AMAL, SAMI, INES)]
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Resumed", "Resumed", "ScheduleError"]
    assert {outcome for outcome in outcomes if isinstance(outcome, str)} == {"asked", "resumed"}
    assert await paused(ready) == ()


async def test_several_people_pausing_at_once_all_succeed(ready: Store) -> None:
    pauses = await asyncio.gather(
        *(pause(ready, CLOCK, actor, "everything") for actor in (AMAL, SAMI, INES))
    )
    assert len(set(pauses)) == 1
    assert await paused(ready) == (pauses[0],)


async def test_what_is_not_paused_cannot_be_resumed(ready: Store) -> None:
    with pytest.raises(ScheduleError, match=r"'everything' is not paused\. Nothing is paused\."):
        await resume(ready, CLOCK, AMAL, "everything")
    await pause(ready, CLOCK, AMAL, "account:a")
    with pytest.raises(ScheduleError, match=r"'acount:a' is not paused\. Paused now: account:a\."):
        await resume(ready, CLOCK, AMAL, "acount:a")


async def test_a_misspelt_scope_pauses_nothing_and_is_told(ready: Store) -> None:
    for scope, told in MISSPELT:
        with pytest.raises(ScheduleError) as caught:
            await pause(ready, CLOCK, AMAL, scope)
        assert told in str(caught.value)
    assert await paused(ready) == ()


async def test_everything_can_be_paused_before_there_is_anything(store: Store) -> None:
    await pause(store, CLOCK, AMAL, "everything")
    assert [found.scope for found in await paused(store)] == ["everything"]
    with pytest.raises(ScheduleError, match="None is known; to be safe, stop all"):
        await pause(store, CLOCK, AMAL, "city:paris")


async def test_a_city_is_known_from_a_post_or_from_an_account_alone(store: Store) -> None:
    await add_accounts(store, "a", city="paris")
    await add_accounts(store, "b")
    await add_deliveries(store, ["b"], 1, city="izmir")
    await pause(store, CLOCK, AMAL, "city:paris")
    await pause(store, CLOCK, AMAL, "city:izmir")
    assert {found.scope for found in await paused(store)} == {"city:izmir", "city:paris"}


async def test_pauses_are_told_oldest_first(ready: Store) -> None:
    for hours, scope in enumerate(["city:paris", "account:a", "everything"]):
        await pause(ready, SetClock(NOW + timedelta(hours=hours)), AMAL, scope)
    assert [found.scope for found in await paused(ready)] == ["city:paris", "account:a", "everything"]


async def test_a_scope_is_data_and_never_part_of_a_statement(ready: Store) -> None:
    with pytest.raises(ScheduleError):
        await pause(ready, CLOCK, AMAL, "account:a'; DELETE FROM pause; --")
    async with ready.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM account"))).scalar_one() == 2


def _ledger(store: Store) -> Ledger:
    return Ledger(store, SetClock(NOON), server_time=False, lease=timedelta(minutes=1))


async def test_a_captain_stops_their_city_with_its_accounts_and_nothing_else(ready: Store) -> None:
    captain = Actor("noor", (Grant(Role.CAPTAIN, "city:paris"),))
    for scope in ("city:paris", "account:a"):
        await pause(ready, CLOCK, captain, scope)
    for scope in ("everything", "account:b", "campaign:demo", "partner:harbour-union"):
        with pytest.raises(Forbidden):
            await pause(ready, CLOCK, captain, scope)


async def test_resuming_takes_an_approver_of_it_and_their_code(ready: Store) -> None:
    await pause(ready, CLOCK, AMAL, "city:paris")
    grants = (Grant(Role.APPROVER, "city:paris"),)
    with pytest.raises(CodeNeeded):
        await resume(ready, CLOCK, Actor("noor", grants), "city:paris")
    assert await resume(ready, CLOCK, Actor("noor", grants, proven=True), "city:paris") == "asked"
    with pytest.raises(Forbidden):
        await resume(ready, CLOCK, Actor("sami", grants, proven=True), "everything")
