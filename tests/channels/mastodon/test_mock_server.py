"""Against mastodon_mock, a server that was not written for us. Its counting is not Mastodon's."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.base import Connection, NotThere, OutgoingPost
from channels.mastodon.channel import MastodonChannel
from channels.secret import Secret
from tests.channels.conformance import published
from tests.channels.posts import picture, post, text

mock = pytest.importorskip("mastodon_mock.testing.server")
config = pytest.importorskip("mastodon_mock.config")

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    media: Path = tmp_path_factory.mktemp("media")
    seed = mock.DEFAULT_TEST_SEED
    server = mock.MockServer(config=config.MastodonMockConfig(media_storage_path=str(media), seed=seed))
    try:
        server.start()
    except (RuntimeError, OSError) as error:
        pytest.skip(f"mastodon_mock did not start: {error}")
    yield server.base_url
    server.stop()


@pytest.fixture
async def channel(base_url: str) -> AsyncIterator[MastodonChannel]:
    async with httpx.AsyncClient(base_url=base_url) as tidier:
        (await tidier.post("/api/v1/_mock/reset")).raise_for_status()
    connection = Connection("de", {"base_url": base_url}, Secret("alice_token"))
    async with MastodonChannel(connection) as channel:
        yield channel


def long_due(wanted: OutgoingPost) -> OutgoingPost:
    return replace(wanted, planned_at=LONG_AGO)


async def seen(channel: MastodonChannel, remote_id: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=channel.connection.settings["base_url"]) as reader:
        answer = await reader.get(f"/api/v1/statuses/{remote_id}")
    status: dict[str, Any] = answer.json()
    return status


async def count_posts(channel: MastodonChannel) -> int:
    async with httpx.AsyncClient(base_url=channel.connection.settings["base_url"]) as reader:
        return len((await reader.get("/api/v1/timelines/public", params={"limit": 40})).json())


async def test_the_account_is_ready(channel: MastodonChannel) -> None:
    check = await channel.verify()
    assert check.ready, check.detail
    assert check.identity.startswith("@alice@")


async def test_a_picture_behind_a_warning_is_published_with_its_description(
    channel: MastodonChannel,
) -> None:
    receipt = await published(channel, post(media=(picture("بالونات"),), content_warning="Violence"))
    status = await seen(channel, receipt.remote_id)
    assert (status["spoiler_text"], status["sensitive"], status["language"]) == ("Violence", True, "en")
    assert [each["description"] for each in status["media_attachments"]] == ["بالونات"]


async def test_a_thread_hangs_together(channel: MastodonChannel) -> None:
    first = await published(channel, post(text("First"), key="1"))
    second = long_due(post(text("Second"), key="2", thread=(first,)))
    receipt = await published(channel, second)
    assert (await seen(channel, receipt.remote_id))["in_reply_to_id"] == first.remote_id
    assert await channel.find(second, {}) == receipt


async def test_a_repeat_is_the_same_post(channel: MastodonChannel) -> None:
    before = await count_posts(channel)
    assert await published(channel, post()) == await published(channel, post())
    assert await count_posts(channel) == before + 1


async def test_eight_repeats_at_once_are_one_post(channel: MastodonChannel) -> None:
    before = await count_posts(channel)
    receipts = await asyncio.gather(*(published(channel, post()) for _ in range(8)))
    assert len(set(receipts)) == 1
    assert await count_posts(channel) == before + 1


async def test_what_was_published_is_found_until_it_is_retracted(channel: MastodonChannel) -> None:
    wanted = long_due(post(text("نطلق بالونات بيضاء", "See https://example.org/a?b=1&c=2 #WhiteBalloons")))
    assert await channel.find(wanted, {}) == NotThere()
    receipt = await published(channel, wanted)
    assert await channel.find(wanted, {}) == receipt
    await channel.pin(receipt)
    await channel.retract(receipt)
    await channel.retract(receipt)
    assert await channel.find(wanted, {}) == NotThere()


async def test_nobody_has_liked_it_yet(channel: MastodonChannel) -> None:
    receipt = await published(channel, post())
    assert await channel.metrics(receipt) == {"likes": 0, "replies": 0, "shares": 0}
