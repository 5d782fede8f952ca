from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels.base import CannotTell, Connection, NotThere, Ports, Quota, Receipt
from channels.errors import NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from channels.graph.containers import PAUSES
from channels.instagram import InstagramChannel
from channels.secret import Secret
from tests.channels import golden_pairs
from tests.channels.conformance import CANARY, published
from tests.channels.http_conformance import HttpConformance
from tests.channels.posts import PLANNED_AT, picture, post, text, video
from tests.support.graph_api import OWN, RENEWED, InstagramApi, Rejected, serving

MEDIA_URL = "https://example.org/media/{sha256}.jpg"
PICTURED = post(media=(picture(),))


def connection(base_url: str, token: str = CANARY, **settings: str) -> Connection:
    known = {"user_id": OWN, "base_url": base_url, "media_url": MEDIA_URL, **settings}
    return Connection("de-pictures", known, Secret(token))


class Sleeper:
    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
async def api() -> AsyncIterator[InstagramApi]:
    async with serving(InstagramApi(CANARY)) as api:
        yield api


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


@pytest.fixture
async def channel(api: InstagramApi, sleeper: Sleeper) -> AsyncIterator[InstagramChannel]:
    async with InstagramChannel(connection(api.base_url), sleep=sleeper) as channel:
        yield channel


class TestInstagram(HttpConformance):
    channel = InstagramChannel
    finds_by = "text"
    prepared = {"container": "17"}  # noqa: RUF012 - the base class says that it is a class variable

    def open_platform(self, folder: Path) -> AbstractAsyncContextManager[InstagramApi]:
        return serving(InstagramApi(CANARY))

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(base_url)


@pytest.mark.parametrize("name", golden_pairs.names("instagram"))
async def test_a_golden_post_becomes_exactly_its_requests(name: str) -> None:
    pair = golden_pairs.read("instagram", name)
    await golden_pairs.assert_requests(
        pair,
        InstagramApi(CANARY).app,
        lambda base_url: InstagramChannel(connection(base_url, **pair.settings)),
    )


async def test_a_container_is_looked_at_until_it_is_finished(
    api: InstagramApi, channel: InstagramChannel, sleeper: Sleeper
) -> None:
    api.statuses = ["IN_PROGRESS", "IN_PROGRESS"]
    prepared = await channel.prepare(PICTURED)
    assert prepared == {"container": next(iter(api.containers))}
    assert sleeper.slept == [1.0, 2.0]
    assert api.public() == []


async def test_a_container_that_takes_too_long_is_tried_again_later(
    api: InstagramApi, channel: InstagramChannel, sleeper: Sleeper
) -> None:
    api.statuses = ["IN_PROGRESS"] * 50
    with pytest.raises(Unreachable):
        await channel.prepare(post(media=(picture("One"), picture("Two"))))
    assert tuple(sleeper.slept) == PAUSES
    assert sum(PAUSES) < 30


@pytest.mark.parametrize("status", ["ERROR", "EXPIRED"])
async def test_a_container_that_failed_is_refused(
    api: InstagramApi, channel: InstagramChannel, status: str
) -> None:
    api.statuses = [status]
    with pytest.raises(Refused, match=status):
        await channel.prepare(PICTURED)


async def test_a_picture_in_another_format_is_refused(api: InstagramApi) -> None:
    other = connection(api.base_url, media_url="https://example.org/{sha256}.png")
    async with InstagramChannel(other) as channel:
        with pytest.raises(Refused, match="format"):
            await channel.prepare(PICTURED)


async def test_a_picture_that_meta_cannot_fetch_is_tried_again(api: InstagramApi) -> None:
    other = connection(api.base_url, media_url="http://example.org/{sha256}.jpg")
    async with InstagramChannel(other) as channel:
        with pytest.raises(Unreachable, match="open to the internet"):
            await channel.prepare(PICTURED)


async def test_the_installation_gives_pictures_an_address(api: InstagramApi) -> None:
    ports = Ports(media_url=lambda media: f"https://munasara.example/m/{media.file_name}.jpg")
    own = replace(connection(api.base_url, media_url=""), ports=ports)
    async with InstagramChannel(own) as channel:
        await published(channel, PICTURED)
    (container,) = api.containers.values()
    assert container["image_url"] == f"https://munasara.example/m/{picture().file_name}.jpg"


async def test_without_a_public_address_nothing_is_sent(api: InstagramApi) -> None:
    async with InstagramChannel(connection(api.base_url, media_url="")) as channel:
        check = await channel.verify()
        for attempt in (channel.prepare(PICTURED), channel.publish(PICTURED, {"container": "17"})):
            with pytest.raises(NotAuthorised) as raised:
                await attempt
            assert "MUNASARA_PUBLIC_URL" in raised.value.remedy
    assert (check.ready, "media_url" in check.detail) == (False, True)
    assert api.calls == []


async def test_a_post_that_was_not_prepared_is_not_sent(
    api: InstagramApi, channel: InstagramChannel
) -> None:
    with pytest.raises(Unreachable, match="not prepared"):
        await channel.publish(PICTURED, {})
    assert api.calls == []


async def test_a_container_that_is_not_ready_was_not_published(
    api: InstagramApi, channel: InstagramChannel
) -> None:
    prepared = await channel.prepare(PICTURED)
    api.rejections["media_publish"] = Rejected(9007, 2207027, message="Media ID is not available")
    with pytest.raises(Unreachable):
        await channel.publish(PICTURED, prepared)


async def test_a_used_up_day_waits_for_a_place(api: InstagramApi, channel: InstagramChannel) -> None:
    prepared = await channel.prepare(PICTURED)
    api.rejections["media_publish"] = Rejected(9, 2207042, message="maximum number of posts")
    with pytest.raises(RateLimited) as raised:
        await channel.publish(PICTURED, prepared)
    assert raised.value.retry_after == timedelta(hours=1)


async def test_a_receipt_survives_when_it_cannot_be_read_where_the_post_is(
    api: InstagramApi, channel: InstagramChannel
) -> None:
    prepared = await channel.prepare(PICTURED)
    api.rejections["18000000000000002"] = Rejected(1, status=500)
    receipt = await channel.publish(PICTURED, prepared)
    assert receipt == Receipt("18000000000000002", None, PLANNED_AT)


async def test_a_post_is_found_although_its_publishing_failed(
    api: InstagramApi, channel: InstagramChannel
) -> None:
    prepared = await channel.prepare(PICTURED)
    api.breaking.add("media_publish")
    with pytest.raises(OutcomeUnknown):
        await channel.publish(PICTURED, prepared)
    api.store("The newest post is another")
    found = await channel.find(PICTURED, prepared)
    assert isinstance(found, Receipt)
    assert api.posts[found.remote_id].text == api.public()[0].text


async def test_a_container_published_twice_is_looked_for(
    api: InstagramApi, channel: InstagramChannel
) -> None:
    prepared = await channel.prepare(PICTURED)
    await channel.publish(PICTURED, prepared)
    with pytest.raises(OutcomeUnknown):
        await channel.publish(PICTURED, prepared)
    assert len(api.public()) == 1


@pytest.mark.parametrize("status", ["FINISHED", "ERROR", "EXPIRED"])
async def test_a_container_that_waits_or_died_is_not_there(
    api: InstagramApi, channel: InstagramChannel, status: str
) -> None:
    prepared = await channel.prepare(PICTURED)
    api.statuses = [status]
    assert await channel.find(PICTURED, prepared) == NotThere()


async def test_a_container_that_is_gone_is_not_there(channel: InstagramChannel) -> None:
    assert await channel.find(PICTURED, {"container": "17"}) == NotThere()


async def test_a_container_in_progress_is_asked_again(api: InstagramApi, channel: InstagramChannel) -> None:
    prepared = await channel.prepare(PICTURED)
    api.statuses = ["IN_PROGRESS"]
    with pytest.raises(Unreachable):
        await channel.find(PICTURED, prepared)


async def test_a_published_post_that_is_not_listed_is_for_a_person(
    api: InstagramApi, channel: InstagramChannel
) -> None:
    prepared = await channel.prepare(PICTURED)
    await channel.publish(PICTURED, prepared)
    api.posts.clear()
    assert isinstance(await channel.find(PICTURED, prepared), CannotTell)


async def test_a_caption_is_recognised_without_its_at_signs(
    api: InstagramApi, channel: InstagramChannel
) -> None:
    mentioning = post(text("With @balloons"), media=(picture(),))
    api.store("With balloons")
    assert isinstance(await channel.find(mentioning, {}), Receipt)


async def test_verify_tells_the_quota(api: InstagramApi, channel: InstagramChannel) -> None:
    check = await channel.verify()
    assert (check.ready, check.identity) == (True, "@balloons")
    assert check.quota == Quota(3, 50, timedelta(days=1))
    api.used = 50
    assert not (await channel.verify()).ready


async def test_a_token_is_renewed_for_sixty_days(api: InstagramApi, channel: InstagramChannel) -> None:
    renewal = await channel.renew()
    assert renewal.secret.reveal() == RENEWED
    assert renewal.expires_in == timedelta(days=60)
    assert api.calls[0][1] == "refresh_access_token"


async def test_metrics_are_likes_and_comments(api: InstagramApi, channel: InstagramChannel) -> None:
    receipt = await published(channel, PICTURED)
    assert await channel.metrics(receipt) == {"likes": 5, "replies": 2}


@pytest.mark.parametrize(
    ("settings", "token", "named"),
    [({"user_id": "@me"}, CANARY, "user_id"), ({}, "", "token"), ({"media_url": "x"}, CANARY, "media_url")],
)
def test_what_cannot_work_is_said_before_anything_is_sent(
    settings: dict[str, str], token: str, named: str
) -> None:
    with pytest.raises(NotAuthorised, match=named):
        InstagramChannel(connection("http://127.0.0.1:9", token, **settings))


async def test_a_video_is_a_reel_whose_description_stands_in_its_caption(
    api: InstagramApi, channel: InstagramChannel
) -> None:
    film = video("Balloons rise")
    await published(channel, post(text("Look up"), media=(film,)))
    (container,) = api.containers.values()
    assert container == {
        "media_type": "REELS",
        "video_url": MEDIA_URL.replace("{sha256}", film.sha256),
        "caption": "Look up\n\n🎬 Balloons rise",
    }


async def test_a_video_may_take_as_long_again_once_its_container_is_saved(
    api: InstagramApi, channel: InstagramChannel, sleeper: Sleeper
) -> None:
    moving = post(media=(video(),))
    api.statuses = ["IN_PROGRESS"] * (len(PAUSES) + 3)
    prepared = await channel.prepare(moving)
    assert await channel.publish(moving, prepared)
    assert tuple(sleeper.slept) == (*PAUSES, *PAUSES[:2])
    assert len(api.containers) == 1


async def test_a_video_that_takes_too_long_was_not_published(
    api: InstagramApi, channel: InstagramChannel
) -> None:
    moving = post(media=(video(),))
    api.statuses = ["IN_PROGRESS"] * 50
    prepared = await channel.prepare(moving)
    with pytest.raises(Unreachable, match="too long"):
        await channel.publish(moving, prepared)
    assert api.public() == []


@pytest.mark.parametrize("looks", [1, len(PAUSES) + 2])
async def test_a_video_that_meta_cannot_use_is_refused(
    api: InstagramApi, channel: InstagramChannel, looks: int
) -> None:
    moving = post(media=(video(),))
    api.statuses = [*["IN_PROGRESS"] * (looks - 1), "ERROR"]
    with pytest.raises(Refused, match="ERROR"):
        await channel.publish(moving, await channel.prepare(moving))
