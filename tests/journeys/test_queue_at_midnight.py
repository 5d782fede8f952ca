"""A coordinator queues a post at midnight with a language missing, and two approvers decide at once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from schedules.commands import accounts
from schedules.commands.plans import check_plan, record_plan
from schedules.commands.posts import Filter, PostView, list_posts
from schedules.lifecycle import State
from tests.support.bot_stage import COORDINATOR, BotStage, bot_stage
from tests.support.folders import picture
from tests.support.queue_play import connect, open_cell, press, press_on, prove, signs, write, writes
from tests.support.telegram.people import Person

MIDNIGHT = datetime(2027, 2, 10, 23, 0, tzinfo=UTC)
"""00:00 on the wall in Berlin."""
ENGLISH = "Tonight one light for every family: https://example.org/light\n\n#WhiteBalloons"
GERMAN = "Heute Nacht ein Licht für jede Familie: https://example.org/light\n\n#WhiteBalloons"
TURKISH = "Bu gece her aile için bir ışık: https://example.org/light\n\n#WhiteBalloons"


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[BotStage]:
    async with bot_stage(sqlite_url, at=MIDNIGHT) as stage:
        await connect(stage, "en", "de", "tr")
        yield stage


async def _posts(stage: BotStage) -> dict[str, PostView]:
    found = await list_posts(stage.store, Filter(campaign="white-balloons"))
    return {post.account: post for post in found if post.slot.startswith("door-")}


async def _plan_again(stage: BotStage) -> None:
    views = await accounts.views(stage.store)
    empty = stage.campaign.model_copy(update={"slots": (), "action_days": ()})
    checked = await check_plan(stage.store, stage.means.clock, empty, views)
    await record_plan(stage.store, stage.means.clock, COORDINATOR, checked)


async def _queues(stage: BotStage) -> Person:
    """Sara queues in English and writes German herself."""
    sara = await stage.comes("sara", "editor")
    await write(stage, sara, "/queue en")
    await write(stage, sara, ENGLISH)
    return sara


async def test_ready_is_sent_the_missing_language_is_asked_for_and_two_approvers_decide(
    stage: BotStage,
) -> None:
    tuna = await stage.comes("tuna", "editor", scope="language:tr")
    timur = await stage.comes("timur", "editor", scope="language:tr")
    sami = await stage.comes("sami", "approver")
    ines = await stage.comes("ines", "approver")
    sara = await _queues(stage)
    assert signs(sara) == [["TG", "✓", "✗", "✗"], ["X", "✓", "✗", "✗"]]
    await writes(stage, sara, "de", GERMAN)
    assert signs(sara) == [["TG", "✓", "✓", "✗"], ["X", "✓", "✓", "✗"]]
    await _ask_for_turkish(stage, sara)
    await press_on(stage, sara, "missing:", "Send what is ready, hold the rest")
    assert "4 posts would be planned:" in sara.phone
    assert "2 are held." in sara.phone
    await press_on(stage, sara, "would be planned:", "Plan it now")
    assert set(await _posts(stage)) == {"telegram-en", "x-en", "telegram-de", "x-de"}
    await _plan_again(stage)
    assert {post.state for post in (await _posts(stage)).values()} == {State.PLANNED}
    await _turkish_is_written_and_confirmed(stage, sara, tuna, timur)
    await press_on(stage, sara, "missing:", "Send it")
    await press_on(stage, sara, "would be planned:", "Plan it now")
    assert set(await _posts(stage)) >= {"telegram-tr", "x-tr"}
    await _two_decide_at_once(stage, sara, sami, ines)


async def _ask_for_turkish(stage: BotStage, sara: Person) -> None:
    await open_cell(stage, sara, "tr")
    await press_on(stage, sara, "Türkçe · x", "Ask an editor")
    assert "Asked for the text in Türkçe: tuna, timur" in sara.phone
    await press_on(stage, sara, "Türkçe · x", "Back to the grid")


async def _turkish_is_written_and_confirmed(
    stage: BotStage, sara: Person, tuna: Person, timur: Person
) -> None:
    assert "sara asks for this post in Türkçe" in tuna.phone
    assert "#WhiteBalloons" in tuna.phone
    assert "x 280" in tuna.phone
    await press(stage, tuna, "I write it")
    await write(stage, tuna, TURKISH.replace("Balloons", "Baloons"))
    assert "something is to be mended" in tuna.phone
    assert "The campaign's tag is missing, or misspelt." in tuna.phone
    await write(stage, tuna, TURKISH)
    assert "The text in Türkçe is kept." in tuna.phone
    assert signs(sara)[0][-1] == "⚠"
    assert "tuna has written the text in Türkçe" in sara.phone
    await press_on(stage, timur, "Please read this text", "It is right")
    assert "timur has confirmed the text in Türkçe" in sara.phone
    assert "timur has confirmed the text in Türkçe" in tuna.phone
    assert signs(sara)[0][-1] == "✓"


async def _two_decide_at_once(stage: BotStage, sara: Person, sami: Person, ines: Person) -> None:
    assert "sara has queued 4 posts" in sami.phone
    for approver in (sami, ines):
        await prove(stage, approver)
        await write(stage, approver, "/pending")
        assert "On call: sami, ines" in approver.phone
        approver.press(approver.last, approver.last.buttons[0][0])
        await stage.settle()
    first = sami.last
    assert ENGLISH.splitlines()[0] in first.text or GERMAN.splitlines()[0] in first.text
    sami.press(sami.last, "Approve")
    ines.press(ines.last, "Approve")
    await stage.settle()
    assert "1 post is approved and goes out at its time." in sami.phone
    assert "is decided already: ready" in ines.phone
    assert "sami has approved: 1" in ines.phone
    assert "sami has approved:" in sara.phone
    assert [post.state for post in (await _posts(stage)).values()].count(State.READY) == 1
    await press_on(stage, sami, "is approved and goes out", "Take it back")
    assert "Your approval is taken back." in sami.phone
    assert "sami has taken the approval back:" in sara.phone
    assert {post.state for post in (await _posts(stage)).values()} == {State.PLANNED}


async def test_all_posts_of_a_message_are_approved_together_after_walking_through_them(
    stage: BotStage,
) -> None:
    sami = await stage.comes("sami", "approver")
    sara = await _queues(stage)
    await writes(stage, sara, "de", GERMAN)
    await press_on(stage, sara, "missing:", "Send what is ready, hold the rest")
    await press_on(stage, sara, "would be planned:", "Plan it now")
    await prove(stage, sami)
    await write(stage, sami, "/pending")
    sami.press(sami.last, sami.last.buttons[0][0])
    await stage.settle()
    for _ in range(3):
        assert "Approve all" not in str(sami.last.buttons)
        await press(stage, sami, "›")
    await press(stage, sami, "Approve all 4 of this message")
    assert "4 posts are approved" in sami.phone
    stage.world.clock.advance(timedelta(seconds=61))
    await press(stage, sami, "Take it back")
    assert "Too late to take it back." in sami.phone
    assert {post.state for post in (await _posts(stage)).values()} == {State.READY}


async def test_an_album_is_frozen_described_and_shown_to_the_approver(stage: BotStage) -> None:
    sami = await stage.comes("sami", "approver")
    sara = await stage.comes("sara", "editor")
    pictures = [picture("JPEG", (640, 480)), picture("JPEG", (480, 640))]
    sara.send_album(pictures, f"/queue {ENGLISH}")
    await stage.settle()
    assert signs(sara)[0][1] == "⚠"
    await write(stage, sara, "A white balloon over a street")
    await write(stage, sara, "A child's hand with a ribbon")
    assert "Every picture is described in English." in sara.phone
    assert signs(sara)[0][1] == "✓"
    await press_on(stage, sara, "missing:", "Send what is ready, hold the rest")
    await press_on(stage, sara, "would be planned:", "Plan it now")
    posts = await _posts(stage)
    assert [len(post.body["media"]) for post in posts.values()] == [2, 2]
    await write(stage, sami, "/pending")
    sami.press(sami.last, sami.last.buttons[0][0])
    await stage.settle()
    assert [one.text for one in sami.chat.messages if "photo" in one.content] == [
        "A white balloon over a street",
        "A child's hand with a ribbon",
    ]


async def test_without_the_second_factor_nothing_is_approved(stage: BotStage) -> None:
    sami = await stage.comes("sami", "approver")
    sara = await _queues(stage)
    await press_on(stage, sara, "missing:", "Send what is ready, hold the rest")
    await press_on(stage, sara, "would be planned:", "Plan it now")
    await write(stage, sami, "/pending")
    sami.press(sami.last, sami.last.buttons[0][0])
    await stage.settle()
    await press(stage, sami, "Approve")
    assert "This takes a second factor. Set it up first" in sami.phone
    assert {post.state for post in (await _posts(stage)).values()} == {State.PLANNED}


async def test_a_rejected_post_and_a_wish_reach_their_author(stage: BotStage) -> None:
    sami = await stage.comes("sami", "approver")
    sara = await _queues(stage)
    await press_on(stage, sara, "missing:", "Send what is ready, hold the rest")
    await press_on(stage, sara, "would be planned:", "Plan it now")
    await write(stage, sami, "/pending")
    sami.press(sami.last, sami.last.buttons[0][0])
    await stage.settle()
    await press(stage, sami, "Ask for a change")
    await write(stage, sami, "Name the street")
    assert "sami asks for a change in" in sara.phone
    assert "Name the street" in sara.phone
    await press_on(stage, sami, "#WhiteBalloons", "Reject")
    await write(stage, sami, "Too late for tonight")
    assert "sami has rejected" in sara.phone
    states = [post.state for post in (await _posts(stage)).values()]
    assert sorted(states) == [State.CANCELLED, State.PLANNED]
