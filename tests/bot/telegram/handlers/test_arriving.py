"""Somebody opens a link, or writes /start."""

from datetime import timedelta

import pytest

from schedules.people import people
from schedules.people.purge import forget_due
from schedules.store.tables import person
from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import ask, joined, press, rows_of


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


@pytest.mark.parametrize("how", ["unblock", "write", "press"])
async def test_whoever_unblocks_the_bot_is_not_forgotten(stage: BotStage, how: str) -> None:
    ada = await joined(stage)
    ada.block_bot()
    await stage.settle()
    ada.unblock_bot()
    if how == "unblock":
        await stage.settle()
    else:
        stage.world.updates.drop()
    if how == "write":
        await ask(stage, ada, "/help")
    if how == "press":
        ada.type_forged_callback(stage.means.signer.data(ada.id, "city"), ada.last)
        await stage.settle()
    stage.world.clock.advance(timedelta(days=8))
    await forget_due(stage.store, stage.means.clock)
    assert await rows_of(stage, person) == 1
    known = await people.find(stage.store, stage.means.vault, ada.id)
    assert known is not None
    assert known.left_at is None


async def test_the_second_factor_is_set_up_soon_after_the_link_or_by_another_link(stage: BotStage) -> None:
    sara = await stage.comes("sara", "admin")
    stage.world.clock.advance(timedelta(minutes=16))
    await press(stage, sara, "Set up the second factor")
    assert "Ask another admin for a fresh one." in sara.last.text
    sara.open_link(await stage.invite("admin", handle="sara"))
    await stage.settle()
    await press(stage, sara, "I take it up")
    await press(stage, sara, "Set up the second factor")
    assert "Put this key into an app" in sara.last.text
