from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from channels.base import JSON, CannotTell, Connection, Feature, NotThere, Receipt
from channels.errors import (
    FeatureMissing,
    NotAuthorised,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unreachable,
)
from channels.rehearsal.server import serve
from channels.secret import Secret, pack, unpack
from channels.x.channel import MAX_PAGES, XChannel
from content.richtext import plain
from tests.channels import golden_pairs
from tests.channels.conformance import CANARY, DEAD_ADDRESS, Seen, published
from tests.channels.http_conformance import HttpConformance
from tests.channels.posts import PLANNED_AT, picture, post, text
from tests.support.x_api import DUPLICATE, Rejected, XApi

KEYS = {
    "consumer_key": "app-key",
    "consumer_secret": "app-secret&/",
    "access_token": CANARY,
    "access_token_secret": "token-secret",
}
TOKENS = {"client_id": "client", "access_token": "access-0", "refresh_token": "refresh-0"}
CREATE = ("POST", "/2/tweets")
TIMELINE = ("GET", "/2/users/42/tweets")
TEXT = plain(post().text)


@dataclass
class Stage:
    base_url: str
    api: XApi

    def public(self) -> list[Seen]:
        return [
            Seen(each["sent"], tuple(self._alt(media_id) for media_id in each["media_ids"]))
            for each in self.api.tweets.values()
        ]

    def _alt(self, media_id: str) -> str:
        return str(self.api.media[media_id].get("alt_text", {"text": ""})["text"])


@asynccontextmanager
async def staged(**options: Any) -> AsyncIterator[Stage]:
    api = XApi(PLANNED_AT + timedelta(seconds=30), **options)
    async with serve(api.app) as base_url:
        yield Stage(base_url, api)


def connection(base_url: str, parts: dict[str, str] = KEYS) -> Connection:
    return Connection("de-main", {"base_url": base_url}, pack(parts))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged(keys=KEYS) as stage:
        yield stage


@pytest.fixture
async def channel(stage: Stage) -> AsyncIterator[XChannel]:
    async with XChannel(connection(stage.base_url)) as channel:
        yield channel


class TestX(HttpConformance):
    channel = XChannel
    finds_by = "text"

    @asynccontextmanager
    async def open_platform(self, folder: Path) -> AsyncIterator[Stage]:
        async with staged(keys=KEYS) as stage:
            yield stage

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(base_url)


class TestXWithOAuth2(TestX):
    @asynccontextmanager
    async def open_platform(self, folder: Path) -> AsyncIterator[Stage]:
        async with staged(bearer=CANARY) as stage:
            yield stage

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(base_url, {**TOKENS, "access_token": CANARY})


@pytest.mark.parametrize("name", golden_pairs.names("x"))
async def test_a_golden_post_becomes_exactly_its_requests(name: str) -> None:
    api = XApi(PLANNED_AT + timedelta(seconds=30), keys=KEYS)
    await golden_pairs.assert_requests(
        golden_pairs.read("x", name), api.app, lambda base_url: XChannel(connection(base_url))
    )


async def test_the_receipt_names_the_post_and_the_instant_of_x(stage: Stage, channel: XChannel) -> None:
    receipt = await published(channel, post())
    (tweet,) = stage.api.tweets.values()
    assert receipt.accepted_at == tweet["at"]
    assert receipt.url == f"https://x.com/i/web/status/{tweet['id']}"


async def test_a_picture_that_x_does_not_take_is_refused_before_any_network() -> None:
    moving = replace(picture(), mime="image/gif")
    async with XChannel(connection(DEAD_ADDRESS)) as channel:
        with pytest.raises(Refused, match="image/gif"):
            await channel.prepare(post(media=(moving,)))


async def test_a_part_whose_predecessor_is_gone_is_refused(stage: Stage, channel: XChannel) -> None:
    gone = Receipt("1", None, PLANNED_AT)
    with pytest.raises(Refused, match="deleted or not visible"):
        await channel.publish(post(thread=(gone,)), {})


async def test_a_reply_answers_the_post_of_its_address_and_its_later_parts_answer_ours(
    stage: Stage, channel: XChannel
) -> None:
    asked = await published(channel, post(text("Where are the missing?"), key="asked"))
    options: dict[str, JSON] = {"reply_to": f"https://x.com/ministry/status/{asked.remote_id}"}
    first = await published(channel, post(options=options))
    later = post(text("And then"), key="later", options=options, thread=(first,))
    await channel.publish(later, {})
    replies = [tweet["reply"] for tweet in stage.api.tweets.values()]
    answered = [each and each["in_reply_to_tweet_id"] for each in replies]
    assert answered == [None, asked.remote_id, first.remote_id]


async def test_a_duplicate_is_looked_up_on_the_timeline(stage: Stage, channel: XChannel) -> None:
    first = await published(channel, post())
    assert await published(channel, post()) == first
    assert len(stage.api.tweets) == 1


async def test_a_duplicate_of_an_earlier_post_is_refused_with_its_address(
    stage: Stage, channel: XChannel
) -> None:
    earlier = stage.api.post(TEXT, PLANNED_AT - timedelta(hours=3))
    with pytest.raises(Refused, match=earlier["id"]):
        await channel.publish(post(), {})


async def test_a_duplicate_that_is_nowhere_is_unclear(stage: Stage, channel: XChannel) -> None:
    stage.api.rejections[CREATE] = Rejected(403, DUPLICATE)
    with pytest.raises(OutcomeUnknown, match="not on the timeline"):
        await channel.publish(post(), {})


@pytest.mark.parametrize("rejected", [Rejected(503, ""), Rejected(429, ""), Rejected(401, "")])
async def test_a_duplicate_whose_timeline_cannot_be_read_is_unclear(
    stage: Stage, channel: XChannel, rejected: Rejected
) -> None:
    await published(channel, post())
    stage.api.rejections[TIMELINE] = rejected
    with pytest.raises(OutcomeUnknown, match="could not be read"):
        await channel.publish(post(), {})


@pytest.mark.parametrize(("early", "found"), [(timedelta(minutes=4), True), (timedelta(minutes=6), False)])
async def test_find_looks_back_five_minutes_before_the_plan(
    stage: Stage, channel: XChannel, early: timedelta, found: bool
) -> None:
    stage.api.post(TEXT, PLANNED_AT - early)
    assert isinstance(await channel.find(post(), {}), Receipt) is found


async def test_find_turns_the_pages(stage: Stage, channel: XChannel) -> None:
    stage.api.page_size = 1
    wanted = stage.api.post(TEXT, PLANNED_AT)
    for number in range(MAX_PAGES - 1):
        stage.api.post(f"Other {number}", PLANNED_AT + timedelta(seconds=number + 1))
    found = await channel.find(post(), {})
    assert isinstance(found, Receipt)
    assert found.remote_id == wanted["id"]
    stage.api.post("One more", PLANNED_AT + timedelta(seconds=20))
    assert isinstance(await channel.find(post(), {}), CannotTell)


async def test_a_timeline_that_is_none_leaves_no_false_certainty(
    stage: Stage, channel: XChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage.api, "_timeline", lambda query: {"hello": 1})
    with pytest.raises(Unreachable):
        await channel.find(post(), {})


async def test_a_picture_alone_is_found_by_nothing_but_its_empty_text(
    stage: Stage, channel: XChannel
) -> None:
    wanted = post(text(""), media=(picture(),))
    receipt = await published(channel, wanted)
    assert await channel.find(wanted, {}) == receipt
    assert await channel.find(post(), {}) == NotThere()


async def test_metrics_add_quotes_to_shares(channel: XChannel) -> None:
    receipt = await published(channel, post())
    assert await channel.metrics(receipt) == {"likes": 7, "replies": 2, "shares": 4, "views": 250}


async def test_metrics_of_a_deleted_post_are_refused(channel: XChannel) -> None:
    with pytest.raises(Refused, match="no longer"):
        await channel.metrics(Receipt("1", None, PLANNED_AT))


@pytest.mark.parametrize(
    ("words", "media", "price"),
    [
        ("Join us", 0, "0.015"),
        ("Join us", 2, "0.025"),
        ("Join us https://example.org/", 0, "0.200"),
        ("Join us on example.org", 1, "0.205"),
    ],
)
def test_a_link_multiplies_the_price(words: str, media: int, price: str) -> None:
    assert XChannel.price(words, media) == Decimal(price)


@pytest.mark.parametrize(
    ("rejected", "error", "remedy"),
    [
        (Rejected(403, "You are not permitted to perform this action."), NotAuthorised, "Read and write"),
        (Rejected(403, "Your account is suspended."), NotAuthorised, "suspended"),
        (Rejected(402, "no credits", "CreditsDepleted"), NotAuthorised, "Add credits"),
        (Rejected(429, "cap", "UsageCapExceeded"), NotAuthorised, "Add credits"),
        (Rejected(400, "Your media IDs are invalid."), Refused, "Change the text"),
        (Rejected(404, ""), Refused, "base_url"),
        (Rejected(503, ""), OutcomeUnknown, "is the post there"),
    ],
)
async def test_each_refusal_of_x_says_what_to_do(
    stage: Stage, channel: XChannel, rejected: Rejected, error: type[Exception], remedy: str
) -> None:
    stage.api.rejections[CREATE] = rejected
    with pytest.raises(error) as raised:
        await channel.publish(post(), {})
    assert remedy in raised.value.remedy  # type: ignore[attr-defined]


async def test_the_wait_runs_until_the_reset_by_the_clock_of_x(stage: Stage, channel: XChannel) -> None:
    stage.api.rejections[CREATE] = Rejected(
        429,
        "Too Many Requests",
        date="Thu, 10 Dec 2026 12:00:00 GMT",
        x_rate_limit_remaining="0",
        x_rate_limit_reset=str(int(PLANNED_AT.timestamp()) + 90),
    )
    with pytest.raises(RateLimited) as raised:
        await channel.publish(post(), {})
    assert raised.value.retry_after == timedelta(seconds=90)


@pytest.mark.parametrize("path", ["/2/media/upload", "/2/media/metadata"])
async def test_an_upload_that_fails_leaves_no_doubt(stage: Stage, channel: XChannel, path: str) -> None:
    stage.api.rejections["POST", path] = Rejected(500, "")
    with pytest.raises(Unreachable):
        await channel.prepare(post(media=(picture(),)))


async def test_verify_names_the_account(channel: XChannel) -> None:
    check = await channel.verify()
    assert (check.ready, check.identity) == (True, "@balloons")


async def test_verify_knows_keys_that_may_only_read(stage: Stage, channel: XChannel) -> None:
    stage.api.access_level = "read"
    check = await channel.verify()
    assert not check.ready
    assert "Read and write" in check.detail


async def test_a_wrong_signature_is_explained(stage: Stage) -> None:
    async with XChannel(connection(stage.base_url, {**KEYS, "consumer_secret": "wrong"})) as channel:
        check = await channel.verify()
        with pytest.raises(NotAuthorised):
            await channel.publish(post(), {})
    assert not check.ready


@pytest.mark.parametrize("client_secret", ["", "very-secret"])
async def test_a_renewal_keeps_both_fresh_tokens(client_secret: str) -> None:
    parts = {**TOKENS, **({"client_secret": client_secret} if client_secret else {})}
    async with staged(refresh_token="refresh-0", client=("client", client_secret)) as stage:
        async with XChannel(connection(stage.base_url, parts)) as channel:
            assert Feature.RENEWAL in channel.features
            renewal = await channel.renew()
        fresh = unpack(renewal.secret)
        assert fresh == {**parts, "access_token": "access-1", "refresh_token": "refresh-1"}
        assert renewal.expires_in == timedelta(hours=2)
        async with XChannel(connection(stage.base_url, fresh)) as channel:
            await published(channel, post())


async def test_a_revoked_refresh_token_calls_a_person() -> None:
    async with (
        staged(refresh_token="another") as stage,
        XChannel(connection(stage.base_url, TOKENS)) as channel,
    ):
        with pytest.raises(NotAuthorised, match="refresh token"):
            await channel.renew()


async def test_keys_that_never_expire_cannot_be_renewed(channel: XChannel) -> None:
    assert Feature.RENEWAL not in channel.features
    with pytest.raises(FeatureMissing):
        await channel.renew()


@pytest.mark.parametrize("whole", [KEYS, TOKENS], ids=["OAuth 1.0a", "OAuth 2"])
def test_each_missing_part_of_a_secret_is_named(whole: dict[str, str]) -> None:
    for name in set(whole) - {"client_id", "refresh_token"}:
        rest = {each: value for each, value in whole.items() if each != name}
        with pytest.raises(NotAuthorised, match=name):
            XChannel(connection(DEAD_ADDRESS, rest))


@pytest.mark.parametrize("name", ["client_id", "refresh_token"])
def test_half_of_oauth_2_asks_for_its_other_half(name: str) -> None:
    rest = {each: value for each, value in TOKENS.items() if each != name}
    with pytest.raises(NotAuthorised, match=f"lacks {name}$"):
        XChannel(connection(DEAD_ADDRESS, rest))


def test_a_secret_that_is_no_bundle_is_explained() -> None:
    with pytest.raises(NotAuthorised, match="consumer_key"):
        XChannel(Connection("de-main", {}, Secret("token")))
