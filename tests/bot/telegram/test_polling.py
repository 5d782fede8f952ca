import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram import Update
from telegram.error import TelegramError
from telegram.request import BaseRequest

from bot.telegram import polling
from bot.telegram.polling import InOrder, PollingBot, poll
from channels.telegram.bot import UNREADABLE
from channels.telegram.client import BotRequest
from tests.support.telegram.server import serving
from tests.support.telegram.world import World

CANARY = "I meet Nour at the old mill"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def bot(world: World) -> AsyncIterator[PollingBot]:
    async with serving(world) as api:
        made = PollingBot(
            world.token, base_url=api.base_url, request=BotRequest(), get_updates_request=BotRequest()
        )
        async with made:
            yield made


class Hearing:
    """Handles updates by noting them, and by what a test wants besides."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.on: dict[str, Callable[[], Awaitable[None]]] = {}

    async def __call__(self, update: Update) -> None:
        assert update.message is not None
        text = update.message.text or ""
        if text in self.on:
            await self.on[text]()
        self.texts.append(text)


@asynccontextmanager
async def at_work(bot: PollingBot, hearing: Hearing) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    polled = asyncio.create_task(poll(bot, hearing, stop))
    try:
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(60):
            await polled


async def test_updates_are_handled_and_confirmed(world: World, bot: PollingBot) -> None:
    ada, hearing = world.add_user(), Hearing()
    ada.send("one")
    async with at_work(bot, hearing):
        await world.until(lambda: hearing.texts == ["one"])
        ada.send("two")
        await world.until(lambda: hearing.texts == ["one", "two"])
    assert world.updates.waiting == []


async def test_one_chat_keeps_its_order_and_does_not_hold_up_another(world: World, bot: PollingBot) -> None:
    ada, eve, hearing, go_on = world.add_user(), world.add_user("Eve"), Hearing(), asyncio.Event()

    async def wait() -> None:
        await go_on.wait()

    hearing.on["slow"] = wait
    ada.send("slow")
    ada.send("after it")
    async with at_work(bot, hearing):
        await world.until(lambda: world.journal.of("getUpdates"))
        eve.send("quick")
        await world.until(lambda: hearing.texts == ["quick"])
        go_on.set()
        await world.until(lambda: len(hearing.texts) == 3)
    assert hearing.texts == ["quick", "slow", "after it"]


async def test_an_update_that_fails_stops_nobody_and_tells_the_log_where_and_not_what(
    world: World, bot: PollingBot, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    ada, hearing = world.add_user(), Hearing()

    async def break_down() -> None:
        raise RuntimeError(CANARY)

    hearing.on[CANARY] = break_down
    ada.send(CANARY)
    ada.send("go on")
    with caplog.at_level(logging.DEBUG):
        async with at_work(bot, hearing):
            await world.until(lambda: hearing.texts == ["go on"])
    shown = caplog.text + "".join(capsys.readouterr())
    assert "update not handled" in shown
    assert "break_down" in shown
    assert CANARY not in shown
    assert world.updates.waiting == []


async def test_what_is_under_way_when_it_stops_is_finished_and_only_then_confirmed(
    world: World, bot: PollingBot
) -> None:
    ada, hearing, begun, go_on = world.add_user(), Hearing(), asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await go_on.wait()

    hearing.on["slow"] = wait
    ada.send("slow")
    stop = asyncio.Event()
    polled = asyncio.create_task(poll(bot, hearing, stop))
    await begun.wait()
    stop.set()
    asked = len(world.journal.of("getUpdates"))
    go_on.set()
    await polled
    assert hearing.texts == ["slow"]
    assert len(world.journal.of("getUpdates")) > asked
    assert world.updates.waiting == []


async def test_what_does_not_end_is_broken_off_and_comes_again(
    world: World, bot: PollingBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "GRACE_SECONDS", 0.05)
    ada, hearing, begun = world.add_user(), Hearing(), asyncio.Event()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    hearing.on["hang"] = hang
    ada.send("hang")
    async with at_work(bot, hearing) as stop:
        await begun.wait()
        stop.set()
    assert len(world.updates.waiting) == 1


async def test_another_process_at_the_same_bot_is_waited_out(
    world: World, bot: PollingBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "PAUSE_SECONDS", 0.01)
    ada, hearing = world.add_user(), Hearing()
    async with at_work(bot, hearing):
        await world.until(lambda: world.journal.of("getUpdates"))
        await bot.ask(0, limit=1, seconds=0)
        ada.send("still there")
        await world.until(lambda: hearing.texts == ["still there"])
    assert [request.status for request in world.journal.of("getUpdates")].count(409) == 1


@pytest.mark.parametrize("kind", ["hang_up_before", "hang_up_after", "status", "too_many_requests"])
async def test_a_poll_that_dies_is_made_again_and_loses_nothing(
    world: World, bot: PollingBot, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "PAUSE_SECONDS", 0.01)
    ada, hearing = world.add_user(), Hearing()
    world.fail("getUpdates", kind, times=2)
    ada.send("one")
    async with at_work(bot, hearing):
        await world.until(lambda: hearing.texts == ["one"])


class Nonsense(BotRequest):
    """Gives these answers instead of asking."""

    def __init__(self, answers: list[Any]) -> None:
        super().__init__()
        self._answers = answers
        self.offsets: list[str] = []

    async def do_request(
        self, url: str, method: str, request_data: Any = None, *more: Any, **others: Any
    ) -> Any:
        del url, method, more, others
        self.offsets.append(request_data.json_parameters["offset"])
        if request_data.json_parameters["limit"] == "1":
            return 200, b'{"ok": true, "result": []}'
        if not self._answers:
            await asyncio.Event().wait()
        return 200, json.dumps(self._answers.pop(0)).encode()


def _bot(answers: list[Any]) -> tuple[PollingBot, Nonsense]:
    request = Nonsense(answers)
    idle: BaseRequest = BotRequest()
    return PollingBot("1:token", request=idle, get_updates_request=request), request


@pytest.mark.parametrize(
    "answer",
    [
        [],
        7,
        {"ok": True},
        {"ok": True, "result": 7},
        {"ok": True, "result": [7]},
        {"ok": True, "result": [{}]},
    ],
)
async def test_an_answer_that_is_not_telegrams_is_an_error_and_no_update(answer: Any) -> None:
    bot, _ = _bot([answer])
    with pytest.raises((TelegramError, *UNREADABLE)):
        await bot.ask(0)


async def test_an_update_that_cannot_be_read_does_not_hide_the_others_for_ever(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    sender = {"id": 5, "is_bot": False, "first_name": CANARY}
    fine = {
        "message_id": 1,
        "date": 0,
        "chat": {"id": 5, "type": "private"},
        "from": sender,
        "text": "fine",
    }
    broken = {"message": {"text": CANARY, "from": sender}}
    found = [{"update_id": 7, **broken}, {"update_id": 8, "message": fine}]
    bot, request = _bot([{"ok": True, "result": found}])
    hearing, stop = Hearing(), asyncio.Event()
    with caplog.at_level(logging.DEBUG):
        polled = asyncio.create_task(poll(bot, hearing, stop))
        async with asyncio.timeout(60):
            while len(request.offsets) < 2:
                await asyncio.sleep(0)
            polled.cancel()
            with pytest.raises(asyncio.CancelledError):
                await polled
    assert hearing.texts == ["fine"]
    assert request.offsets[1] == "9"
    assert CANARY not in caplog.text + "".join(capsys.readouterr())


async def test_it_asks_for_no_more_than_it_reads(world: World, bot: PollingBot) -> None:
    ada = world.add_user()
    await bot.ask(0, seconds=0)
    ada.react(ada.send("hello"), "👍")
    ada.edit(ada.last, "changed")
    assert [set(update.body) - {"update_id"} for update in world.updates.waiting] == [{"message"}]


async def test_nothing_is_left_of_a_chat_that_is_done() -> None:
    async def nothing(update: Update) -> None:
        del update

    order = InOrder(nothing)
    await order.begin(Update(1))
    assert await order.drain(1)
    assert order._last == {}
