"""How things stand, and what needs a person."""

from datetime import timedelta

import pytest

from schedules.accounts import accounts
from schedules.clock import SetClock
from schedules.commands.actor import Actor
from schedules.commands.status import HeldAccount, Status, status
from schedules.lifecycle import State
from schedules.planning.changes import PAST_WHEN_PLANNED
from schedules.store.engine import Store
from schedules.store.tables import account, lane, pause, worker
from tests.support.deliveries import NOON, add_accounts, add_deliveries

CLOCK = SetClock(NOON)
SARA = Actor("sara")
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))


@pytest.fixture
async def ready(store: Store) -> Store:
    await add_accounts(store, "a", "b")
    return store


async def _warnings(store: Store) -> tuple[str, ...]:
    return (await status(store, CLOCK, SARA)).warnings


async def test_nothing_planned_warns_of_nothing(store: Store) -> None:
    assert await status(store, CLOCK, SARA) == Status(
        counts={},
        next_at=None,
        late=0,
        unapproved=0,
        expired=0,
        paused=(),
        held=(),
        blocked={},
        workers=(),
    )
    assert await _warnings(store) == ()


async def test_posts_are_counted_by_campaign_and_state_without_their_pins(ready: Store) -> None:
    await add_deliveries(ready, ["a", "b"], 2)
    await add_deliveries(ready, ["a"], 1, state="sent")
    await add_deliveries(ready, ["a"], 1, kind="pin")
    assert (await status(ready, CLOCK, SARA)).counts == {"demo": {State.READY: 4, State.SENT: 1}}


async def test_the_next_moment_is_the_first_to_come(ready: Store) -> None:
    for wait, state in ((-HOUR, "ready"), (HOUR, "cancelled"), (2 * HOUR, "planned"), (3 * HOUR, "ready")):
        await add_deliveries(ready, ["a"], 1, due_at=NOON + wait, state=state)
    assert (await status(ready, CLOCK, SARA)).next_at == NOON + 2 * HOUR


async def test_approved_posts_are_late_after_a_minute(ready: Store) -> None:
    await add_deliveries(ready, ["a"], 1, due_at=NOON - MINUTE)
    await add_deliveries(ready, ["a"], 1, due_at=NOON - MINUTE - SECOND)
    await add_deliveries(ready, ["a"], 1, due_at=NOON - HOUR, state="sent")
    assert (await status(ready, CLOCK, SARA)).late == 1


async def test_what_is_due_within_a_day_and_not_approved_is_told(ready: Store) -> None:
    for wait in (-HOUR, DAY, DAY + SECOND):
        await add_deliveries(ready, ["a"], 1, due_at=NOON + wait, state="planned")
    assert (await status(ready, CLOCK, SARA)).unapproved == 2
    assert "2 posts due within a day and not approved: munasara approve." in await _warnings(ready)


async def test_what_ran_out_within_a_day_is_told_but_not_what_was_past_when_planned(ready: Store) -> None:
    await add_deliveries(ready, ["a"], 1, state="expired", reason="Nobody approved it in time.")
    await add_deliveries(ready, ["a"], 1, state="expired", reason=PAST_WHEN_PLANNED)
    await add_deliveries(ready, ["a"], 1, state="expired")
    assert (await status(ready, CLOCK, SARA)).expired == 2
    assert (await status(ready, SetClock(NOON + DAY), SARA)).expired == 0


@pytest.mark.parametrize(
    ("state", "warning"),
    [
        ("unknown", "1 post may or may not be public. Look at each and say what you saw: "),
        ("handed_off", "1 post handed to a person. Say what became of each: "),
        ("refused", "1 post refused: "),
    ],
)
async def test_what_needs_a_person_is_told_with_the_list_of_it(
    ready: Store, state: str, warning: str
) -> None:
    await add_deliveries(ready, ["a"], 1, state=state)
    assert await _warnings(ready) == (f"{warning}munasara posts list --state {state}.",)


async def test_held_and_blocked_accounts_and_pauses_are_told(ready: Store) -> None:
    async with ready.write() as connection:
        await connection.execute(account.update().where(account.c.id == "a").values(held="Token revoked."))
        await connection.execute(
            lane.update().where(lane.c.id == "account:b").values(blocked_until=NOON + HOUR)
        )
        await connection.execute(pause.insert().values(scope="everything", actor="sami", paused_at=NOON))
    found = await status(ready, CLOCK, SARA)
    assert found.held == (HeldAccount("a", "Token revoked."),)
    assert found.blocked == {"b": NOON + HOUR}
    assert found.warnings == (
        "Paused: everything. Two people resume: munasara resume <scope>.",
        "a is held: Token revoked. Reconnect it: munasara accounts test a.",
    )
    assert (await status(ready, SetClock(NOON + HOUR), SARA)).blocked == {}


async def test_an_account_that_was_taken_away_needs_nobody(ready: Store) -> None:
    await accounts.remove(ready, "a", NOON)
    assert (await status(ready, CLOCK, SARA)).held == ()


@pytest.mark.parametrize("due", [NOON + HOUR, NOON - HOUR])
async def test_nobody_at_work_is_told_where_there_is_work(ready: Store, due: object) -> None:
    warning = "No worker is running, so nothing goes out. Start one: munasara run."
    assert warning not in await _warnings(ready)
    await add_deliveries(ready, ["a"], 1, due_at=due)  # type: ignore[arg-type]
    assert warning in await _warnings(ready)
    async with ready.write() as connection:
        await connection.execute(
            worker.insert().values(id="w1", version="1", started_at=NOON, seen_at=NOON - 14 * SECOND)
        )
    assert warning not in await _warnings(ready)
    assert (await status(ready, CLOCK, SARA)).workers == ("w1",)
    assert (await status(ready, SetClock(NOON + SECOND), SARA)).workers == ()
