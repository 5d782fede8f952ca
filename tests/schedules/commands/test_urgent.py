from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from content.loader import load_campaign
from schedules.clock import SetClock
from schedules.commands.actor import Actor
from schedules.commands.urgent import plan_urgent
from schedules.errors import AccountUnknown, Forbidden
from schedules.people.days import BEFORE_EVERYTHING, LASTS
from schedules.people.roles import Grant, Role
from schedules.planning.record import record
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts, row, states
from tests.support.source import ROOT

CAMPAIGN = load_campaign(ROOT / "content" / "examples" / "white-balloons")
CLOCK = SetClock(datetime(2027, 2, 10, 8, 0, tzinfo=UTC))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url)
    await record(store, CLOCK, CAMPAIGN, (), author="sara", kept=frozenset())
    yield store
    await store.close()


async def test_it_waits_for_approval_and_reaches_nobody_yet(store: Store) -> None:
    await add_accounts(store, "the-bot", channel="telegram-bot")
    planned = await plan_urgent(store, CLOCK, Actor("sara"), CAMPAIGN, "en", "It opens.")
    assert planned.reach is None
    assert await states(store) == {"planned": 1}
    waiting = await row(store, 1)
    assert waiting.due_at == BEFORE_EVERYTHING
    assert (waiting.planned_at, waiting.expires_at) == (CLOCK.now(), CLOCK.now() + LASTS)


async def test_without_a_bot_it_says_what_to_do(store: Store) -> None:
    with pytest.raises(AccountUnknown, match="accounts add telegram-bot"):
        await plan_urgent(store, CLOCK, Actor("sara"), CAMPAIGN, "en", "It opens.")


async def test_an_editor_of_another_language_plans_nothing(store: Store) -> None:
    editor = Actor("tuba", grants=(Grant(Role.EDITOR, "language:tr"),))
    with pytest.raises(Forbidden):
        await plan_urgent(store, CLOCK, editor, CAMPAIGN, "en", "It opens.")
