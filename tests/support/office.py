"""A whole office on a clock that the test sets: a campaign folder, its accounts, its ledger and one worker."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from channels.base import Feature
from content.loader import load_campaign
from schedules.clock import SetClock
from schedules.commands.actor import Actor
from schedules.commands.approvals import Approved, Seen, approve
from schedules.commands.plans import Checked, check_plan, record_plan
from schedules.commands.posts import Filter, PostView, list_posts
from schedules.ledger.control import Control
from schedules.ledger.dispatcher import Dispatcher
from schedules.ledger.ledger import Ledger
from schedules.lifecycle import State
from schedules.planning.destinations import AccountView
from schedules.planning.record import Outcome
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts
from tests.support.fake_channels import FakeChannels
from tests.support.folders import write_campaign

MORNING: Final = datetime(2026, 9, 5, 6, 0, tzinfo=UTC)
"""08:00 on the wall in Berlin."""
LEASE: Final = timedelta(minutes=2)
AMAL, SAMI, INES = Actor("amal"), Actor("sami"), Actor("ines")
ENGLISH: Final = AccountView("chat-en", "telegram", "en")
BERLIN: Final = """\
[[cities]]
id = "berlin"
name = {en = "Berlin"}
zone = "Europe/Berlin"
territory = "DE"
languages = ["en"]
risk = "open"
"""
NOON_SLOT: Final = {
    "id": "noon",
    "message": "launch",
    "channels": ["telegram"],
    "at": "2026-09-05T12:00:00",
}


class Office:
    """Amal plans, Sami approves, one worker sends to a platform that lives in memory."""

    def __init__(self, store: Store, root: Path, *features: Feature) -> None:
        self.store = store
        self.clock = SetClock(MORNING)
        self.channels = FakeChannels(*features)
        self.platform = self.channels.platform
        self.ledger = Ledger(store, self.clock, server_time=False, lease=LEASE)
        self.control = Control(self.ledger.pauses, elapsed=lambda: 0.0)
        self.accounts: tuple[AccountView, ...] = (ENGLISH,)
        self.folder = write_campaign(root)
        self.write(NOON_SLOT)

    async def open(self) -> "Office":
        """Connect the accounts."""
        await add_accounts(self.store, *(account.name for account in self.accounts), channel="telegram")
        return self

    def write(self, *slots: Mapping[str, Any]) -> None:
        """Replace the slots of the folder."""
        self.edit("slots.toml", "".join(_toml(slot) for slot in slots))

    def say(self, words: str, message: str = "launch", language: str = "en") -> None:
        """Replace a text; the tag is added."""
        self.edit(f"messages/{message}/{language}.md", f"{words}\n\n#WhiteBalloons\n")

    def edit(self, name: str, text: str | bytes) -> None:
        """Replace one file of the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace one place of a file."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.edit(name, text.replace(old, new))

    async def check(self) -> Checked:
        """Plan and review, changing nothing."""
        return await check_plan(self.store, self.clock, load_campaign(self.folder), self.accounts)

    async def plan(self, actor: Actor = AMAL) -> Outcome:
        """Plan the folder as it is now, and record it."""
        return await record_plan(self.store, self.clock, actor, await self.check())

    async def approve(self, actor: Actor = SAMI) -> Approved:
        """Approve everything that waits."""
        waiting = await list_posts(self.store, Filter(states=(State.PLANNED,)))
        seen = [Seen(post.id, post.digest) for post in waiting]
        return await approve(self.store, self.clock, actor, seen)

    async def run(self) -> None:
        """Do everything that is due at this instant, with a fresh worker."""
        worker = Dispatcher(self.ledger, self.channels, self.control, name="worker", draw=random.Random(7))
        await self.control.refresh()
        while await worker.tick():
            await worker.drain()
            await self.control.refresh()

    async def run_at(self, berlin: str, date: str = "2026-09-05") -> None:
        """Move the clock to a wall time in Berlin, in summer, and run."""
        self.clock.set(datetime.fromisoformat(f"{date}T{berlin}+02:00"))
        await self.run()

    async def posts(self) -> dict[str, PostView]:
        """Every post by its slot and occurrence."""
        found = await list_posts(self.store, Filter(campaign="balloons"))
        return {f"{post.slot}/{post.key.rpartition('/')[2]}": post for post in found}

    async def post(self, slot: str = "noon", occurrence: str = "1") -> PostView:
        """One post."""
        return (await self.posts())[f"{slot}/{occurrence}"]


def _toml(slot: Mapping[str, Any]) -> str:
    return "[[slots]]\n" + "".join(f"{key} = {_value(key, value)}\n" for key, value in slot.items()) + "\n"


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_value('', one) for one in value)}]"
    return value if key in {"at", "daily_at", "first_on", "last_on"} else f'"{value}"'
