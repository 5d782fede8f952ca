import asyncio
from datetime import timedelta
from warnings import catch_warnings

import httpx
import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TimedOut

from tests.support.telegram.conftest import Raw
from tests.support.telegram.people import Person
from tests.support.telegram.world import World


async def test_a_429_names_the_wait_and_nothing_is_sent(bot: Bot, ada: Person, world: World) -> None:
    world.fail("sendMessage", "too_many_requests", retry_after=7, times=2)
    for _ in range(2):
        with pytest.raises(RetryAfter, match="Retry in 7 seconds"), catch_warnings(action="ignore"):
            await bot.send_message(ada.id, "Hello")
    assert ada.phone == "Ada: /start"
    assert await bot.send_message(ada.id, "Hello")


async def test_a_429_may_name_no_wait(bot: Bot, ada: Person, world: World) -> None:
    world.fail("sendMessage", "too_many_requests")
    with pytest.raises(NetworkError) as refused:
        await bot.send_message(ada.id, "Hello")
    assert not isinstance(refused.value, RetryAfter)


@pytest.mark.parametrize("status", [500, 502])
async def test_a_broken_gateway_answers_with_a_page(
    raw: Raw, ada: Person, world: World, status: int
) -> None:
    world.fail("sendMessage", "status", status=status)
    response = await raw.client.post(f"{raw.url}/sendMessage", json={"chat_id": ada.id, "text": "x"})
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert ada.phone == "Ada: /start"


@pytest.mark.parametrize(
    ("kind", "phone"), [("hang_up_before", "Ada: /start"), ("hang_up_after", "Ada: /start\nBalloons: x")]
)
async def test_a_connection_breaks_before_or_after_the_message_is_taken(
    raw: Raw, ada: Person, world: World, kind: str, phone: str
) -> None:
    world.fail("sendMessage", kind)
    with pytest.raises(httpx.RemoteProtocolError):
        await raw.call("sendMessage", chat_id=ada.id, text="x")
    assert ada.phone == phone
    [request] = world.journal.of("sendMessage")
    assert (request.accepted, request.answered) == (kind == "hang_up_after", None)


async def test_an_answer_is_held_until_it_is_released(raw: Raw, ada: Person, world: World) -> None:
    fault = world.fail("sendMessage", "hold_after", chat=ada.id)
    sending = asyncio.create_task(raw.call("sendMessage", chat_id=ada.id, text="x"))
    await fault.until_struck()
    await world.until(lambda: ada.last.text == "x")
    assert not sending.done()
    fault.release()
    assert (await sending)["text"] == "x"


async def test_an_answer_comes_late_by_the_clock_of_the_world(raw: Raw, ada: Person, world: World) -> None:
    fault = world.fail("sendMessage", "late", seconds=30)
    sending = asyncio.create_task(raw.call("sendMessage", chat_id=ada.id, text="x"))
    await fault.until_struck()
    await world.until(lambda: ada.last.text == "x")
    world.clock.advance(timedelta(seconds=20))
    await raw.call("getMe")
    assert not sending.done()
    world.clock.advance(timedelta(seconds=10))
    assert (await sending)["text"] == "x"


async def test_a_request_is_held_before_it_is_taken_in(raw: Raw, ada: Person, world: World) -> None:
    fault = world.fail("sendMessage", "hold_before", times=5)
    sending = asyncio.create_task(raw.call("sendMessage", chat_id=ada.id, text="x"))
    await fault.until_struck()
    assert ada.phone == "Ada: /start"
    fault.release()
    await sending
    assert await raw.call("sendMessage", chat_id=ada.id, text="y")


async def test_a_held_answer_is_a_timeout_for_the_bot(bot: Bot, ada: Person, world: World) -> None:
    world.fail("sendMessage", "hold_after")
    with pytest.raises(TimedOut):
        await bot.send_message(ada.id, "Hello", read_timeout=0.05)
    assert ada.last.text == "Hello"


async def test_an_answer_may_be_slow(raw: Raw, ada: Person, world: World) -> None:
    world.fail("sendMessage", "delay", seconds=0.03)
    await raw.call("sendMessage", chat_id=ada.id, text="x")
    [request] = world.journal.of("sendMessage")
    assert request.answered is not None
    assert request.answered - request.arrived >= 0.03


async def test_a_fault_strikes_only_the_chat_and_method_it_names(
    raw: Raw, ada: Person, world: World
) -> None:
    bo = world.add_user("Bo")
    bo.send("/start")
    fault = world.fail("sendMessage", "too_many_requests", chat=bo.id)
    await raw.call("sendMessage", chat_id=ada.id, text="x")
    await raw.call("getMe")
    assert fault.struck == 0
    assert "Too Many Requests" in await raw.refusal("sendMessage", chat_id=bo.id, text="x")


async def test_a_fault_of_every_method_leaves_polling_alone(raw: Raw, world: World) -> None:
    world.fail("*", "too_many_requests")
    assert await raw.call("getUpdates") == []
    await raw.refusal("getMe")


async def test_polling_fails_when_it_is_named(raw: Raw, world: World) -> None:
    world.fail("getUpdates", "too_many_requests", retry_after=1)
    assert "retry after 1" in await raw.refusal("getUpdates")


def test_a_fault_that_does_not_exist_is_not_ordered(world: World) -> None:
    with pytest.raises(LookupError, match="hang_up_before"):
        world.fail("sendMessage", "explode")


async def test_all_faults_can_be_taken_back(raw: Raw, world: World) -> None:
    world.fail("getMe", "too_many_requests", times=99)
    world.faults.clear()
    assert await raw.call("getMe")
