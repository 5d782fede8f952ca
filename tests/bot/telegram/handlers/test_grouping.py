"""Binding a group, step by step, and what the bot notices of groups."""

import pytest

from schedules.people import groups
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_stale_campaign
from tests.support.group_stage import RIGHTS, bind, bound_group, captain, say, tap


async def test_a_forum_also_needs_the_right_to_its_topics(stage: BotStage) -> None:
    lena = await captain(stage)
    forum = stage.world.add_supergroup("Berlin", owner=lena, forum=True)
    forum.add_bot(lena, rights=RIGHTS)
    await stage.settle()
    await say(stage, lena, "/setup", forum)
    assert "• Manage topics" in forum.last.text


async def test_a_right_that_was_taken_meanwhile_is_noticed_before_binding(stage: BotStage) -> None:
    lena = await captain(stage)
    group = stage.world.add_group("Berlin", owner=lena)
    group.add_bot(lena, rights=RIGHTS)
    await stage.settle()
    await say(stage, lena, "/setup", group)
    await tap(stage, lena, group, "Berlin")
    group.demote_bot()
    await tap(stage, lena, group, "Deutsch")
    assert "The bot lacks rights here." in group.last.text
    assert await groups.of_account(stage.store, "group-berlin-de") is None


async def test_only_the_languages_of_the_city_are_offered(stage: BotStage) -> None:
    lena = await captain(stage)
    group = stage.world.add_group("Berlin", owner=lena)
    group.add_bot(lena, rights=RIGHTS)
    await stage.settle()
    await add_stale_campaign(stage.store)
    await say(stage, lena, "/setup", group)
    await tap(stage, lena, group, "Berlin")
    assert group.last.buttons == [["Deutsch"], ["English"]]


async def test_whose_city_no_campaign_has_is_told_so(stage: BotStage) -> None:
    carla = await stage.comes("carla", "captain", scope="city:atlantis")
    group = stage.world.add_group("Atlantis", owner=carla)
    group.add_bot(carla, rights=RIGHTS)
    await stage.settle()
    await say(stage, carla, "/setup", group)
    assert "There is no city here that you look after." in group.last.text


async def test_more_cities_than_one_message_holds_are_shown_page_by_page(stage: BotStage) -> None:
    await stage.plan_many_cities(120)
    amal = await stage.comes("amal", "captain")
    group = stage.world.add_group("Berlin", owner=amal)
    group.add_bot(amal, rights=RIGHTS)
    await stage.settle()
    await say(stage, amal, "/setup", group)
    for _ in range(2):
        await tap(stage, amal, group, "›")
    assert group.last.buttons[-2:] == [["Berlin 119"], ["‹", "3/3"]]


async def test_nobody_else_presses_her_buttons(stage: BotStage) -> None:
    lena, paul = await captain(stage), await captain(stage, "paul")
    group = stage.world.add_group("Berlin", owner=lena)
    group.add_bot(lena, rights=RIGHTS)
    paul.join(group)
    await stage.settle()
    await say(stage, lena, "/setup", group)
    await tap(stage, paul, group, "Berlin")
    assert "no longer works" in (paul.presses[-1].text or "")
    assert group.last.buttons == [["Berlin"]]


async def test_setting_up_again_changes_nothing_and_makes_topics_that_are_new(stage: BotStage) -> None:
    lena = await captain(stage)
    forum = stage.world.add_supergroup("Berlin", owner=lena, forum=True)
    await bind(stage, lena, forum, "can_manage_topics")
    await bind(stage, lena, forum, "can_manage_topics")
    assert len(forum.topics) == 3


async def test_another_city_needs_an_unbinding_first(stage: BotStage) -> None:
    lena = await captain(stage)
    group = await bound_group(stage, lena)
    await say(stage, lena, "/setup", group)
    await tap(stage, lena, group, "Berlin")
    await tap(stage, lena, group, "English")
    assert "serves berlin already" in group.last.text + (lena.presses[-1].text or "")
    await say(stage, lena, "/unbind", group)
    assert "bound no longer" in group.last.text
    assert await groups.is_waiting(stage.store, stage.means.vault, group.id)


async def test_a_group_that_waits_is_followed_when_it_moves(stage: BotStage) -> None:
    lena = await captain(stage)
    group = stage.world.add_group("Berlin", owner=lena)
    group.add_bot(lena)
    await stage.settle()
    new = group.migrate()
    await stage.settle()
    assert await groups.is_waiting(stage.store, stage.means.vault, new.id)
    assert not await groups.is_waiting(stage.store, stage.means.vault, group.id)


@pytest.mark.parametrize("button", ["Berlin", "Deutsch"])
async def test_a_button_of_a_campaign_that_is_gone_says_so(stage: BotStage, button: str) -> None:
    lena = await captain(stage)
    action = {"Berlin": "setcity", "Deutsch": "setlang"}[button]
    argument = {"Berlin": "00000000.0", "Deutsch": "00000000.0.0"}[button]
    group = await bound_group(stage, lena)
    lena.type_forged_callback(stage.means.signer.data(lena.id, action, argument), group.last)
    await stage.settle()
    assert "Write /setup again." in group.last.text


async def test_the_way_from_the_group_leads_to_the_task_of_the_day(stage: BotStage) -> None:
    ada = await stage.volunteer()
    ada.open_link("https://t.me/balloon_bot?start=today")
    await stage.settle()
    assert "There is no task for you today." in ada.last.text
    stranger = stage.world.add_user("Somebody")
    stranger.open_link("https://t.me/balloon_bot?start=today")
    await stage.settle()
    assert "serves people who were invited" in stranger.last.text
