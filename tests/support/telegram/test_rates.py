from datetime import timedelta

import pytest

from tests.support.telegram.conftest import Raw
from tests.support.telegram.people import Person
from tests.support.telegram.world import World


@pytest.fixture
def people(world: World) -> list[Person]:
    """Forty people who have started the bot."""
    crowd = [world.add_user(f"Person {number}") for number in range(40)]
    for person in crowd:
        person.send("/start")
    return crowd


async def test_a_private_chat_gets_one_message_a_second(raw: Raw, ada: Person, world: World) -> None:
    world.limit_rates()
    await raw.call("sendMessage", chat_id=ada.id, text="x")
    assert "retry after 1" in await raw.refusal("sendMessage", chat_id=ada.id, text="x")
    assert len(world.violations) == 1
    world.clock.advance(timedelta(seconds=1))
    await raw.call("sendMessage", chat_id=ada.id, text="x")
    assert len(world.violations) == 1


async def test_a_burst_may_be_allowed(raw: Raw, ada: Person, world: World) -> None:
    world.limit_rates(private_burst=3)
    for _ in range(3):
        await raw.call("sendMessage", chat_id=ada.id, text="x")
    await raw.refusal("sendMessage", chat_id=ada.id, text="x")


async def test_all_chats_together_get_thirty_a_second(raw: Raw, people: list[Person], world: World) -> None:
    world.limit_rates(overall=5)
    for person in people[:5]:
        await raw.call("sendMessage", chat_id=person.id, text="x")
    await raw.refusal("sendMessage", chat_id=people[5].id, text="x")
    world.clock.advance(timedelta(seconds=1))
    await raw.call("sendMessage", chat_id=people[5].id, text="x")


async def test_a_group_gets_twenty_a_minute(raw: Raw, ada: Person, world: World) -> None:
    group = world.add_group(owner=ada)
    group.add_bot(ada)
    world.limit_rates()
    for _ in range(20):
        await raw.call("sendMessage", chat_id=group.id, text="x")
    refusal = await raw.refusal("sendMessage", chat_id=group.id, text="x")
    assert 55 <= int(refusal.rpartition(" ")[2]) <= 60
    world.clock.advance(timedelta(seconds=60))
    await raw.call("sendMessage", chat_id=group.id, text="x")
    assert [request.method for request in world.violations] == ["sendMessage"]


async def test_edits_answers_and_looks_are_not_counted(raw: Raw, ada: Person, world: World) -> None:
    world.limit_rates()
    sent = await raw.call("sendMessage", chat_id=ada.id, text="x")
    await raw.call("editMessageText", chat_id=ada.id, message_id=sent["message_id"], text="y")
    await raw.call("getChat", chat_id=ada.id)
    assert world.violations == []


async def test_every_way_of_sending_is_counted(raw: Raw, ada: Person, world: World) -> None:
    told = ada.send("mine")
    world.limit_rates()
    where = {"chat_id": ada.id, "from_chat_id": ada.id, "message_id": told.id}
    await raw.call("copyMessage", **where)
    assert "Too Many Requests" in await raw.refusal("forwardMessage", **where)


async def test_without_limits_nothing_is_refused(raw: Raw, ada: Person, world: World) -> None:
    for _ in range(40):
        await raw.call("sendMessage", chat_id=ada.id, text="x")
    assert world.violations == []
