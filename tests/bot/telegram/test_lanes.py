import asyncio
import heapq
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from bot.telegram import lanes as lanes_module
from bot.telegram.lanes import Answer, Lanes
from channels.telegram.client import FloodControl

ADA, EVE, GROUP = 11, 12, -13
NOTHING = timedelta()


class Play:
    """Lanes on a clock that jumps to whoever wakes up next, and what they let through and when."""

    def __init__(self) -> None:
        self.now = 0.0
        self.shown: list[tuple[float, str, Any]] = []
        self.draws: list[float] = []
        self.blocks: list[timedelta] = []
        self.waits: list[float] = []
        self.floods: list[float] = []
        self._asleep: list[tuple[float, int, asyncio.Event]] = []
        self._numbers = count()
        self.lanes = Lanes(self._draw, self._block, elapsed=lambda: self.now, sleep=self._sleep)

    def request(self, endpoint: str, chat: Any = ADA) -> asyncio.Task[Answer]:
        work = self.lanes.process_request(
            self._answer, (endpoint, chat), {}, endpoint, {"chat_id": chat}, None
        )
        return asyncio.create_task(work)

    async def play(self, *requests: asyncio.Task[Answer]) -> None:
        while not all(each.done() for each in requests):
            for _ in range(10):
                await asyncio.sleep(0)
            if self._asleep:
                self.now, _, event = heapq.heappop(self._asleep)
                event.set()

    async def _answer(self, endpoint: str, chat: Any) -> Answer:
        await asyncio.sleep(0)
        if self.floods:
            raise FloodControl(timedelta(seconds=self.floods.pop(0)))
        self.shown.append((round(self.now, 3), endpoint, chat))
        return True

    async def _draw(self) -> timedelta:
        self.draws.append(self.now)
        return timedelta(seconds=self.waits.pop(0)) if self.waits else NOTHING

    async def _block(self, wait: timedelta) -> None:
        self.blocks.append(wait)

    async def _sleep(self, seconds: float) -> None:
        event = asyncio.Event()
        heapq.heappush(self._asleep, (self.now + seconds, next(self._numbers), event))
        await event.wait()

    @property
    def times(self) -> list[float]:
        return [time for time, _, _ in self.shown]


@pytest.fixture
def play() -> Play:
    return Play()


async def test_two_messages_to_one_person_are_a_second_apart(play: Play) -> None:
    await play.play(*(play.request("sendMessage") for _ in range(3)))
    assert play.times == [0.0, 1.1, 2.2]


async def test_people_do_not_wait_for_each_other(play: Play) -> None:
    await play.play(play.request("sendMessage", ADA), play.request("editMessageText", EVE))
    assert play.times == [0.0, 0.0]


async def test_a_group_sees_less_than_twenty_a_minute(play: Play) -> None:
    await play.play(*(play.request("sendMessage", GROUP) for _ in range(30)))
    assert len([time for time in play.times if time < 60]) <= 20


async def test_the_answer_to_a_button_never_waits(play: Play) -> None:
    play.waits = [30.0]
    slow = play.request("sendMessage")
    quick = play.request("answerCallbackQuery")
    await play.play(quick, slow)
    assert [endpoint for _, endpoint, _ in play.shown] == ["answerCallbackQuery", "sendMessage"]
    assert play.times == [0.0, 30.0]
    assert len(play.draws) == 1


async def test_what_is_shown_is_charged_when_its_turn_in_the_chat_has_come(play: Play) -> None:
    await play.play(play.request("sendMessage"), play.request("sendMessage"))
    assert play.draws == pytest.approx([0.0, 1.1])


async def test_what_telegram_refused_is_sent_once_more_and_everybody_is_told(play: Play) -> None:
    play.floods, play.waits = [5.0], [0.0, 3.9]
    await play.play(play.request("sendMessage"))
    assert play.blocks == [timedelta(seconds=5)]
    assert play.times == [5.0]


async def test_whoever_slept_when_telegram_asked_to_wait_draws_again(play: Play) -> None:
    play.floods, play.waits = [5.0], [0.0, 2.0, 5.0, 3.2]
    await play.play(play.request("sendMessage", ADA), play.request("sendMessage", EVE))
    assert play.draws == pytest.approx([0.0, 0.0, 1.1, 2.0])
    assert sorted(play.times) == pytest.approx([5.2, 6.1])


async def test_a_group_that_has_had_enough_stops_nobody_else(play: Play) -> None:
    play.floods = [40.0]
    await play.play(play.request("sendMessage", GROUP), play.request("sendMessage", ADA))
    assert play.blocks == []
    assert sorted((chat, time) for time, _, chat in play.shown) == [(GROUP, 40.0), (ADA, 0.0)]


async def test_a_second_refusal_is_an_error(play: Play) -> None:
    play.floods = [1.0, 1.0]
    request = play.request("sendMessage")
    with pytest.raises(FloodControl):
        await asyncio.gather(play.play(request), request)


async def test_chats_are_forgotten_one_after_the_other(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes_module, "MOST_CHATS", 2)
    await play.play(*(play.request("sendMessage", chat) for chat in (1, 2, 3)))
    await play.play(play.request("sendMessage", 3), play.request("sendMessage", 1))
    assert play.shown[3:] == [(0.0, "sendMessage", 1), (1.1, "sendMessage", 3)]


async def test_it_needs_no_start_and_no_end() -> None:
    async def none() -> timedelta:
        return NOTHING

    async def unasked(wait: timedelta) -> None:
        raise AssertionError(wait)

    draw: Callable[[], Awaitable[timedelta]] = none
    lanes = Lanes(draw, unasked)
    await lanes.initialize()
    await lanes.shutdown()
