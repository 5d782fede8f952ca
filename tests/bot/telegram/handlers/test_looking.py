from datetime import timedelta

from schedules.people.roles import Role
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_deliveries, states


async def test_the_plan_shows_local_times_and_only_what_is_theirs(stage: BotStage) -> None:
    await stage.add_account("x-en", "rehearsal", {})
    due_at = stage.means.clock.now() + timedelta(hours=2)
    await add_deliveries(stage.store, ["x-en"], 3, due_at=due_at, campaign=stage.campaign.id)
    vera = await stage.comes("vera", Role.VIEWER, scope="account:x-en")
    vera.send("/plan")
    await stage.settle()
    assert vera.last.text.count("x-en · hello") == 3
    assert "(UTC)" in vera.last.text
    otto = await stage.comes("otto", Role.VIEWER, scope="account:x-de")
    otto.send("/plan")
    await stage.settle()
    assert otto.last.text == "Nothing is planned."


async def test_volunteers_are_counted_and_few_are_not_counted_out(stage: BotStage) -> None:
    for _ in range(5):
        await stage.volunteer("berlin")
    await stage.volunteer("paris", "fr")
    vera = await stage.comes("vera", Role.VIEWER)
    vera.send("/volunteers")
    await stage.settle()
    assert "berlin" in vera.last.text
    assert ": 5" in vera.last.text
    assert ": <5" in vera.last.text


async def test_sending_again_takes_a_code(stage: BotStage) -> None:
    await stage.add_account("x-en", "rehearsal", {})
    now = stage.means.clock.now()
    await add_deliveries(stage.store, ["x-en"], 1, due_at=now, state="unknown", campaign=stage.campaign.id)
    edda = await stage.comes("edda", Role.EDITOR)
    edda.send("/landed")
    await stage.settle()
    edda.press(edda.last, "No: send it again")
    await stage.settle()
    assert "This takes" in edda.last.text
    assert await states(stage.store) == {"unknown": 1}


async def test_a_link_that_is_none_is_asked_for_again(stage: BotStage) -> None:
    await stage.add_account("x-en", "rehearsal", {})
    now = stage.means.clock.now()
    await add_deliveries(stage.store, ["x-en"], 1, due_at=now, state="unknown", campaign=stage.campaign.id)
    edda = await stage.comes("edda", Role.EDITOR)
    edda.send("/landed")
    await stage.settle()
    edda.press(edda.last, "Yes, it is public")
    await stage.settle()
    edda.send("somewhere")
    edda.send("-")
    await stage.settle()
    assert "counts as sent" in edda.last.text
