import asyncio

import httpx
import pytest
from telegram import Bot

from tests.support.telegram.conftest import Raw
from tests.support.telegram.methods.table import METHODS
from tests.support.telegram.people import Person
from tests.support.telegram.server import BotApi, serving
from tests.support.telegram.world import World


async def test_the_bot_learns_who_it_is(bot: Bot, world: World) -> None:
    assert (bot.id, bot.username) == (world.bot.id, world.bot.username)


async def test_a_wrong_token_is_unauthorised(api: BotApi, raw: Raw) -> None:
    response = await raw.client.post(f"{api.base_url}1:wrong/getMe")
    assert (response.status_code, response.json()["description"]) == (401, "Unauthorized")


async def test_an_unknown_method_is_not_found(raw: Raw) -> None:
    assert await raw.refusal("sendPigeon") == "Not Found: method not found"


async def test_an_unknown_parameter_is_refused(raw: Raw, ada: Person) -> None:
    refusal = await raw.refusal("sendMessage", chat_id=ada.id, text="x", colour="red")
    assert refusal == 'Bad Request: unknown parameter "colour"'


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("chat_id", [7]),
        ("text", 7),
        ("disable_notification", "maybe"),
        ("reply_markup", "{"),
        ("reply_markup", []),
        ("entities", {}),
        ("message_thread_id", "first"),
    ],
)
async def test_a_value_of_the_wrong_type_is_refused(
    raw: Raw, ada: Person, name: str, value: object
) -> None:
    given = {"chat_id": ada.id, "text": "x", name: value}
    assert f'parameter "{name}" must be' in await raw.refusal("sendMessage", **given)


@pytest.mark.parametrize(
    ("name", "complaint"), [("chat_id", "chat_id is empty"), ("text", "message text is empty")]
)
async def test_a_missing_parameter_is_named(raw: Raw, ada: Person, name: str, complaint: str) -> None:
    given = {each: value for each, value in {"chat_id": ada.id, "text": "x"}.items() if each != name}
    assert await raw.refusal("sendMessage", **given) == f"Bad Request: {complaint}"


async def test_forms_and_addresses_are_read_like_json(raw: Raw, ada: Person) -> None:
    form = {"chat_id": str(ada.id), "text": "5", "protect_content": "true"}
    assert (await raw.client.post(f"{raw.url}/sendMessage", data=form)).is_success
    assert (
        await raw.client.get(f"{raw.url}/sendMessage", params={"chat_id": ada.id, "text": "6"})
    ).is_success
    assert [message.text for message in ada.chat.messages] == ["/start", "5", "6"]


async def test_a_body_that_is_no_object_is_refused(raw: Raw) -> None:
    response = await raw.client.post(
        f"{raw.url}/getMe", content="[", headers={"content-type": "application/json"}
    )
    assert response.status_code == 400


async def test_files_are_taken_only_where_a_method_has_some(raw: Raw, ada: Person) -> None:
    response = await raw.client.post(
        f"{raw.url}/sendMessage", data={"chat_id": str(ada.id), "text": "x"}, files={"spare": b"x"}
    )
    assert 'unknown parameter "spare"' in response.json()["description"]


async def test_the_journal_knows_what_was_asked_and_answered(raw: Raw, ada: Person, world: World) -> None:
    await raw.call("sendMessage", chat_id=ada.id, text="x")
    await raw.refusal("sendMessage", chat_id=ada.id, text="")
    taken, refused = world.journal.of("sendMessage")
    assert (taken.accepted, taken.status, refused.accepted, refused.status) == (True, 200, False, 400)
    assert taken.answered is not None
    assert taken.answered >= taken.arrived
    assert world.journal.accepted("sendMessage") == [taken]


async def test_a_bot_that_dies_while_it_speaks_does_no_harm(api: BotApi, raw: Raw, world: World) -> None:
    host, port = api.address.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST /bot{world.token}/getMe HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{{".encode()
    )
    await world.until(lambda: world.journal.of("getMe"))
    writer.close()
    await writer.wait_closed()
    assert await raw.call("getMe")
    assert [request.accepted for request in world.journal.of("getMe")] == [False, True]


async def test_a_defect_of_the_server_itself_is_not_lost(world: World) -> None:
    del world.bot.name
    with pytest.raises(ExceptionGroup, match="defects of this server"):
        async with serving(world) as api, httpx.AsyncClient(trust_env=False) as client:
            await client.post(f"{api.base_url}{world.token}/getMe")


def test_python_telegram_bot_knows_every_method() -> None:
    assert {name for name in METHODS if not hasattr(Bot, name)} == set()
