"""What waits for approval, on the phone."""

import pytest

from bot.telegram.handlers.pending import mark_of, together
from schedules.action_days.changes import APPROVE_AGAIN
from schedules.commands import accounts
from schedules.commands.actor import Actor
from schedules.commands.plans import check_plan, record_plan
from schedules.commands.posts import Filter, list_posts
from schedules.store.tables import delivery
from tests.support.bot_stage import BotStage
from tests.support.queue_play import connect, open_pending, plan, press, queue, write
from tests.support.telegram.people import Person

TEXT = "One light for every family: https://example.org/light\n\n#WhiteBalloons"


@pytest.fixture
async def sami(stage: BotStage) -> Person:
    await connect(stage, "en")
    person = await stage.comes("sami", "approver")
    await plan(stage, await queue(stage, TEXT))
    return person


async def test_a_post_opens_exactly_as_it_will_appear(stage: BotStage, sami: Person) -> None:
    await open_pending(stage, sami)
    assert TEXT in sami.last.text
    assert "/ 4096" in sami.last.text
    assert "By sara" in sami.last.text


async def test_who_is_on_call_is_shown(stage: BotStage, sami: Person) -> None:
    await stage.comes("ines", "approver")
    await stage.comes("gila", "approver", scope="language:de")
    amal = await stage.comes("amal", "admin")
    await write(stage, amal, "/away 2")
    await write(stage, sami, "/pending")
    assert "2 posts wait for approval.\nOn call: sami, ines" in sami.last.text
    assert "amal" not in sami.last.text


async def test_whoever_approves_another_language_has_nothing_to_decide(
    stage: BotStage, sami: Person
) -> None:
    gila = await stage.comes("gila", "approver", scope="language:de")
    await write(stage, gila, "/pending")
    assert "Nothing waits for your approval." in gila.last.text
    gila.type_forged_callback(stage.means.signer.data(gila.id, "pv", "1.1"))
    await stage.settle()
    assert TEXT not in gila.phone
    assert "There is no post with the number 1." in gila.last.text


async def test_all_together_is_offered_only_after_walking_through_them(
    stage: BotStage, sami: Person
) -> None:
    await open_pending(stage, sami)
    assert "Approve all" not in str(sami.last.buttons)
    await press(stage, sami, "‹")
    assert "Approve all" not in str(sami.last.buttons)
    await press(stage, sami, "›")
    assert "Approve all 2 of this message" in str(sami.last.buttons)


async def test_posts_of_one_message_stand_together_and_a_change_has_another_mark(
    stage: BotStage, sami: Person
) -> None:
    one, two = await list_posts(stage.store, Filter())
    assert together(one) == together(two)
    assert mark_of([one, two]) != mark_of([one])


@pytest.mark.parametrize("of_a_day", [False, True])
async def test_what_is_written_to_people_is_shown_with_how_many_it_reaches(
    stage: BotStage, *, of_a_day: bool
) -> None:
    sami = await stage.comes("sami", "approver")
    views = await accounts.views(stage.store)
    prompts = stage.campaign.model_copy(update={"slots": (), "action_days": ()})
    written = stage.letters() if of_a_day else prompts
    checked = await check_plan(stage.store, stage.means.clock, written, views)
    await record_plan(stage.store, stage.means.clock, Actor("sara"), checked)
    await open_pending(stage, sami)
    assert "Nobody gets it as things are now." in sami.last.text


async def test_what_a_change_made_urgent_stands_first_and_is_marked(stage: BotStage, sami: Person) -> None:
    await plan(
        stage, await queue(stage, "Another light: https://example.org/light\n\n#WhiteBalloons", "sol")
    )
    waiting = await list_posts(stage.store, Filter())
    last = max(waiting, key=lambda one: (one.planned_at, one.id))
    async with stage.store.write() as connection:
        urgent = delivery.update().where(delivery.c.post == last.id)
        await connection.execute(urgent.values(reason=APPROVE_AGAIN))
    await write(stage, sami, "/pending")
    labels = [label for row in sami.last.buttons for label in row]
    assert [label.startswith("⚡") for label in labels] == [True] + [False] * (len(labels) - 1)
    assert last.slot in labels[0]
