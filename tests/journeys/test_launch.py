"""The example campaign, kept ready, is launched as a whole on all of its accounts."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.rehearsal.cast import cast
from content.loader import load_campaign
from schedules.clock import SetClock
from schedules.commands import launches
from schedules.commands.accounts import PLATFORM, views
from schedules.commands.actor import Actor
from schedules.commands.plans import check_plan, record_plan
from schedules.commands.posts import Filter, list_posts
from schedules.lifecycle import State
from schedules.planning.kits import Kits
from schedules.store.engine import Store
from tests.support.bot_stage import EXAMPLE
from tests.support.deliveries import add_accounts

NIGHT = datetime(2026, 11, 28, 22, 40, 20, tzinfo=UTC)
"""On a Saturday; what is planned does not depend on the day on which the test runs."""


@pytest.fixture
async def store(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(sqlite_url, tmp_path / "videos")
    yield store
    await store.close()


async def test_everything_that_is_still_to_come_is_approved_by_both_and_nothing_else(
    store: Store, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / EXAMPLE.name))
    head = folder / "campaign.toml"
    head.write_text("dormant = true\n" + head.read_text(encoding="utf-8"), encoding="utf-8")
    campaign, clock = load_campaign(folder), SetClock(NIGHT)
    for view in cast(campaign):
        about: dict[str, Any] = {"language": view.language, "city": view.city, "audience": view.audience}
        await add_accounts(
            store, view.name, channel=view.channel, settings={PLATFORM: view.channel}, **about
        )
    checked = await check_plan(store, clock, campaign, await views(store))
    await record_plan(store, clock, Actor("ines"), checked)
    shutil.rmtree(folder)

    wish = await launches.ask(store, clock, Actor("amal"), campaign.id)
    assert wish.starts_at == datetime(2026, 11, 28, 22, 43, tzinfo=UTC)
    seen = await launches.look(store, clock, Actor("sami"), campaign.id)
    done = await launches.confirm(store, clock, Actor("sami"), campaign.id, seen.seal)

    posts = await list_posts(store, Filter(campaign=campaign.id))
    assert done.posts == len(posts) == len(tuple(seen.checked.planned())) > 100
    assert {post.state for post in posts} == {State.READY}
    at_once = [post for post in posts if post.slot == "release-now"]
    assert {post.planned_at for post in at_once} == {wish.starts_at}
    thanks = [post.planned_at for post in posts if post.slot == "release:well-done:de"]
    assert set(thanks) == {wish.starts_at + timedelta(hours=4)}
    kit = await Kits(store).get(campaign.id)
    assert kit.hashtag == campaign.hashtag
    assert [claim.review_by for claim in kit.claims] == [claim.review_by for claim in campaign.claims]
