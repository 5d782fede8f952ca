"""A queue at a door, on a clock that the test sets: a campaign in three languages, six accounts, one office."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from content.loader import load_campaign
from content.models import Campaign
from schedules.clock import SetClock
from schedules.commands import door_messages, door_posts
from schedules.commands.actor import Actor
from schedules.commands.door_posts import Queue
from schedules.commands.plans import check_plan, record_plan
from schedules.commands.posts import Filter, PostView, list_posts
from schedules.people.roles import Grant, Role
from schedules.planning.destinations import AccountView
from schedules.planning.grid import Cell
from schedules.planning.record import Outcome
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts
from tests.support.folders import write_campaign

MIDNIGHT: Final = datetime(2026, 9, 5, 22, 0, tzinfo=UTC)
"""00:00 on the wall in Berlin."""
SARA: Final = Actor("sara", grants=(Grant(Role.EDITOR, "campaign:balloons"),))
GERMAN: Final = Actor("gerd", grants=(Grant(Role.EDITOR, "language:de"),))
TURK: Final = Actor("tuna", grants=(Grant(Role.EDITOR, "language:tr"),))
SECOND_TURK: Final = Actor("timur", grants=(Grant(Role.EDITOR, "language:tr"),))
VIEWER: Final = Actor("vera", grants=(Grant(Role.VIEWER),))
ENGLISH_TEXT: Final = "Tonight the balloons rise: https://example.org/rise\n\n#WhiteBalloons"
GERMAN_TEXT: Final = "Heute Nacht steigen die Ballons auf: https://example.org/rise\n\n#WhiteBalloons"
TURKISH_TEXT: Final = "Balonlar bu gece yükseliyor: https://example.org/rise\n\n#WhiteBalloons"
_CAMPAIGN: Final = """\
id = "balloons"
title = {en = "Balloons", de = "Ballons", tr = "Balonlar"}
starts_on = 2026-09-01
ends_on = 2026-09-30
zone = "Europe/Berlin"
languages = ["en", "de", "tr"]
goal = {text = {en = "Sign", de = "Unterschreiben", tr = "İmza"}, number = 1000, unit = "signatures"}
hashtag = {tags = ["WhiteBalloons"]}
review = {banned_words = {en = ["enemy"]}}
"""
_FOLDER: Final = {
    "campaign.toml": _CAMPAIGN,
    "cities.toml": """\
[[cities]]
id = "tokyo"
name = {en = "Tokyo", de = "Tokio", tr = "Tokyo"}
zone = "Asia/Tokyo"
territory = "JP"
languages = ["en"]
risk = "open"
""",
    "slots.toml": """\
[[slots]]
id = "later"
message = "launch"
channels = ["telegram"]
languages = ["en"]
at = 2026-09-20T12:00:00
""",
    "messages/launch/message.toml": """\
[ask]
kind = "sign"
text = {en = "Sign", de = "Unterschreiben", tr = "İmzala"}
effort = "low"
next_step = {en = "Tell a friend", de = "Weitersagen", tr = "Anlat"}
link = "https://example.org/sign"
""",
    "messages/launch/en.md": "Sign the petition: {{ ask.link }}\n\n#WhiteBalloons\n",
    "messages/launch/de.md": "Unterschreiben: {{ ask.link }}\n\n#WhiteBalloons\n",
    "messages/launch/tr.md": "İmzala: {{ ask.link }}\n\n#WhiteBalloons\n",
}
ACCOUNTS: Final = tuple(
    AccountView(f"{channel}-{language}", channel, language, adapter=channel)
    for language in ("en", "de", "tr")
    for channel in ("telegram", "x")
)


class Counter:
    """A queue with everything around it."""

    def __init__(self, store: Store, root: Path) -> None:
        self.store = store
        self.clock = SetClock(MIDNIGHT)
        self.folder = write_campaign(root, _FOLDER)
        self.accounts: Sequence[AccountView] = ACCOUNTS

    @property
    def campaign(self) -> Campaign:
        """The campaign as its folder is now."""
        return load_campaign(self.folder)

    async def open(self) -> "Counter":
        """Connect the accounts and plan the folder."""
        for one in self.accounts:
            await add_accounts(self.store, one.name, channel=one.channel, language=one.language)
        await self.plan()
        return self

    async def plan(self) -> Outcome:
        """Plan the folder as it is now, and record it."""
        checked = await check_plan(self.store, self.clock, self.campaign, tuple(self.accounts))
        return await record_plan(self.store, self.clock, SARA, checked)

    async def queue(self, text: str = ENGLISH_TEXT, actor: Actor = SARA, language: str = "en") -> int:
        """Queue a message; gives its number."""
        return await door_messages.create(
            self.store, self.clock, actor, self.campaign, language=language, text=text
        )

    async def say(self, number: int, language: str, text: str, actor: Actor = SARA) -> None:
        """Write a text, and let what is planned follow."""
        await door_messages.set_text(self.store, actor, self.campaign, number, language, text)
        await self.follow(number, actor)

    async def confirm(self, number: int, language: str, actor: Actor) -> None:
        """Confirm a text as it is now."""
        door = await door_messages.show(self.store, actor, number)
        text = door.text(language)
        assert text is not None
        await door_messages.confirm(self.store, actor, self.campaign, number, language, seen=text.source)

    async def look(self, number: int, actor: Actor = SARA) -> Queue:
        """Where it stands."""
        return await door_posts.look(self.store, self.clock, actor, self.campaign, self.accounts, number)

    async def cell(self, number: int, account: str, actor: Actor = SARA) -> Cell:
        """Where it stands on one account."""
        queue = await self.look(number, actor)
        return next(cell for cell in queue.cells if cell.account.name == account)

    async def standings(self, number: int, actor: Actor = SARA) -> dict[str, str]:
        """The same for every account that they may see."""
        return {cell.account.name: cell.standing.value for cell in (await self.look(number, actor)).cells}

    async def schedule(self, number: int, actor: Actor = SARA) -> door_posts.Scheduled:
        """Plan what is ready."""
        return await door_posts.schedule(
            self.store, self.clock, actor, self.campaign, self.accounts, number
        )

    async def follow(self, number: int, actor: Actor = SARA) -> None:
        """Let what is planned follow the message."""
        await door_posts.follow(self.store, self.clock, actor, self.campaign, self.accounts, number)

    async def hold(self, number: int, until: datetime | None = None, actor: Actor = SARA) -> int:
        """Take back what is planned."""
        return await door_posts.hold(
            self.store, self.clock, actor, self.campaign, self.accounts, number, until
        )

    async def drop(self, number: int, actor: Actor = SARA) -> int:
        """Give it up."""
        return await door_posts.drop(self.store, self.clock, actor, self.campaign, self.accounts, number)

    async def posts(self, number: int) -> dict[str, PostView]:
        """What was planned of it, by account."""
        found = await list_posts(self.store, Filter(campaign="balloons"))
        return {post.account: post for post in found if post.slot == f"door-{number}"}
