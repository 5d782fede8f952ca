from datetime import UTC, datetime

from schedules.commands.approvals import Seen, approve
from schedules.commands.posts import Filter, list_posts
from schedules.people.roles import Role
from schedules.planning.record import record
from tests.support.bot_stage import APPROVERS, COORDINATOR, BotStage
from tests.support.deliveries import add_stale_campaign
from tests.support.telegram.people import Person

NOON = datetime(2027, 2, 10, 12, 0, tzinfo=UTC)


async def _writes(stage: BotStage, text: str, *, language: str = "English") -> Person:
    edda = await stage.comes("edda", Role.EDITOR)
    edda.send("/urgent")
    await stage.settle()
    edda.press(edda.last, language)
    await stage.settle()
    edda.send(text)
    await stage.settle()
    return edda


async def _approved(stage: BotStage) -> None:
    posts = await list_posts(stage.store, Filter())
    for approver in APPROVERS:
        seen = [Seen(one.id, one.digest) for one in posts]
        await approve(stage.store, stage.means.clock, approver, seen)


async def test_it_is_approved_and_then_reaches_whoever_is_awake(stage: BotStage) -> None:
    stage.world.clock.set(NOON)
    ada, lina = await stage.volunteer("berlin"), await stage.volunteer("aleppo", "ar")
    omar = await stage.comes("omar", Role.APPROVER)
    await add_stale_campaign(stage.store)
    edda = await _writes(
        stage, "The crossing opens today.\n\nTell one person whom you trust.\n\n#WhiteBalloons"
    )
    assert "number 1 waits for approval" in edda.last.text
    assert "It reaches <5 people" in edda.last.text
    assert "Urgent: number 1" in omar.last.text
    await stage.send_due()
    assert "The crossing opens" not in ada.phone
    await _approved(stage)
    await stage.send_due()
    assert "The crossing opens today." in ada.phone
    assert "The crossing opens" not in lina.phone


async def test_planning_the_folder_again_leaves_it_as_it_is(stage: BotStage) -> None:
    stage.world.clock.set(NOON)
    await _writes(stage, "The crossing opens today.")
    await record(
        stage.store, stage.means.clock, stage.campaign, (), author=COORDINATOR.name, kept=frozenset()
    )
    (post,) = await list_posts(stage.store, Filter())
    assert post.state == "planned"


async def test_a_text_that_cannot_be_used_is_asked_for_again(stage: BotStage) -> None:
    edda = await _writes(stage, "Look at {{ nothing.here }}.")
    assert "This cannot be sent:" in edda.last.text
    edda.send("The crossing opens today.")
    await stage.settle()
    assert "waits for approval" in edda.last.text


async def test_whoever_edits_one_language_writes_in_that_one_alone(stage: BotStage) -> None:
    tuba = await stage.comes("tuba", Role.EDITOR, scope="language:tr")
    tuba.send("/urgent")
    await stage.settle()
    assert tuba.last.buttons == [["Türkçe"]]
    lena = await stage.comes("lena", Role.EDITOR, scope="city:berlin")
    lena.send("/urgent")
    await stage.settle()
    assert "no campaign here in which you write" in lena.last.text
