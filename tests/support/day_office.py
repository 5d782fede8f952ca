"""An office with an action day at noon in three cities, one of them guarded: planned, approved, and eight in the morning."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from channels.base import Channel, Connection, Feature
from schedules.commands.accounts import views
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts
from tests.support.fake_channels import FakeChannel, FakeChannels
from tests.support.folders import picture
from tests.support.office import Office
from tests.support.volunteers import add_volunteers

T0: Final = datetime(2026, 9, 5, 10, tzinfo=UTC)
"""Noon in Berlin and Lyon."""
CITY: Final = """\
[[cities]]
id = "{}"
name = {{en = "{}"}}
zone = "Europe/Berlin"
territory = "DE"
languages = ["en"]
risk = "{}"

"""
RISE: Final = """\
title = {en = "The balloons rise"}
at = 2026-09-05T12:00:00
reveal_to = "all"
cities = [{id = "berlin", permit = "granted"}, {id = "lyon", permit = "granted"}, {id = "aleppo", permit = "not_needed"}]

[changes]
delayed = "delayed"
moved = "moved"
ended = "ended"
aborted = "aborted"

"""
STEP: Final = '[[steps]]\nid = "{}"\nkind = "{}"\noffset = "{}"\nmessage = "{}"\n{}\n'
STEPS: Final = (
    ("everywhere", "post", "1h", "everywhere", 'channels = ["telegram"]\n'),
    ("named", "post", "2h", "named", 'channels = ["telegram"]\n'),
    ("now", "post", "0h", "launch", 'channels = ["telegram"]\ncities = "all"\n'),
    ("where", "reveal", "-3h", "where", 'cities = ["berlin", "lyon"]\n'),
    ("well-done", "thanks", "3h", "well-done", ""),
)
TEXTS: Final = {
    "everywhere": "We stand in {{ day.number }} cities: {% for name in day.cities %}{{ name }}. {% endfor %}",
    "named": "Berlin is with us.",
    "where": "Come.",
    "well-done": "Thank you.",
    "delayed": "We begin half an hour later.",
    "moved": "We meet at the other place.",
    "ended": "We go home now.",
    "aborted": "It does not take place.",
}


PICTURE: Final = b'\n[[media]]\nfile = "balloon.png"\nalt = {en = "A balloon"}\n'


class DayChannels(FakeChannels):
    """Writes letters on the account of the bot alone."""

    @asynccontextmanager
    async def open(self, account: str) -> AsyncIterator[Channel]:
        features = frozenset({Feature.LETTERS}) if account == "bot" else frozenset[Feature]()
        yield FakeChannel(Connection(account), self.platform, features)


async def day_office(store: Store, folder: Path) -> Office:
    """Everything is recorded and approved; the text for everywhere lists the cities and has a picture."""
    office = Office(store, folder)
    office.channels = DayChannels()
    office.platform = office.channels.platform
    office.write()
    named = (("berlin", "Berlin", "open"), ("lyon", "Lyon", "open"), ("aleppo", "Aleppo", "guarded"))
    office.edit("cities.toml", "".join(CITY.format(*each) for each in named))
    office.edit("action_days/rise.toml", RISE + "".join(STEP.format(*each) for each in STEPS))
    launch = (office.folder / "messages/launch/message.toml").read_bytes()
    office.edit("messages/launch/en.berlin.md", "White balloons stand above the river.\n\n#WhiteBalloons\n")
    office.edit("messages/launch/en.lyon.md", "Come up on the hill and sing.\n\n#WhiteBalloons\n")
    for name, text in TEXTS.items():
        office.edit(f"messages/{name}/message.toml", launch)
        office.say(text, message=name)
    office.edit("messages/everywhere/message.toml", launch + PICTURE)
    office.edit("media/balloon.png", picture())
    await office.open()
    for name, settings in (("berlin", {"prompt_hour": "9"}), ("lyon", {})):
        there: dict[str, Any] = {"city": name, "language": "en", "settings": settings}
        await add_accounts(store, f"chat-{name}", channel="telegram", **there)
    await add_accounts(store, "bot", channel="telegram-bot", language="en")
    office.accounts = await views(store)
    await office.plan()
    await office.approve()
    await add_volunteers(store, ["ada"], campaign="balloons", city="berlin")
    await add_volunteers(store, ["lou"], campaign="balloons", city="lyon")
    return office
