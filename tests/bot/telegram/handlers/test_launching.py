"""A campaign that is kept ready begins by two phones; no folder is there."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from content.loader import load_campaign
from schedules.accounts import accounts
from schedules.commands.launch_wishes import unlaunched
from schedules.commands.posts import Filter, list_posts
from schedules.lifecycle import State
from schedules.people.roles import Role
from schedules.store.tables import campaign
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.deliveries import add_stale_campaign
from tests.support.folders import MINIMAL, write_campaign
from tests.support.queue_play import prove
from tests.support.telegram.people import Person

HEAD = str(MINIMAL["campaign.toml"]).replace('id = "balloons"', 'id = "balloons"\ndormant = true')
TEXT = "White balloons for the missing: {{ ask.link }}\n\n#WhiteBalloons\n"


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path) -> AsyncIterator[BotStage]:
    """A dormant campaign with one post on one account."""
    folder = write_campaign(tmp_path, {"campaign.toml": HEAD, "messages/launch/en.md": TEXT})
    async with bot_stage(sqlite_url, campaign=load_campaign(folder)) as stage:
        await stage.add_account("chat-en", "rehearsal", {"platform": "telegram"})
        yield stage


async def _approver(stage: BotStage, name: str) -> Person:
    person = await stage.comes(name, Role.APPROVER)
    await prove(stage, person)
    return person


async def _press(stage: BotStage, person: Person, label: str) -> None:
    person.press(person.last, label)
    await stage.settle()


async def _looks(stage: BotStage, person: Person) -> None:
    person.send("/launch")
    await stage.settle()


def _labels(person: Person) -> list[str]:
    return [label for row in person.last.buttons for label in row]


async def test_one_asks_and_another_confirms_what_she_sees(stage: BotStage) -> None:
    omar, noor = await _approver(stage, "omar"), await _approver(stage, "noor")
    await _looks(stage, omar)
    assert "1 post would be planned and approved." in omar.last.text
    assert "#WhiteBalloons" in omar.last.text
    await _press(stage, omar, "Ask to launch it now")
    assert "Another person confirms it" in omar.last.text
    assert "omar has asked to launch it." in noor.last.text
    await _looks(stage, omar)
    assert _labels(omar) == ["Take it back"]
    await _press(stage, noor, "See what it would do")
    assert _labels(noor) == ["Launch exactly this", "Take it back"]
    await _press(stage, noor, "Launch exactly this")
    assert "It is launched: 1 post is approved." in noor.last.text
    assert "It is launched: 1 post is approved." in omar.last.text
    (post,) = await list_posts(stage.store, Filter())
    assert post.state is State.READY
    assert post.planned_at - stage.means.clock.now() < timedelta(minutes=3)
    await _looks(stage, noor)
    assert "No campaign is kept ready" in noor.last.text


async def test_a_campaign_that_nobody_can_read_keeps_no_other_from_its_launch(stage: BotStage) -> None:
    omar = await _approver(stage, "omar")
    await add_stale_campaign(stage.store)
    async with stage.store.write() as connection:
        await connection.execute(campaign.update().values(dormant=True))
    assert await unlaunched(stage.store, stage.means.kits) == ("stale", "balloons")
    await _looks(stage, omar)
    assert _labels(omar) == ["Ask to launch it now"]


async def test_what_is_stale_is_named_and_there_is_no_key_to_launch_it(stage: BotStage) -> None:
    omar, noor = await _approver(stage, "omar"), await _approver(stage, "noor")
    await _looks(stage, omar)
    await _press(stage, omar, "Ask to launch it now")
    await _press(stage, noor, "See what it would do")
    await accounts.hold(stage.store, "chat-en", "The token was revoked.", stage.means.clock.now())
    await _press(stage, noor, "Launch exactly this")
    assert "account chat-en" in noor.last.text
    assert await list_posts(stage.store, Filter()) == ()
    await _looks(stage, noor)
    assert _labels(noor) == ["Take it back"]
    await _press(stage, noor, "Take it back")
    await _looks(stage, noor)
    assert _labels(noor) == []


async def test_it_takes_a_code_and_the_campaign_must_be_theirs(stage: BotStage) -> None:
    omar = await stage.comes("omar", Role.APPROVER)
    await _looks(stage, omar)
    await _press(stage, omar, "Ask to launch it now")
    assert "second factor" in omar.last.text
    other = await stage.comes("other", Role.APPROVER, scope="campaign:another")
    await _looks(stage, other)
    assert "No campaign is kept ready" in other.last.text
    assert await unlaunched(stage.store, stage.means.kits) == ("balloons",)
