import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from bot.telegram import door as door_module
from bot.telegram import polling
from bot.telegram.boards import BETWEEN, keep_boards
from bot.telegram.door import TelegramDoor, bot_of
from bot.telegram.keys import DoorKeys
from bot.telegram.vanishing import Vanishing
from channels.registry import BOT_CHANNEL
from channels.secret import Secret
from schedules.accounts import accounts
from schedules.commands.actor import Actor
from schedules.commands.installation import is_fetched_elsewhere
from schedules.people.people import Person
from schedules.store import leases
from schedules.store.tables import lane
from tests.support.bot_stage import BOT, BotStage

CANARY = "4200000001:CANARY-aBcDeFgHiJkLmNoPqRsTuVwXyZ0"
STRANGERS = "This bot serves people who were invited."


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(door_module, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(polling, "PAUSE_SECONDS", 0.01)


async def _nobody(person: Person) -> Actor:
    return Actor(person.id, grants=())


def door(stage: BotStage, holder: str = "one") -> TelegramDoor:
    keys = DoorKeys(b"b" * 32, b"l" * 32)
    means = stage.means
    return TelegramDoor(
        means.store, means.vault, means.clock, keys, holder=holder, actor_of=_nobody, key=means.key
    )


@asynccontextmanager
async def at_work(stage: BotStage, *holders: str) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = [asyncio.create_task(door(stage, holder).run(stop)) for holder in holders or ("one",)]
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(60):
            await asyncio.gather(*running)


async def test_it_answers_and_keeps_its_own_name_and_leaves_when_told(stage: BotStage) -> None:
    ada = stage.world.add_user()
    async with at_work(stage):
        ada.send("/start")
        await stage.world.until(lambda: STRANGERS in ada.phone)
    settings = (await accounts.get(stage.store, BOT)).settings
    assert settings["username"] == stage.world.bot.username
    assert await leases.hold(stage.store, stage.means.clock, BOT_CHANNEL, "another", door_module.LEASE)


async def test_what_it_says_is_charged_to_the_rate_of_its_token(stage: BotStage) -> None:
    ada = stage.world.add_user()
    async with at_work(stage):
        ada.send("/start")
        await stage.world.until(lambda: STRANGERS in ada.phone)
    async with stage.store.read() as connection:
        rows = (await connection.execute(lane.select().where(lane.c.id.startswith("credential:")))).all()
    assert [row.tat > stage.means.clock.now().replace(year=2000) for row in rows] == [True]


async def test_telegram_asks_to_wait_and_the_whole_token_waits(stage: BotStage) -> None:
    ada = stage.world.add_user()
    stage.world.fail("sendMessage", "too_many_requests", retry_after=1)
    async with at_work(stage):
        ada.send("/start")
        await stage.world.until(lambda: STRANGERS in ada.phone)
    async with stage.store.read() as connection:
        rows = (await connection.execute(lane.select().where(lane.c.id.startswith("credential:")))).all()
    assert [row.blocked_until.year > 2000 for row in rows] == [True]


async def test_of_two_doors_only_one_asks_telegram(stage: BotStage) -> None:
    ada = stage.world.add_user()
    async with at_work(stage, "one", "two"):
        ada.send("/start")
        await stage.world.until(lambda: STRANGERS in ada.phone)
    assert ada.phone.count(STRANGERS) == 1
    assert {request.status for request in stage.world.journal.of("getUpdates")} <= {200, None}


async def test_another_token_is_taken_up_while_it_runs(stage: BotStage) -> None:
    ada, token = stage.world.add_user(), stage.world.token
    stage.world.token = CANARY
    async with at_work(stage):
        await stage.world.until(lambda: any(each.status == 401 for each in stage.world.journal.requests))
        await accounts.replace_secret(stage.store, stage.means.vault, BOT, Secret(CANARY))
        ada.send("/start")
        await stage.world.until(lambda: STRANGERS in ada.phone)
    stage.world.token = token
    assert (await accounts.get(stage.store, BOT)).held == door_module.BOT_UNKNOWN


async def test_a_bot_that_is_taken_away_is_served_no_longer(stage: BotStage) -> None:
    async with at_work(stage):
        await stage.world.until(lambda: stage.world.journal.of("getUpdates"))
        await accounts.remove(stage.store, BOT, stage.means.clock.now())
        await stage.world.until(lambda: stage.world.updates._poller is None)
    asked = len(stage.world.journal.of("getUpdates"))
    async with at_work(stage):
        await asyncio.sleep(0)
    assert len(stage.world.journal.of("getUpdates")) == asked


@pytest.mark.parametrize("kind", ["status", "hang_up_before", "too_many_requests"])
async def test_a_start_that_telegram_spoils_is_made_again(stage: BotStage, kind: str) -> None:
    ada = stage.world.add_user()
    stage.world.fail("getMe", kind, times=2)
    async with at_work(stage):
        ada.send("/start")
        await stage.world.until(lambda: STRANGERS in ada.phone)


@pytest.mark.parametrize("status", [401, 404])
async def test_a_page_in_the_way_is_no_verdict_on_the_token(stage: BotStage, status: int) -> None:
    ada = stage.world.add_user()
    stage.world.fail("getMe", "status", times=2, status=status)
    async with at_work(stage):
        ada.send("/start")
        await stage.world.until(lambda: STRANGERS in ada.phone)
    assert (await accounts.get(stage.store, BOT)).held is None


async def test_another_program_at_the_same_bot_is_noted(stage: BotStage) -> None:
    store, clock = stage.store, stage.means.clock
    async with at_work(stage):
        await stage.world.until(lambda: stage.world.journal.of("getUpdates"))
        assert not await is_fetched_elsewhere(store, clock)
        await stage.means.bot.get_updates(limit=1, timeout=0)
        answered = len(stage.world.journal.of("getUpdates"))
        await stage.world.until(lambda: len(stage.world.journal.of("getUpdates")) > answered + 1)
    assert await is_fetched_elsewhere(store, clock)


async def test_a_database_that_fails_ends_the_round_and_not_the_door(
    stage: BotStage, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = stage.world.add_user()
    async with at_work(stage):
        await stage.world.until(lambda: stage.world.journal.of("getUpdates"))
        async with stage.store.write() as connection:
            await connection.execute(text("ALTER TABLE lease RENAME TO elsewhere"))
        await stage.world.until(lambda: stage.world.updates._poller is None)
        async with stage.store.write() as connection:
            await connection.execute(text("ALTER TABLE elsewhere RENAME TO lease"))
        ada.send("/start")
        await stage.world.until(lambda: STRANGERS in ada.phone)
    shown = "".join(capsys.readouterr())
    assert "Traceback" not in shown


async def test_a_chore_that_fails_is_done_again_and_the_bot_answers(
    stage: BotStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, tries = stage.world.add_user(), 0

    async def fail(_: object) -> None:
        nonlocal tries
        tries += 1
        raise RuntimeError

    monkeypatch.setattr(door_module, "CHORES", ((0.01, fail),))
    async with at_work(stage):
        await stage.world.until(lambda: tries > 2)
        ada.send("/start")
        await stage.world.until(lambda: STRANGERS in ada.phone)


async def test_at_debug_nothing_tells_the_token_who_writes_or_what(
    stage: BotStage, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = stage.world.add_user("Nour-the-canary")
    secret = "we meet at the old mill"
    stage.world.fail("sendMessage", "status", status=502)
    with caplog.at_level(logging.DEBUG):
        async with at_work(stage):
            ada.send(f"/start {secret}")
            ada.send(secret)
            ada.type_forged_callback(secret)
            await stage.world.until(lambda: ada.presses[0].answer and STRANGERS in ada.phone)
    shown = caplog.text + "".join(capsys.readouterr()) + repr(stage.means)
    assert "update not handled" in shown
    for canary in (stage.world.token, stage.world.token.partition(":")[2], str(ada.id), ada.name, secret):
        assert canary not in shown


async def test_a_bot_speaks_html_and_within_our_bounds(stage: BotStage) -> None:
    means = stage.means
    connection = await accounts.connection(stage.store, means.vault, BOT)
    async with bot_of(connection, Vanishing(means.store, means.vault, means.clock, means.kits)) as bot:
        ada = stage.world.add_user()
        ada.send("/start")
        await bot.send_message(ada.id, "<b>bold</b>")
    assert ada.last.text == "bold"


def test_boards_are_drawn_no_more_often_than_they_may_change() -> None:
    pauses = {chore: seconds for seconds, chore in door_module.CHORES}
    assert pauses[keep_boards] >= BETWEEN.total_seconds()
