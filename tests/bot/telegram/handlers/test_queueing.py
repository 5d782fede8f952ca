"""Queueing a message on the phone, and who may."""

import pytest
from sqlalchemy import select

from bot.telegram.handlers import deciding, describing, editing, grid, pending, queueing, sending, timing
from bot.telegram.table import TABLE, Entry
from schedules.commands import door_messages
from schedules.commands.actor import Actor
from schedules.people import expecting
from schedules.planning.doors import DoorMessage
from schedules.store import tables
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_stale_campaign
from tests.support.telegram.people import Person

MINE = {
    module.__name__ for module in (deciding, describing, editing, grid, pending, queueing, sending, timing)
}
TEXT = "One light for every family: https://example.org/light\n\n#WhiteBalloons"


def _mine(entries: dict[str, Entry]) -> list[str]:
    return [name for name, entry in entries.items() if entry.handler.__module__ in MINE]


async def _write(stage: BotStage, person: Person, text: str) -> None:
    person.send(text)
    await stage.settle()


async def _queued(stage: BotStage, number: int = 1) -> DoorMessage:
    return await door_messages.show(stage.store, Actor("test"), number)


@pytest.mark.parametrize("role", ["viewer", "captain"])
async def test_no_command_obeys_somebody_without_the_role(stage: BotStage, role: str) -> None:
    person = await stage.comes("vera", role, scope="city:berlin")
    assert set(_mine(TABLE.commands)) == {"queue", "pending"}
    for name in _mine(TABLE.commands):
        await _write(stage, person, f"/{name} hello")
        assert "not understood here" in person.last.text


@pytest.mark.parametrize("action", _mine(TABLE.buttons))
async def test_no_button_obeys_somebody_without_the_role(stage: BotStage, action: str) -> None:
    vera = await stage.comes("vera", "viewer")
    data = stage.means.signer.data(vera.id, action, "1.a.0")
    press = vera.type_forged_callback(data)
    await stage.settle()
    assert press.text == "This button no longer works. Write /help."


@pytest.mark.parametrize("what", _mine(TABLE.answers))
async def test_no_answer_is_taken_from_somebody_without_the_role(stage: BotStage, what: str) -> None:
    vera = await stage.comes("vera", "viewer")
    async with stage.store.read() as connection:
        name = (await connection.execute(select(tables.person.c.id))).scalar_one()
    await expecting.expect(stage.store, stage.means.clock, name, f"{what}:1.a.0")
    await _write(stage, vera, "hello")
    assert "not understood here" in vera.last.text


@pytest.mark.parametrize("action", [name for name in _mine(TABLE.buttons) if name.startswith("p")])
async def test_an_editor_decides_nothing(stage: BotStage, action: str) -> None:
    edda = await stage.comes("edda", "editor")
    press = edda.type_forged_callback(stage.means.signer.data(edda.id, action, "1.1"))
    await stage.settle()
    assert press.text == "This button no longer works. Write /help."


async def test_the_text_may_follow_the_command_at_once(stage: BotStage) -> None:
    sara = await stage.comes("sara", "editor")
    await _write(stage, sara, f"/queue {TEXT}")
    text = (await _queued(stage)).text("en")
    assert text is not None
    assert text.source == TEXT


async def test_a_message_can_be_queued_by_answering_it(stage: BotStage) -> None:
    sara = await stage.comes("sara", "editor")
    first = sara.send(TEXT)
    await stage.settle()
    sara.send("/queue", reply_to=first)
    await stage.settle()
    text = (await _queued(stage)).text("en")
    assert text is not None
    assert text.source == TEXT


async def test_another_language_is_named_first(stage: BotStage) -> None:
    sara = await stage.comes("sara", "editor")
    await _write(stage, sara, "/queue de")
    assert "It counts as written in Deutsch" in sara.phone
    await _write(stage, sara, TEXT)
    assert (await _queued(stage)).language == "de"


async def test_an_editor_of_one_language_queues_in_that_one(stage: BotStage) -> None:
    tuna = await stage.comes("tuna", "editor", scope="language:tr")
    await add_stale_campaign(stage.store)
    await _write(stage, tuna, "/queue")
    await _write(stage, tuna, TEXT)
    assert (await _queued(stage)).language == "tr"


async def test_whoever_edits_a_city_alone_is_told_that_there_is_nothing_to_write(stage: BotStage) -> None:
    lena = await stage.comes("lena", "editor", scope="city:berlin")
    await _write(stage, lena, "/queue")
    assert "no campaign here in which you write" in lena.phone


async def test_a_picture_that_is_none_is_refused_with_the_reason(stage: BotStage) -> None:
    sara = await stage.comes("sara", "editor")
    await _write(stage, sara, "/queue")
    sara.send_document(b"%PDF", "paper.pdf")
    await stage.settle()
    assert sara.phone.count("Write or forward the post now") == 2
