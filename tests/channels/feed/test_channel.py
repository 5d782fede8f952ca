import asyncio
import hashlib
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from channels.base import CannotTell, Connection, NotThere
from channels.errors import NotAuthorised, Refused, Unreachable
from channels.feed import channel as feed_module
from channels.feed import files
from channels.feed.channel import FeedChannel
from channels.feed.documents import published_at
from channels.secret import Secret
from tests.channels import golden_pairs
from tests.channels.conformance import CANARY, ChannelConformance, Seen
from tests.channels.posts import picture, post, text

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass
class Folder:
    path: Path
    base_url: str = "https://example.org/news"

    def document(self) -> dict[str, Any]:
        feed = self.path / "feed.json"
        found: dict[str, Any] = json.loads(feed.read_bytes()) if feed.exists() else {"items": []}
        return found

    def public(self) -> list[Seen]:
        return [
            Seen(item["content_text"], _alts(item["content_html"])) for item in self.document()["items"]
        ]

    def atom_ids(self) -> list[str | None]:
        tree = ET.fromstring((self.path / "feed.atom").read_bytes())  # noqa: S314 - we wrote it
        return [element.text for element in tree.findall(f"{ATOM}entry/{ATOM}id")]

    def files(self) -> dict[str, str]:
        """What readers of the feed can fetch; pictures with their digest, the present instant as NOW."""
        documents = {each.name: each.read_text("utf-8") for each in self.path.glob("feed.*")}
        return {
            **{name: INSTANT.sub("NOW", document) for name, document in documents.items()},
            **{
                f"media/{each.name}": hashlib.sha256(each.read_bytes()).hexdigest()
                for each in self.path.glob("media/*")
            },
        }


def _alts(html: str) -> tuple[str, ...]:
    found: list[str] = []

    class Pictures(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "img":
                found.append(dict(attrs).get("alt") or "")

    Pictures().feed(html)
    return tuple(found)


def connection(folder: Path, **settings: str) -> Connection:
    return Connection(
        "de-feed",
        {
            "folder": str(folder),
            "base_url": "https://example.org/news",
            "title": "White balloons",
            **settings,
        },
        Secret(CANARY),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "feed")


@pytest.fixture
def channel(folder: Folder) -> FeedChannel:
    return FeedChannel(connection(folder.path))


class TestFeed(ChannelConformance):
    channel = FeedChannel
    without_http = "a feed is files in a folder; there is no server to fail"

    @asynccontextmanager
    async def open_platform(self, folder: Path) -> AsyncIterator[Folder]:
        yield Folder(folder / "feed")

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(folder / "feed")


@pytest.mark.parametrize("name", golden_pairs.names("feed"))
async def test_a_golden_post_becomes_exactly_its_files(
    channel: FeedChannel, folder: Folder, name: str
) -> None:
    pair = golden_pairs.read("feed", name)
    assert await golden_pairs.outcome(channel, pair, folder.files) == pair.outcome


async def test_both_files_hold_the_same_entries_newest_first(channel: FeedChannel, folder: Folder) -> None:
    for key in ("first", "second", "third"):
        await channel.publish(post(key=key), {})
    ids = [item["id"] for item in folder.document()["items"]]
    assert ids == [f"tag:example.org,2026:{key}" for key in ("third", "second", "first")]
    assert folder.atom_ids() == ids


async def test_an_entry_keeps_its_id_and_date_when_the_feed_is_written_again(
    channel: FeedChannel, folder: Folder
) -> None:
    first = await channel.publish(post(key="first"), {})
    before = folder.document()["items"][0]
    await channel.publish(post(key="second"), {})
    assert folder.document()["items"][1] == before
    assert await channel.find(post(key="first"), {}) == first


async def test_pictures_lie_beside_the_feed_under_their_digest(
    channel: FeedChannel, folder: Folder
) -> None:
    media = picture("Balloons")
    await channel.publish(post(media=(media,)), {})
    assert (folder.path / "media" / f"{media.sha256}.png").read_bytes() == media.data
    (attachment,) = folder.document()["items"][0]["attachments"]
    assert attachment["url"] == f"https://example.org/news/media/{media.sha256}.png"


async def test_a_content_warning_stands_before_the_text(channel: FeedChannel, folder: Folder) -> None:
    await channel.publish(post(text("What happened"), content_warning="Violence"), {})
    (item,) = folder.document()["items"]
    assert item["content_text"] == "Violence\n\nWhat happened"
    assert item["content_html"].startswith("<details><summary>Violence</summary>")


async def test_only_the_newest_entries_stay(
    channel: FeedChannel, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "KEEP", 2)
    for key in ("first", "second", "third"):
        await channel.publish(post(key=key), {})
    assert [item["id"][-5:] for item in folder.document()["items"]] == ["third", "econd"]


async def test_what_may_have_left_the_feed_cannot_be_told(
    channel: FeedChannel, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "KEEP", 1)
    await channel.publish(post(key="kept"), {})
    kept_at = published_at(folder.document()["items"][0])
    earlier = replace(post(key="old"), planned_at=kept_at - timedelta(seconds=1))
    later = replace(post(key="new"), planned_at=kept_at + timedelta(seconds=1))
    assert isinstance(await channel.find(earlier, {}), CannotTell)
    assert await channel.find(later, {}) == NotThere()


async def test_two_channels_in_one_process_lose_no_entry(folder: Folder) -> None:
    channels = [FeedChannel(connection(folder.path)) for _ in range(2)]
    await asyncio.gather(
        *(channels[number % 2].publish(post(key=f"p{number}"), {}) for number in range(20))
    )
    assert len(folder.public()) == 20
    assert sorted(folder.atom_ids(), key=str) == sorted(f"tag:example.org,2026:p{n}" for n in range(20))


WRITER = """
import asyncio, sys
from channels.feed.channel import FeedChannel
from tests.channels.feed.test_channel import connection
from tests.channels.posts import post
from pathlib import Path

async def main():
    channel = FeedChannel(connection(Path(sys.argv[1])))
    for number in range(10):
        await channel.publish(post(key=f"{sys.argv[2]}-{number}"), {})

asyncio.run(main())
"""


async def test_two_processes_lose_no_entry(folder: Folder) -> None:
    writers = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, str(folder.path), name)
        for name in ("a", "b")
    ]
    assert [await writer.wait() for writer in writers] == [0, 0]
    assert len(folder.public()) == 20
    assert len(folder.atom_ids()) == 20


async def test_a_foreign_file_is_never_overwritten(channel: FeedChannel, folder: Folder) -> None:
    folder.path.mkdir()
    foreign = folder.path / "feed.json"
    foreign.write_text('{"hello": 1}')
    with pytest.raises(NotAuthorised, match=r"feed\.json is not a feed of ours"):
        await channel.publish(post(), {})
    assert foreign.read_text() == '{"hello": 1}'
    assert not (await channel.verify()).ready


async def test_a_folder_that_cannot_be_made_calls_a_person(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotAuthorised, match="the folder cannot be used"):
        await FeedChannel(connection(tmp_path / "file" / "feed")).publish(post(), {})


async def test_a_full_disk_leaves_the_old_feed_and_is_tried_again(
    channel: FeedChannel, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await channel.publish(post(key="first"), {})
    before = folder.document()

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files, "_write_durably", full)
        with pytest.raises(Unreachable, match="No space left"):
            await channel.publish(post(key="second"), {})
    assert folder.document() == before
    await channel.publish(post(key="second"), {})
    assert len(folder.atom_ids()) == 2


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x1f", "\ufffe", "\ud800"])
async def test_a_character_that_no_feed_can_hold_is_refused(
    channel: FeedChannel, folder: Folder, character: str
) -> None:
    with pytest.raises(Refused, match="control character"):
        await channel.publish(post(text(f"Join{character}us")), {})
    assert folder.public() == []


@pytest.mark.parametrize("base_url", ["example.org/news", "ftp://example.org/", "https://"])
def test_an_address_that_is_none_is_named(tmp_path: Path, base_url: str) -> None:
    with pytest.raises(NotAuthorised, match="base_url"):
        FeedChannel(connection(tmp_path, base_url=base_url))
