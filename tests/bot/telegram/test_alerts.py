from datetime import timedelta

from schedules.people.roles import Role
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_deliveries


async def test_many_troubles_are_one_message(stage: BotStage) -> None:
    await stage.add_account("x-en", "rehearsal", {})
    edda = await stage.comes("edda", Role.EDITOR)
    now = stage.means.clock.now()
    await add_deliveries(
        stage.store,
        ["x-en"],
        20,
        due_at=now,
        state="refused",
        reason="Too <long>.",
        campaign=stage.campaign.id,
        changed_at=now,
    )
    before = len(edda.chat.messages)
    await stage.do_chores()
    (told,) = edda.chat.messages[before:]
    assert told.text.count("was refused") == 15
    assert "Too <long>." in told.text
    assert "and 5 more: /status" in told.text


async def test_whoever_left_is_not_told_and_stops_nobody_else(stage: BotStage) -> None:
    await stage.add_account("x-en", "rehearsal", {})
    edda, emil = await stage.comes("edda", Role.EDITOR), await stage.comes("emil", Role.EDITOR)
    edda.block_bot()
    now = stage.means.clock.now()
    await add_deliveries(
        stage.store, ["x-en"], 1, due_at=now, state="refused", campaign=stage.campaign.id, changed_at=now
    )
    await stage.do_chores()
    assert "was refused" in emil.phone
    assert "was refused" not in edda.phone


async def test_no_digest_before_the_evening_or_outside_the_campaign(stage: BotStage) -> None:
    edda = await stage.comes("edda", Role.EDITOR)
    stage.world.clock.advance(timedelta(hours=1))
    await stage.do_chores()
    assert "planned for tomorrow" not in edda.phone
