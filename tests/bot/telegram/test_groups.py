"""What adapters are told of groups."""

import pytest

from bot.telegram.groups import BoundGroups, is_stopped
from content.models import Level
from schedules.people import groups
from schedules.people.days import DailyPrompt
from tests.channels.posts import post
from tests.support.bot_stage import BotStage
from tests.support.group_stage import bound_group, captain

ACCOUNT = "group-berlin-de"


@pytest.fixture
async def kept(stage: BotStage) -> BoundGroups:
    await bound_group(stage, await captain(stage))
    means = stage.means
    return BoundGroups(means.store, means.vault, means.clock)


async def test_only_groups_of_ours_move(kept: BoundGroups) -> None:
    assert await kept.moved(ACCOUNT, -1_002_000_000_777)
    assert not await kept.moved("the-bot", -1_002_000_000_777)
    assert await groups.address(kept.store, kept.vault, ACCOUNT) == -1_002_000_000_777


async def test_a_topic_is_named_in_the_language_of_the_group(kept: BoundGroups) -> None:
    wanted = await kept.topic(ACCOUNT, "today")
    assert wanted is not None
    assert (wanted.name, wanted.number) == ("Heute", None)
    await kept.made(ACCOUNT, "today", 5)
    made = await kept.topic(ACCOUNT, "today")
    assert made is not None
    assert made.number == 5


@pytest.mark.parametrize(("account", "purpose"), [("the-bot", "today"), (ACCOUNT, "12")])
async def test_other_topics_are_not_ours(kept: BoundGroups, account: str, purpose: str) -> None:
    assert await kept.topic(account, purpose) is None


async def test_only_below_a_prompt_there_is_a_way_into_private(kept: BoundGroups, stage: BotStage) -> None:
    prompt = DailyPrompt("quiet", stage.means.clock.now().date(), Level.NOBODY, ())
    [[key]] = await kept.rows(ACCOUNT, post(options=prompt.as_group_options()))
    assert key.url == "https://t.me/balloon_bot?start=today"
    assert await kept.rows(ACCOUNT, post()) == ()
    assert await kept.rows("elsewhere", post(options=prompt.as_group_options())) == ()


async def test_a_group_that_is_held_is_stopped(kept: BoundGroups) -> None:
    group = await groups.of_account(kept.store, ACCOUNT)
    assert group is not None
    assert not await is_stopped(kept.store, group)
    chat = await groups.address(kept.store, kept.vault, ACCOUNT)
    await groups.lost(kept.store, kept.vault, kept.clock, chat or 0)
    held = await groups.of_account(kept.store, ACCOUNT)
    assert held is not None
    assert await is_stopped(kept.store, held)
