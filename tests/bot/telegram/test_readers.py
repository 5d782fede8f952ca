"""Whoever is told something while somebody else acts."""

import importlib
import pkgutil
from dataclasses import fields, is_dataclass

import bot
import channels
import content
import schedules
from bot.telegram import readers
from schedules.commands.people import lock
from schedules.people.roles import Role
from tests.support.bot_stage import COORDINATOR, BotStage


async def test_whoever_is_called_is_told_in_private(stage: BotStage) -> None:
    sara = await stage.comes("sara", "editor")
    reader = await readers.called(stage.means, "sara")
    assert reader is not None
    assert await reader.say("Hello", ((reader.button("Look", "qg", "1"),),))
    assert "Hello" in sara.phone
    assert reader.handle == "sara"


async def test_nobody_is_found_under_a_name_that_never_came(stage: BotStage) -> None:
    assert await readers.called(stage.means, "nobody") is None


async def test_whoever_blocked_the_bot_is_not_told_and_nothing_breaks(stage: BotStage) -> None:
    sara = await stage.comes("sara", "editor")
    reader = await readers.called(stage.means, "sara")
    assert reader is not None
    sara.block_bot()
    assert await reader.say("Hello") is None
    await stage.settle()
    assert await readers.called(stage.means, "sara") is None


async def test_whoever_was_locked_out_is_told_nothing(stage: BotStage) -> None:
    await stage.comes("sara", "editor")
    await lock(stage.store, stage.means.clock, COORDINATOR, "sara")
    assert await readers.called(stage.means, "sara") is None


async def test_those_who_hold_a_role_there_are_found(stage: BotStage) -> None:
    await stage.comes("edda", "editor", scope="language:tr")
    await stage.comes("gerd", "editor", scope="language:de")
    await stage.comes("sami", "approver")
    found = await readers.holding(stage.means, Role.EDITOR, {"language:tr"})
    assert {one.handle for one in found} == {"edda", "sami"}


async def test_an_earlier_message_is_changed_in_place(stage: BotStage) -> None:
    sara = await stage.comes("sara", "editor")
    reader = await readers.called(stage.means, "sara")
    assert reader is not None
    number = await reader.say("Before")
    assert number is not None
    assert await reader.show(number, "After", ())
    assert await reader.show(number, "After", ())
    assert "After" in sara.phone
    assert "Before" not in sara.phone
    assert not await reader.show(999_999, "Nowhere", ())


IDS = {"chat", "user", "telegram", "chat_id", "user_id", "telegram_id"}


def dataclasses_of_ours() -> set[type]:
    found = set()
    for package in (bot, channels, content, schedules):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__") or ".migrations" in module.name:
                continue
            values = vars(importlib.import_module(module.name)).values()
            found |= {value for value in values if isinstance(value, type) and is_dataclass(value)}
    return found


def test_no_dataclass_shows_the_id_of_anybody() -> None:
    holding = {
        f"{one.__module__}.{one.__name__}.{field.name}": field.repr
        for one in dataclasses_of_ours()
        for field in fields(one)
        if field.name in IDS and field.type in {int, "int"}
    }
    assert {"bot.telegram.readers.Reader.chat", "bot.telegram.cards.Reader.chat"} <= holding.keys()
    assert [name for name, is_shown in sorted(holding.items()) if is_shown] == []


async def test_whoever_is_told_does_not_show_who_they_are(stage: BotStage) -> None:
    sara = await stage.comes("sara", "editor")
    reader = await readers.called(stage.means, "sara")
    assert str(sara.id) not in repr(reader)
