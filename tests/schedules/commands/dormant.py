"""A dormant campaign, and what people do until it is launched."""

from pathlib import Path
from typing import Any

from content.loader import load_campaign
from schedules.commands.accounts import views
from schedules.commands.launches import HEAD_START, ask, look
from schedules.commands.plans import check_plan, record_plan
from schedules.commands.posts import Filter, list_posts
from schedules.store.engine import Store
from tests.support.deliveries import add_accounts
from tests.support.folders import picture
from tests.support.office import AMAL, BERLIN, INES, MORNING, SAMI, Office

NAME = "balloons"
START = MORNING + HEAD_START
CITIES = (
    BERLIN
    + """
[[cities]]
id = "cairo"
name = {en = "Cairo"}
zone = "Africa/Cairo"
territory = "EG"
languages = ["en"]
risk = "open"
"""
)
RISE = """\
title = {en = "The balloons rise"}
at = 2026-09-20T18:00:00

[[cities]]
id = "berlin"
permit = "granted"

[[cities]]
id = "cairo"
permit = "granted"

[[steps]]
id = "week"
kind = "post"
offset = "-7d"
message = "week"
channels = ["telegram"]

[[steps]]
id = "there"
kind = "post"
offset = "1h"
message = "there"
channels = ["telegram"]
cities = "all"
names_place = true
"""
NOW = {
    "id": "now", "message": "launch", "channels": ["telegram"], "relative_to": "rise", "offset": "0m",
}  # fmt: skip
NOON = {
    "id": "noon", "message": "noon", "channels": ["telegram"], "cities": "all", "at": "2026-09-21T12:00:00",
}  # fmt: skip
SAID = {
    ("week", ""): "Seven days from today we let them rise together, wherever we are.",
    ("there", ""): "Look up beside the river: Berlin sends its balloons now.",
    ("there", ".telegram.cairo"): "The roofs of Cairo are white this evening, come out and see.",
    ("noon", ""): "What a night it was in Kreuzberg! Your signature is still missing.",
    ("noon", ".telegram.cairo"): "Good morning from the Nile; yesterday was a beginning, today you write.",
}
MEDIA = '\n[[media]]\nfile = "sky.png"\nalt = {en = "The sky"}\n'
CLAIM = """\
[[claims]]
id = "n"
text = {en = "Many"}
source = "A report"
url = "https://example.org/report"
review_by = 2026-09-05
"""


async def dormant_office(store: Store, tmp_path: Path) -> Office:
    """A dormant campaign with a day in two cities, planned by Ines; its folder is gone then."""
    office = Office(store, tmp_path)
    office.replace("campaign.toml", 'id = "balloons"', 'id = "balloons"\ndormant = true')
    office.write(NOW, NOON)
    office.edit("cities.toml", CITIES)
    office.edit("action_days/rise.toml", RISE)
    office.edit("claims.toml", CLAIM)
    office.say("{{ claims.n }} are missing. Sign here: {{ ask.link }}")
    message = (office.folder / "messages/launch/message.toml").read_text(encoding="utf-8")
    for (name, place), words in SAID.items():
        office.edit(f"messages/{name}/message.toml", message)
        file = f"messages/{name}/en{place}.md"
        office.edit(file, f"{words} {{{{ ask.link }}}}\n\n#WhiteBalloons\n")
    office.edit("messages/launch/message.toml", message + MEDIA)
    office.edit("media/sky.png", picture())
    await office.open()
    for city in ("berlin", "cairo"):
        await add_accounts(store, f"chat-{city}", channel="telegram", city=city)
    await plan(office)
    (office.folder / "media/sky.png").unlink()
    return office


async def plan(office: Office) -> Any:
    """Plan the folder on the accounts that are connected."""
    known = await views(office.store)
    loaded = load_campaign(office.folder)
    checked = await check_plan(office.store, office.clock, loaded, known)
    return await record_plan(office.store, office.clock, INES, checked)


async def again(office: Office) -> None:
    """Plan the folder once more, with its picture there."""
    office.edit("media/sky.png", picture())
    await plan(office)


async def seal(office: Office) -> str:
    """What a confirmation of what is seen now is bound to."""
    return (await look(office.store, office.clock, SAMI, NAME)).seal


async def asked(office: Office) -> str:
    """Amal asks; gives what another person would confirm."""
    await ask(office.store, office.clock, AMAL, NAME)
    return await seal(office)


async def all_posts(office: Office) -> list[Any]:
    """Every post of the campaign."""
    return list(await list_posts(office.store, Filter(campaign=NAME)))
