import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from telegram import Bot

from tests.support.telegram.people import Person
from tests.support.telegram.server import serving
from tests.support.telegram.world import World


async def test_waiting_in_vain_ends(world: World) -> None:
    with pytest.raises(TimeoutError):
        await world.until(lambda: False, seconds=0.01)


def test_the_clock_can_be_set(world: World) -> None:
    ticks = world.clock.ticks()
    later = world.clock.now() + timedelta(days=3)
    world.clock.set(later)
    assert timedelta(0) <= world.clock.now() - later < timedelta(minutes=1)
    assert world.clock.ticks() - ticks >= timedelta(days=3).total_seconds() - 1


def test_a_message_shows_its_state(ada: Person) -> None:
    message = ada.send("hello")
    message.pinned = True
    ada.edit(message, "hello again")
    assert message.shown() == "Ada (pinned, edited): hello again"


async def test_the_log_names_files_without_their_bytes(tmp_path: Path) -> None:
    world = World(log=tmp_path / "log.jsonl")
    ada = world.add_user()
    ada.send("/start")
    picture = BytesIO()
    Image.new("RGB", (1, 1)).save(picture, "PNG")
    async with serving(world) as api, Bot(world.token, base_url=api.base_url) as bot:
        await bot.send_photo(ada.id, picture.getvalue(), filename="a.png", caption="Look")
    entries = [
        json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [entry["method"] for entry in entries] == ["getMe", "sendPhoto"]
    assert entries[1]["parameters"]["photo"] == {"file": "a.png", "bytes": len(picture.getvalue())}
    assert entries[1]["result"]["caption"] == "Look"
    assert entries[1]["accepted"]
