import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels.base import Connection, NotThere, OutgoingPost, Receipt
from channels.errors import FeatureMissing, NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from channels.mastodon import client
from channels.mastodon.channel import MastodonChannel
from channels.rehearsal.server import serve
from channels.secret import Secret
from tests.channels import golden_pairs
from tests.channels.conformance import CANARY, Seen, published
from tests.channels.http_conformance import HttpConformance
from tests.channels.posts import PLANNED_AT, picture, png, post, text, video
from tests.support.mastodon_api import ALL_SCOPES, MastodonApi, Rejected


@dataclass
class Stage:
    base_url: str
    api: MastodonApi

    def public(self) -> list[Seen]:
        return [
            Seen(each["text"], tuple(media["description"] for media in each["media_attachments"]))
            for each in self.api.statuses.values()
        ]


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    api = MastodonApi(CANARY)
    async with serve(api.app) as base_url:
        yield Stage(base_url, api)


def connection(base_url: str, token: str = CANARY, **settings: str) -> Connection:
    return Connection("de-main", {"base_url": base_url, **settings}, Secret(token))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


@pytest.fixture
async def channel(stage: Stage) -> AsyncIterator[MastodonChannel]:
    async with MastodonChannel(connection(stage.base_url)) as channel:
        yield channel


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PROCESSING_WAIT", timedelta())


class TestMastodon(HttpConformance):
    channel = MastodonChannel
    finds_by = "text"

    @asynccontextmanager
    async def open_platform(self, folder: Path) -> AsyncIterator[Stage]:
        async with staged() as stage:
            yield stage

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(base_url)


@pytest.mark.parametrize("name", golden_pairs.names("mastodon"))
async def test_a_golden_post_becomes_exactly_its_requests(name: str) -> None:
    pair = golden_pairs.read("mastodon", name)
    await golden_pairs.assert_requests(
        pair,
        MastodonApi(CANARY).app,
        lambda base_url: MastodonChannel(connection(base_url, **pair.settings)),
    )


async def test_the_receipt_is_what_the_server_said(stage: Stage, channel: MastodonChannel) -> None:
    receipt = await published(channel, post())
    (status,) = stage.api.statuses.values()
    assert receipt == Receipt(status["id"], status["url"], PLANNED_AT + timedelta(seconds=1))


async def test_preparing_asks_the_server_once_and_shows_nothing(
    stage: Stage, channel: MastodonChannel
) -> None:
    await channel.prepare(post(media=(picture("One"),)))
    await channel.prepare(post())
    assert stage.api.calls == [("GET", "/api/v2/instance"), ("POST", "/api/v2/media")]
    assert stage.public() == []


async def test_pictures_keep_their_order_and_names(stage: Stage, channel: MastodonChannel) -> None:
    pictures = tuple(picture(alt, data=png(alt)) for alt in ("white", "red", "blue"))
    await published(channel, post(media=pictures))
    assert stage.public()[0].alts == ("white", "red", "blue")
    assert [each.file_name for each in stage.api.media.values()] == [each.file_name for each in pictures]


@pytest.mark.usefixtures("hasty")
async def test_a_picture_is_attached_once_it_is_processed(stage: Stage, channel: MastodonChannel) -> None:
    stage.api.looks_until_processed = 3
    await published(channel, post(media=(picture("Balloons"),)))
    assert stage.public()[0].alts == ("Balloons",)
    assert [method for method, path in stage.api.calls if path.startswith("/api/v1/media/")] == ["GET"] * 3


@pytest.mark.usefixtures("hasty")
async def test_a_picture_that_stays_unprocessed_is_tried_again_later(
    stage: Stage, channel: MastodonChannel
) -> None:
    stage.api.looks_until_processed = client.PROCESSING_LOOKS + 1
    with pytest.raises(Unreachable, match="processing"):
        await channel.prepare(post(media=(picture(),)))


async def test_a_post_without_its_uploads_is_not_sent(stage: Stage, channel: MastodonChannel) -> None:
    with pytest.raises(Unreachable, match="files"):
        await channel.publish(post(media=(picture(),)), {})
    assert stage.api.calls == []


@pytest.mark.parametrize(
    ("wanted", "error"),
    [(post(text("x" * 501)), Refused), (post(options={"silent": True}), FeatureMissing)],
)
async def test_what_cannot_be_published_is_refused_unprepared_too(
    stage: Stage, channel: MastodonChannel, wanted: OutgoingPost, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await channel.publish(wanted, {})
    assert stage.api.calls == []


async def test_a_roomier_server_takes_a_longer_text(stage: Stage, channel: MastodonChannel) -> None:
    stage.api.max_characters = 5_000
    await published(channel, post(text("x" * 5_000)))
    assert len(stage.public()[0].text) == 5_000


async def test_the_limits_outlive_the_adapter_that_read_them(
    stage: Stage, channel: MastodonChannel
) -> None:
    stage.api.max_characters = 5_000
    wanted = post(text("x" * 5_000))
    prepared = json.loads(json.dumps(await channel.prepare(wanted)))
    async with MastodonChannel(connection(stage.base_url)) as another:
        await another.publish(wanted, prepared)
    assert len(stage.public()) == 1


@pytest.mark.parametrize(
    ("limit", "wanted", "complaint"),
    [
        ({"max_characters": 100}, post(text("x" * 101)), "101 graphemes"),
        ({"max_attachments": 1}, post(media=(picture(), picture())), "2 pictures, mastodon takes 1"),
        ({"image_size_limit": 50}, post(media=(picture(),)), "bytes, mastodon takes 50"),
        ({"description_limit": 3}, post(media=(picture("Four"),)), "4 characters, mastodon takes 3"),
    ],
)
async def test_a_stricter_server_is_respected_before_any_upload(
    stage: Stage, channel: MastodonChannel, limit: dict[str, int], wanted: OutgoingPost, complaint: str
) -> None:
    vars(stage.api).update(limit)
    with pytest.raises(Refused, match=complaint):
        await channel.prepare(wanted)
    assert stage.api.media == {}


@pytest.mark.parametrize(("versions", "takes"), [({1}, 5_000), (set(), 500)])
async def test_an_older_server_is_asked_its_older_way(
    stage: Stage, channel: MastodonChannel, versions: set[int], takes: int
) -> None:
    stage.api.max_characters, stage.api.instance_versions = 5_000, frozenset(versions)
    await channel.prepare(post())
    assert channel.limits.max_length == takes


async def test_a_warning_counts_and_hides_the_pictures(stage: Stage, channel: MastodonChannel) -> None:
    await published(channel, post(content_warning="Violence", media=(picture(),)))
    (status,) = stage.api.statuses.values()
    assert (status["spoiler_text"], status["sensitive"]) == ("Violence", True)
    with pytest.raises(Refused):
        await channel.prepare(post(text("x" * 495), content_warning="Violence"))


async def test_a_repeat_within_the_hour_is_the_same_post(stage: Stage, channel: MastodonChannel) -> None:
    first = await published(channel, post())
    stage.api.now += timedelta(minutes=59)
    assert await published(channel, post()) == first
    assert len(stage.public()) == 1


@pytest.mark.parametrize(
    ("rejected", "error"),
    [
        (Rejected(401, "The access token was revoked"), NotAuthorised),
        (Rejected(403, "This action is outside the authorized scopes"), NotAuthorised),
        (Rejected(422, "Validation failed: the language is unknown"), Refused),
        (Rejected(404, "The post you are trying to reply to does not exist"), Refused),
    ],
)
async def test_a_refusal_says_what_the_server_says(
    stage: Stage, channel: MastodonChannel, rejected: Rejected, error: type[Exception]
) -> None:
    stage.api.rejections.append(rejected)
    with pytest.raises(error, match=rejected.error):
        await channel.publish(post(), {})


async def test_a_reason_that_quotes_the_token_is_masked(stage: Stage, channel: MastodonChannel) -> None:
    stage.api.rejections.append(Rejected(422, f"wrong thing {CANARY}"))
    with pytest.raises(Refused, match=r"wrong thing \*\*\*") as raised:
        await channel.publish(post(), {})
    assert CANARY not in str(raised.value)


async def test_a_replay_that_fails_leaves_a_doubt(stage: Stage, channel: MastodonChannel) -> None:
    await published(channel, post())
    stage.api.rejections.append(Rejected(500))
    with pytest.raises(OutcomeUnknown):
        await channel.publish(post(), {})
    assert isinstance(await channel.find(post(), {}), Receipt)


async def test_the_wait_lasts_until_the_reset(stage: Stage, channel: MastodonChannel) -> None:
    headers = {"Date": "Thu, 10 Dec 2026 12:00:00 GMT", "X-RateLimit-Reset": "2026-12-10T12:03:20.5Z"}
    stage.api.rejections.append(Rejected(429, "Too many requests", **headers))
    with pytest.raises(RateLimited) as raised:
        await channel.publish(post(), {})
    assert raised.value.retry_after == timedelta(seconds=200.5)


async def test_pinning_one_post_too_many_asks_a_person(stage: Stage, channel: MastodonChannel) -> None:
    for number in range(5):
        await channel.pin(await published(channel, post(key=str(number))))
    with pytest.raises(Refused) as raised:
        await channel.pin(await published(channel, post(key="one too many")))
    assert "Unpin" in raised.value.remedy


async def test_retracting_without_the_right_is_not_a_success(
    stage: Stage, channel: MastodonChannel
) -> None:
    receipt = await published(channel, post())
    stage.api.rejections.append(Rejected(403, "This action is outside the authorized scopes"))
    with pytest.raises(NotAuthorised):
        await channel.retract(receipt)


async def test_favourites_replies_and_boosts_are_counted(channel: MastodonChannel) -> None:
    receipt = await published(channel, post())
    assert await channel.metrics(receipt) == {"likes": 3, "replies": 1, "shares": 2}


async def test_a_part_of_a_thread_is_found_under_the_part_before(
    stage: Stage, channel: MastodonChannel
) -> None:
    first = await published(channel, post(key="1"))
    second = post(text("And then"), key="2", thread=(first,))
    stage.api.say("And then", in_reply_to_id=stage.api.say("Somebody's question")["id"])
    assert await channel.find(second, {}) == NotThere()
    receipt = await published(channel, second)
    assert stage.api.statuses[receipt.remote_id]["in_reply_to_id"] == first.remote_id
    assert await channel.find(second, {}) == receipt


@pytest.mark.parametrize("rejected", [Rejected(401), Rejected(403)])
async def test_a_look_without_the_right_calls_a_person(
    stage: Stage, channel: MastodonChannel, rejected: Rejected
) -> None:
    stage.api.rejections.append(rejected)
    with pytest.raises(NotAuthorised):
        await channel.find(post(), {})


async def test_verify_names_the_account_and_what_its_server_takes(
    stage: Stage, channel: MastodonChannel
) -> None:
    stage.api.max_characters = 5_000
    check = await channel.verify()
    assert (check.ready, check.identity) == (True, "@balloons@example.social")
    assert "5000 characters" in check.detail


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        (None, ""),
        (["read", "write"], ""),
        (ALL_SCOPES, ""),
        ([], "read:accounts, read:statuses, write:accounts, write:media, write:statuses"),
        (["profile"], "read:accounts, read:statuses, write:accounts"),
        (["read", "write:statuses"], "lacks write:accounts, write:media."),
    ],
)
async def test_verify_says_which_scopes_are_missing(
    stage: Stage, channel: MastodonChannel, scopes: list[str] | None, missing: str
) -> None:
    stage.api.scopes = scopes
    check = await channel.verify()
    assert check.ready is not bool(missing)
    assert missing in check.detail


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_server_that_does_not_tell_the_scopes_is_believed(
    stage: Stage, channel: MastodonChannel, status: int
) -> None:
    stage.api.scopes_status = status
    assert (await channel.verify()).ready


async def test_verify_explains_a_wrong_token(stage: Stage) -> None:
    async with MastodonChannel(connection(stage.base_url, "wrong")) as channel:
        check = await channel.verify()
    assert not check.ready
    assert "The access token is invalid" in check.detail


@pytest.mark.parametrize(
    ("settings", "token", "named"),
    [
        ({"base_url": "mastodon.social"}, CANARY, "base_url"),
        ({"base_url": "https://"}, CANARY, "base_url"),
        ({"base_url": "https://host:port"}, CANARY, "base_url"),
        ({"visibility": "direct"}, CANARY, "visibility"),
        ({}, "", "token"),
        ({}, "ключ", "token"),
        ({}, "two\nlines", "token"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_sent(
    settings: dict[str, str], token: str, named: str
) -> None:
    whole = connection("http://127.0.0.1:9", token)
    with pytest.raises(NotAuthorised, match=named) as raised:
        MastodonChannel(replace(whole, settings={**whole.settings, **settings}))
    assert raised.value.remedy


@pytest.mark.usefixtures("hasty")
async def test_a_video_is_attached_once_it_is_processed(stage: Stage, channel: MastodonChannel) -> None:
    stage.api.looks_until_processed = client.VIDEO_LOOKS
    await published(channel, post(media=(video("Balloons rise"),)))
    assert [each.kind for each in stage.api.media.values()] == ["video"]
    assert stage.public()[0].alts == ("Balloons rise",)


@pytest.mark.usefixtures("hasty")
async def test_a_server_that_works_too_long_on_a_video_is_asked_again_later(
    stage: Stage, channel: MastodonChannel
) -> None:
    stage.api.looks_until_processed = client.VIDEO_LOOKS + 1
    with pytest.raises(Unreachable, match="still processing a file"):
        await channel.prepare(post(media=(video(),)))


async def test_a_server_says_itself_how_large_a_video_may_be(
    stage: Stage, channel: MastodonChannel
) -> None:
    stage.api.video_size_limit = 3
    with pytest.raises(Refused, match="a video of 4 bytes, mastodon takes 3"):
        await channel.prepare(post(media=(video(),)))
