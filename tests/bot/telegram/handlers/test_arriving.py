"""Somebody opens a link, or writes /start."""

from datetime import timedelta

from schedules.store.tables import person
from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import ask, joined, rows_of


async def test_somebody_who_blocked_the_bot_is_back_with_start(stage: BotStage) -> None:
    ada = await joined(stage)
    ada.block_bot()
    await stage.settle()
    await stage.advance(timedelta(days=1))
    ada.unblock_bot()
    await ask(stage, ada, "/start")
    assert "You take part" in ada.last.text


async def test_without_a_link_a_stranger_hears_whom_it_serves(stage: BotStage) -> None:
    eve = stage.world.add_user("Eve")
    await ask(stage, eve, "/start")
    assert "This bot serves people who were invited" in eve.last.text
    await ask(stage, eve, "/start nonsense")
    assert "does not work any more" in eve.last.text
    assert await rows_of(stage, person) == 0


async def test_a_role_is_taken_up_by_whoever_was_invited(stage: BotStage) -> None:
    sara = await stage.comes("sara", "viewer")
    assert "Welcome, sara." in sara.phone
