import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.base import Connection, Receipt
from channels.bluesky.channel import BlueskyChannel
from channels.errors import NotAuthorised, OutcomeUnknown, RateLimited, Refused, Unreachable
from channels.rehearsal.server import serve
from channels.secret import pack, unpack
from tests.channels import golden_pairs
from tests.channels.conformance import CANARY, DEAD_ADDRESS, Seen, published
from tests.channels.http_conformance import HttpConformance
from tests.channels.posts import PLANNED_AT, picture, post, text
from tests.support.atproto_api import DID, AtprotoApi, Rejected

PASSWORD = f"password-{CANARY}"
PUT = "com.atproto.repo.putRecord"


@dataclass
class Stage:
    base_url: str
    api: AtprotoApi

    def public(self) -> list[Seen]:
        return [_seen(each["value"]) for each in self.api.records.values()]


def _seen(record: dict[str, Any]) -> Seen:
    embed = record.get("embed", {})
    shown = [embed] if embed.get("$type") == "app.bsky.embed.video" else embed.get("images", [])
    return Seen(record["text"], tuple(each["alt"] for each in shown))


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    api = AtprotoApi(PASSWORD, CANARY)
    async with serve(api.app) as base_url:
        yield Stage(base_url, api)


def connection(base_url: str, **parts: str) -> Connection:
    settings = {"handle": "@Balloons.bsky.social ", "base_url": base_url}
    parts = {"app_password": PASSWORD, "access": CANARY, "refresh": "refresh-0", **parts}
    return Connection("de-main", settings, pack(parts))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


@asynccontextmanager
async def connected(stage: Stage, **parts: str) -> AsyncIterator[BlueskyChannel]:
    async with BlueskyChannel(connection(stage.base_url, **parts)) as channel:
        yield channel


class TestBluesky(HttpConformance):
    channel = BlueskyChannel

    @asynccontextmanager
    async def open_platform(self, folder: Path) -> AsyncIterator[Stage]:
        async with staged() as stage:
            yield stage

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(base_url)


@pytest.mark.parametrize("name", golden_pairs.names("bluesky"))
async def test_a_golden_post_becomes_exactly_its_requests(name: str) -> None:
    pair = golden_pairs.read("bluesky", name)
    await golden_pairs.assert_requests(
        pair, AtprotoApi(PASSWORD, CANARY).app, lambda base_url: BlueskyChannel(connection(base_url))
    )


async def test_publishing_is_one_request(stage: Stage) -> None:
    async with connected(stage) as channel:
        receipt = await channel.publish(post(), {})
    assert [method for method, _ in stage.api.calls] == [PUT]
    (record,) = stage.api.records.values()
    assert receipt == Receipt(
        f"{record['uri']} {record['cid']}",
        f"https://bsky.app/profile/{DID}/post/{record['uri'].rpartition('/')[2]}",
        PLANNED_AT,
    )


async def test_without_a_session_it_logs_in_once(stage: Stage) -> None:
    async with connected(stage, access="", refresh="") as channel:
        await published(channel, post(media=(picture(),)))
        await channel.verify()
    assert stage.api.named("createSession") == [
        {"identifier": "balloons.bsky.social", "password": PASSWORD}
    ]


async def test_an_expired_token_is_renewed_and_the_request_repeated(stage: Stage) -> None:
    stage.api.expired.add(CANARY)
    async with connected(stage) as channel:
        await channel.publish(post(), {})
        await channel.publish(post(key="another"), {})
    assert [method.rpartition(".")[2] for method, _ in stage.api.calls] == [
        "putRecord",
        "refreshSession",
        "putRecord",
        "putRecord",
    ]


async def test_a_token_that_expires_again_at_once_calls_a_person(stage: Stage) -> None:
    stage.api.rejections += [Rejected("ExpiredToken")]
    async with connected(stage) as channel:
        stage.api.expired.add("access-1.eyJpYXQiOiAxNzkwMDAwMDAwLCAiZXhwIjogMTc5MDAwNzIwMH0.signature")
        with pytest.raises(NotAuthorised, match="session"):
            await channel.publish(post(), {})
    assert len(stage.api.named("putRecord")) == 2


async def test_a_server_that_fails_while_renewing_has_published_nothing(stage: Stage) -> None:
    stage.api.rejections += [Rejected("ExpiredToken"), Rejected("InternalServerError", status=500)]
    async with connected(stage) as channel:
        with pytest.raises(Unreachable):
            await channel.publish(post(), {})


async def test_renewing_uses_the_refresh_token_and_keeps_the_app_password(stage: Stage) -> None:
    async with connected(stage) as channel:
        renewal = await channel.renew()
    assert unpack(renewal.secret) == {
        "app_password": PASSWORD,
        "access": stage.api.access,
        "refresh": "refresh-1",
    }
    assert renewal.expires_in == timedelta(hours=2)
    assert [method.rpartition(".")[2] for method, _ in stage.api.calls] == ["refreshSession"]


async def test_a_dead_refresh_token_is_replaced_with_the_app_password(stage: Stage) -> None:
    async with connected(stage, refresh="dead") as channel:
        await channel.renew()
    assert [method.rpartition(".")[2] for method, _ in stage.api.calls] == [
        "refreshSession",
        "createSession",
    ]


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([Rejected("InternalServerError", status=500)], Unreachable),
        ([Rejected("", status=502)], Unreachable),
        ([Rejected("RateLimitExceeded", status=429)], RateLimited),
        ([Rejected("ExpiredToken"), Rejected("AuthenticationRequired", status=401)], NotAuthorised),
        ([Rejected("ExpiredToken"), Rejected("AccountTakedown", status=401)], NotAuthorised),
        ([Rejected("ExpiredToken"), Rejected("UpstreamFailure", status=502)], Unreachable),
        ([Rejected("ExpiredToken"), Rejected("InvalidRequest")], Unreachable),
        ([Rejected("ExpiredToken"), Rejected("", status=403)], Unreachable),
    ],
)
async def test_only_a_real_revocation_holds_the_account(
    stage: Stage, answers: list[Rejected], error: type[Exception]
) -> None:
    stage.api.rejections += answers
    async with connected(stage) as channel:
        with pytest.raises(error):
            await channel.renew()
    assert stage.api.rejections == []


async def test_a_post_with_other_pictures_is_still_the_post(stage: Stage) -> None:
    async with connected(stage) as channel:
        first = await published(channel, post())
        assert await published(channel, post(media=(picture(),))) == first


async def test_another_text_at_the_place_is_refused(stage: Stage) -> None:
    async with connected(stage) as channel:
        await published(channel, post())
        with pytest.raises(Refused, match="another text") as raised:
            await channel.publish(post(text("Another")), {})
    assert raised.value.remedy


async def test_a_place_that_is_free_again_is_tried_later(stage: Stage) -> None:
    stage.api.rejections.append(Rejected("InvalidSwap"))
    async with connected(stage) as channel:
        with pytest.raises(Unreachable):
            await channel.publish(post(), {})


async def test_a_forgotten_upload_is_made_again(stage: Stage) -> None:
    wanted = post(media=(picture(),))
    async with connected(stage) as channel:
        prepared = await channel.prepare(wanted)
        stage.api.blobs.clear()
        await channel.publish(wanted, prepared)
    assert len(stage.api.records) == 1


async def test_uploads_carry_the_very_bytes(stage: Stage) -> None:
    pictures = (picture("One"), picture("Two", data=b"another"))
    async with connected(stage) as channel:
        prepared = await channel.prepare(post(media=pictures))
    assert stage.api.named("uploadBlob") == [len(each.data) for each in pictures]
    assert json.loads(json.dumps(prepared)) == prepared


async def test_a_server_that_does_not_name_an_upload_has_published_nothing(stage: Stage) -> None:
    stage.api.do_uploadBlob = lambda given: {"blob": {"cid": "old"}}  # type: ignore[method-assign]
    async with connected(stage) as channel:
        with pytest.raises(Unreachable):
            await channel.prepare(post(media=(picture(),)))


async def test_the_rate_limit_says_until_when(stage: Stage) -> None:
    headers = {"ratelimit-reset": "1790000090", "date": "Mon, 21 Sep 2026 14:13:20 GMT"}
    stage.api.rejections.append(Rejected("RateLimitExceeded", "", 429, **headers))
    async with connected(stage) as channel:
        with pytest.raises(RateLimited) as raised:
            await channel.publish(post(), {})
    assert raised.value.retry_after == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("name", "status"),
    [("AccountDeactivated", 400), ("AccountTakedown", 401), ("InvalidToken", 400), ("RepoTakendown", 400)],
)
async def test_what_is_wrong_with_an_account_holds_it(stage: Stage, name: str, status: int) -> None:
    stage.api.rejections.append(Rejected(name, "", status))
    async with connected(stage) as channel:
        with pytest.raises(NotAuthorised) as raised:
            await channel.publish(post(), {})
    assert raised.value.remedy


async def test_a_server_error_leaves_a_doubt_whatever_it_is_called(stage: Stage) -> None:
    stage.api.rejections.append(Rejected("InvalidToken", "", 500))
    async with connected(stage) as channel:
        with pytest.raises(OutcomeUnknown):
            await channel.publish(post(), {})


async def test_a_reason_that_quotes_a_token_is_masked(stage: Stage) -> None:
    stage.api.rejections.append(Rejected("InvalidRequest", f"wrong {CANARY.lower()} {PASSWORD}"))
    async with connected(stage) as channel:
        with pytest.raises(Refused, match=r"wrong \*\*\* ") as raised:
            await channel.publish(post(), {})
    assert CANARY.lower() not in str(raised.value).lower()


async def test_numbers_are_counted_as_ours(stage: Stage) -> None:
    stage.api.counts = {"likeCount": 5, "replyCount": 2, "repostCount": 3, "quoteCount": 4}
    async with connected(stage) as channel:
        receipt = await published(channel, post())
        assert await channel.metrics(receipt) == {"likes": 5, "replies": 2, "shares": 7}
        await channel.retract(receipt)
        assert await channel.metrics(receipt) == {}


@pytest.mark.parametrize("status", [404, 500, 501])
async def test_a_server_that_knows_no_numbers_is_asked_later(stage: Stage, status: int) -> None:
    async with connected(stage) as channel:
        receipt = await published(channel, post())
        stage.api.rejections.append(Rejected("MethodNotImplemented", "", status))
        with pytest.raises(Unreachable):
            await channel.metrics(receipt)


async def test_a_lookup_that_is_refused_gives_no_verdict(stage: Stage) -> None:
    stage.api.rejections.append(Rejected("InvalidRequest", "Could not find repo"))
    async with connected(stage) as channel:
        with pytest.raises(Unreachable, match="base_url"):
            await channel.find(post(), {})


async def test_an_account_that_is_not_active_is_not_ready(stage: Stage) -> None:
    stage.api.session = {"active": False, "status": "suspended"}
    async with connected(stage) as channel:
        check = await channel.verify()
    assert (check.ready, check.identity) == (False, "@balloons.bsky.social")
    assert "suspended" in check.detail


async def test_verify_explains_a_wrong_password(stage: Stage) -> None:
    async with connected(stage, app_password="wrong", access="", refresh="") as channel:
        check = await channel.verify()
    assert not check.ready
    assert "app password" in check.detail


def test_a_missing_app_password_is_named() -> None:
    settings = {"handle": "balloons.bsky.social", "base_url": DEAD_ADDRESS}
    with pytest.raises(NotAuthorised, match="app_password"):
        BlueskyChannel(Connection("de-main", settings, pack({"access": CANARY})))


async def test_a_broken_address_is_unreachable() -> None:
    async with BlueskyChannel(connection("http://[broken")) as channel:
        with pytest.raises(Unreachable):
            await channel.publish(post(), {})
