"""The one message that shows where a queued message stands."""

from bot.telegram import queues
from schedules.commands import door_messages
from schedules.commands.actor import Actor
from schedules.people import people, roles
from schedules.people.roles import Grant, Role
from tests.support.bot_stage import BotStage

TEXT = "One light for every family: https://example.org/light\n\n#WhiteBalloons"


async def _queued(stage: BotStage) -> int:
    return await door_messages.create(
        stage.store, stage.means.clock, Actor("sara"), stage.campaign, language="en", text=TEXT
    )


async def test_the_author_s_grid_is_brought_up_to_date_in_place(stage: BotStage) -> None:
    sara = await stage.comes("sara", "editor")
    await stage.add_account("x-en", "rehearsal", {"platform": "x"})
    number = await _queued(stage)
    await queues.refresh(stage.means, number)
    before = len(sara.chat.messages)
    await door_messages.set_text(stage.store, Actor("sara"), stage.campaign, number, "en", "No tag")
    await queues.refresh(stage.means, number)
    assert len(sara.chat.messages) == before
    assert "⚠ in trouble: 1" in sara.phone


async def test_a_grid_that_was_deleted_is_written_again(stage: BotStage) -> None:
    sara = await stage.comes("sara", "editor")
    number = await _queued(stage)
    await door_messages.keep_card(stage.store, number, 999_999)
    await queues.refresh(stage.means, number)
    assert "missing: 0" in sara.phone


async def test_an_author_who_is_gone_or_has_no_role_any_more_is_shown_nothing(stage: BotStage) -> None:
    number = await _queued(stage)
    assert await queues.refresh(stage.means, number) is None


async def test_an_author_who_is_no_editor_any_more_is_shown_nothing(stage: BotStage) -> None:
    sara = await stage.comes("sara", "editor")
    number = await _queued(stage)
    name = (await people.called(stage.store, "sara")).id
    async with stage.store.write() as connection:
        await roles.withdraw(connection, name, Grant(Role.EDITOR))
        await roles.grant(connection, stage.means.clock, name, Grant(Role.VIEWER), by="root")
    assert await queues.refresh(stage.means, number) is None
    assert "grid" not in sara.phone


async def test_the_bot_itself_is_no_place_for_posts(stage: BotStage) -> None:
    number = await _queued(stage)
    desk = await queues.desk(stage.means, Actor("sara"), number)
    assert (await desk.look()).cells == ()
