from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from channels.base import Connection, NotThere, Quota, Receipt
from channels.errors import NotAuthorised, OutcomeUnknown, Refused, Unreachable
from channels.secret import Secret
from channels.threads import ThreadsChannel
from tests.channels import golden_pairs
from tests.channels.conformance import CANARY, published
from tests.channels.http_conformance import HttpConformance
from tests.channels.posts import picture, post, text, video
from tests.support.graph_api import OWN, RENEWED, Rejected, ThreadsApi, serving

MEDIA_URL = "https://example.org/media/{sha256}.jpg"


def connection(base_url: str, token: str = CANARY, **settings: str) -> Connection:
    known = {"user_id": OWN, "base_url": base_url, "media_url": MEDIA_URL, **settings}
    return Connection("de-threads", known, Secret(token))


@pytest.fixture
async def api() -> AsyncIterator[ThreadsApi]:
    async with serving(ThreadsApi(CANARY, allowed=250)) as api:
        yield api


@pytest.fixture
async def channel(api: ThreadsApi) -> AsyncIterator[ThreadsChannel]:
    async with ThreadsChannel(connection(api.base_url)) as channel:
        yield channel


class TestThreads(HttpConformance):
    channel = ThreadsChannel
    finds_by = "text"
    prepared = {"container": "17"}  # noqa: RUF012 - the base class says that it is a class variable

    def open_platform(self, folder: Path) -> AbstractAsyncContextManager[ThreadsApi]:
        return serving(ThreadsApi(CANARY))

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(base_url)


@pytest.mark.parametrize("name", golden_pairs.names("threads"))
async def test_a_golden_post_becomes_exactly_its_requests(name: str) -> None:
    pair = golden_pairs.read("threads", name)
    await golden_pairs.assert_requests(
        pair, ThreadsApi(CANARY).app, lambda base_url: ThreadsChannel(connection(base_url, **pair.settings))
    )


async def test_a_further_part_answers_the_last_one(api: ThreadsApi, channel: ThreadsChannel) -> None:
    first = await published(channel, post(text("One")))
    second = await published(channel, post(text("Two"), thread=(first,)))
    third = await published(channel, post(text("Three"), thread=(first, second)))
    assert api.posts[second.remote_id].parent == first.remote_id
    assert api.posts[third.remote_id].parent == second.remote_id


async def test_a_further_part_is_found_among_the_replies(api: ThreadsApi, channel: ThreadsChannel) -> None:
    first = await published(channel, post(text("One")))
    part = post(text("Two"), thread=(first,))
    assert await channel.find(part, {}) == NotThere()
    receipt = await published(channel, part)
    assert await channel.find(part, {}) == receipt


async def test_a_sixth_link_is_refused_before_any_network(api: ThreadsApi, channel: ThreadsChannel) -> None:
    links = " ".join(f"https://example.org/{number}" for number in range(6))
    with pytest.raises(Refused, match="6 links"):
        await channel.prepare(post(text(links)))
    assert api.calls == []


async def test_a_container_that_is_not_visible_yet_was_not_published(
    api: ThreadsApi, channel: ThreadsChannel
) -> None:
    prepared = await channel.prepare(post())
    api.rejections["threads_publish"] = Rejected(24, 4279009, message="Media Not Found")
    with pytest.raises(Unreachable):
        await channel.publish(post(), prepared)
    assert await channel.find(post(), prepared) == NotThere()


async def test_a_post_whose_answer_was_lost_is_found(api: ThreadsApi, channel: ThreadsChannel) -> None:
    prepared = await channel.prepare(post())
    api.breaking.add("threads_publish")
    with pytest.raises(OutcomeUnknown):
        await channel.publish(post(), prepared)
    found = await channel.find(post(), prepared)
    assert isinstance(found, Receipt)
    assert [found.remote_id] == list(api.posts)


async def test_without_a_public_address_there_are_texts_and_no_pictures(api: ThreadsApi) -> None:
    async with ThreadsChannel(connection(api.base_url, media_url="")) as channel:
        await published(channel, post())
        with pytest.raises(NotAuthorised, match="public address"):
            await channel.prepare(post(media=(picture(),)))
        check = await channel.verify()
    assert check.ready
    assert "MUNASARA_PUBLIC_URL" in check.detail
    assert len(api.public()) == 1


async def test_verify_tells_the_quota(channel: ThreadsChannel) -> None:
    check = await channel.verify()
    assert (check.ready, check.identity) == (True, "@balloons")
    assert check.quota == Quota(3, 250, timedelta(days=1))


async def test_verify_explains_a_wrong_token(api: ThreadsApi) -> None:
    async with ThreadsChannel(connection(api.base_url, "wrong")) as channel:
        check = await channel.verify()
    assert not check.ready
    assert "token" in check.detail


async def test_a_token_is_renewed_for_sixty_days(channel: ThreadsChannel) -> None:
    renewal = await channel.renew()
    assert renewal.secret.reveal() == RENEWED
    assert renewal.expires_in == timedelta(days=60)


async def test_metrics_count_reposts_and_quotes_as_shares(channel: ThreadsChannel) -> None:
    receipt = await published(channel, post())
    assert await channel.metrics(receipt) == {"likes": 1, "replies": 2, "shares": 3 + 4, "views": 5}


async def test_a_missing_user_is_named() -> None:
    with pytest.raises(NotAuthorised, match="user_id"):
        ThreadsChannel(connection("http://127.0.0.1:9", user_id="me"))


async def test_a_video_has_a_container_of_its_own_with_its_description(
    api: ThreadsApi, channel: ThreadsChannel
) -> None:
    film = video("Balloons rise")
    await published(channel, post(text("Look up"), media=(film,)))
    (container,) = api.containers.values()
    assert container == {
        "media_type": "VIDEO",
        "video_url": MEDIA_URL.replace("{sha256}", film.sha256),
        "alt_text": "Balloons rise",
        "text": "Look up",
    }
