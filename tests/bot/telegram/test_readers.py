"""Whoever is told something while somebody else acts."""

from bot.telegram import readers
from schedules.people.roles import Role
from tests.support.bot_stage import BotStage


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
