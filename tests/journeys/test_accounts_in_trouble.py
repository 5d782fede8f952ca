"""A paid account from its forecast to its retraction, with a token that is revoked on the way."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import App, open_app
from bot.pool import ChannelPool
from bot.settings import Settings
from channels.base import AccountCheck
from channels.registry import channel_class
from channels.rehearsal.server import serve
from channels.secret import pack
from content.loader import load_campaign
from schedules.accounts.accounts import NewAccount
from schedules.clock import SetClock
from schedules.commands import accounts
from schedules.commands.actor import Actor
from schedules.commands.approvals import Seen, approve
from schedules.commands.plans import check_plan, record_plan
from schedules.commands.posts import Filter, list_posts
from schedules.commands.retractions import report, retract_campaign
from schedules.commands.status import status
from schedules.errors import ScheduleError
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher
from schedules.ledger.ledger import Ledger
from tests.support.deliveries import states
from tests.support.folders import write_campaign
from tests.support.office import MORNING
from tests.support.x_api import XApi

AMAL, SAMI = Actor("amal"), Actor("sami")
KINDS = {"x": channel_class("x")}
KEYS = {
    "consumer_key": "app-key",
    "consumer_secret": "app-secret",
    "access_token": "first-token",
    "access_token_secret": "token-secret",
}
SLOT = '[[slots]]\nid = "noon"\nmessage = "launch"\nchannels = ["x"]\nat = 2026-09-05T12:00:00\n'


class Scene:
    """One installation with one account on X, on a clock that the test sets."""

    def __init__(self, app: App, clock: SetClock, api: XApi) -> None:
        self.app, self.clock, self.api = app, clock, api
        self.ledger = Ledger(app.store, clock, server_time=False, lease=timedelta(minutes=2))

    async def run_at(self, hours: float) -> None:
        """Do what is due so many hours after eight in the morning, with a fresh worker."""
        self.clock.set(MORNING + timedelta(hours=hours))
        self.api.now = self.clock.now()
        control = Control(self.ledger.pauses, elapsed=lambda: 0.0)
        pool = ChannelPool(self.app.connect)
        worker = Dispatcher(self.ledger, pool, control, name="w", draw=random.Random(7))
        await control.refresh()
        while await worker.tick():
            await worker.drain()
            await control.refresh()
        await pool.aclose()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with _scene(tmp_path) as scene:
        yield scene


@asynccontextmanager
async def _scene(folder: Path) -> AsyncIterator[Scene]:
    api = XApi(MORNING, keys=dict(KEYS))
    async with serve(api.app) as base_url, open_app(Settings(home=folder / "home")) as real:
        clock = SetClock(MORNING)
        app = replace(real, clock=clock)
        settings = {"base_url": base_url, "budget": "5"}
        new = NewAccount("x-en", "x", "en", "Press", "Run by us", settings=settings)
        await accounts.add(app.store, app.vault, clock, AMAL, new, secret=pack(KEYS), kinds=KINDS)
        yield Scene(app, clock, api)


async def _plan(scene: Scene, folder: Path) -> None:
    campaign = write_campaign(folder)
    (campaign / "slots.toml").write_text(SLOT, encoding="utf-8")
    views = await accounts.views(scene.app.store)
    checked = await check_plan(scene.app.store, scene.clock, load_campaign(campaign), views)
    (forecast,) = checked.forecast
    assert (forecast.account, forecast.posts) == ("x-en", 1)
    assert forecast.cost > 0
    await record_plan(scene.app.store, scene.clock, AMAL, checked)
    waiting = await list_posts(scene.app.store, Filter())
    await approve(scene.app.store, scene.clock, SAMI, [Seen(post.id, post.digest) for post in waiting])


async def test_a_revoked_token_is_replaced_and_what_waited_goes_out_and_is_taken_back(
    scene: Scene, tmp_path: Path
) -> None:
    store = scene.app.store
    await _plan(scene, tmp_path / "balloons")
    scene.api.keys["access_token"] = "second-token"
    await scene.run_at(4)
    assert await states(store) == {"ready": 1}
    assert scene.api.tweets == {}
    (held,) = (await status(store, scene.clock, Actor("sara"))).held
    assert held.account == "x-en"

    async def verify(account: str) -> AccountCheck:
        async with await scene.app.connect(account) as channel:
            return await channel.verify()

    with pytest.raises(ScheduleError, match="x-en stays held"):
        await accounts.release(store, AMAL, "x-en", verify)
    fresh = pack({**KEYS, "access_token": "second-token"})
    await accounts.set_secret(store, scene.app.vault, scene.clock, AMAL, "x-en", secret=fresh, kinds=KINDS)
    await accounts.release(store, AMAL, "x-en", verify)
    await scene.run_at(4.5)
    assert await states(store) == {"sent": 1}
    assert len(scene.api.tweets) == 1

    campaign = (await list_posts(store, Filter()))[0].campaign
    await retract_campaign(store, scene.clock, AMAL, campaign)
    await scene.run_at(5)
    assert scene.api.tweets == {}
    assert [one.is_gone for one in await report(store, campaign=campaign)] == [True]
