import json
import tomllib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.base import CannotTell, Connection, NotThere, OutgoingPost
from channels.errors import NotAuthorised, OutcomeUnknown, Refused, Unreachable
from channels.facebook import FacebookChannel
from channels.secret import Secret
from content.richtext import from_json
from tests.channels.conformance import CANARY, published
from tests.channels.http_conformance import HttpConformance
from tests.channels.posts import PLANNED_AT, picture, post, text
from tests.support.graph_api import OWN, FacebookApi, Rejected, serving

GOLDEN = Path(__file__).parent / "golden" / "facebook"


def connection(base_url: str, token: str = CANARY, **settings: str) -> Connection:
    return Connection("de-page", {"page_id": OWN, "base_url": base_url, **settings}, Secret(token))


@pytest.fixture
async def api() -> AsyncIterator[FacebookApi]:
    async with serving(FacebookApi(CANARY)) as api:
        yield api


@pytest.fixture
async def channel(api: FacebookApi) -> AsyncIterator[FacebookChannel]:
    async with FacebookChannel(connection(api.base_url)) as channel:
        yield channel


class TestFacebook(HttpConformance):
    channel = FacebookChannel
    finds_by = "text"

    def open_platform(self, folder: Path) -> AbstractAsyncContextManager[FacebookApi]:
        return serving(FacebookApi(CANARY))

    def connection(self, base_url: str, folder: Path) -> Connection:
        return connection(base_url)


def golden_post(value: dict[str, Any]) -> OutgoingPost:
    media = tuple(picture(each["alt"]) for each in value.get("media", []))
    return OutgoingPost("golden", value["language"], from_json(value["text"]), PLANNED_AT, media)


@pytest.mark.parametrize("pair", sorted(path.stem for path in GOLDEN.glob("*.toml")))
async def test_a_golden_post_becomes_exactly_its_requests(
    api: FacebookApi, channel: FacebookChannel, pair: str
) -> None:
    golden = tomllib.loads((GOLDEN / f"{pair}.toml").read_text(encoding="utf-8"))
    await published(channel, golden_post(golden["post"]))
    assert api.sent() == json.loads(golden["requests"])


async def test_pictures_are_uploaded_unseen_under_their_names(
    api: FacebookApi, channel: FacebookChannel
) -> None:
    pictures = (picture("One"), picture(""))
    prepared = await channel.prepare(post(media=pictures))
    assert api.public() == []
    assert api.uploads == [(each.file_name, each.mime, len(each.data)) for each in pictures]
    await channel.publish(post(media=pictures), prepared)
    assert api.public()[0].alts == ("One", "")


async def test_a_post_whose_pictures_were_not_uploaded_is_not_sent(
    api: FacebookApi, channel: FacebookChannel
) -> None:
    with pytest.raises(Unreachable, match="not uploaded"):
        await channel.publish(post(media=(picture(),)), {})
    assert api.calls == []


async def test_a_receipt_survives_when_it_cannot_be_read_where_the_post_is(
    api: FacebookApi, channel: FacebookChannel
) -> None:
    api.rejections["18000000000000001"] = Rejected(1, status=500)
    receipt = await channel.publish(post(), {})
    assert receipt.remote_id in api.posts
    assert (receipt.url, receipt.accepted_at) == (None, PLANNED_AT)


async def test_a_post_whose_answer_was_lost_is_found(api: FacebookApi, channel: FacebookChannel) -> None:
    api.breaking.add("/feed")
    with pytest.raises(OutcomeUnknown):
        await channel.publish(post(), {})
    (remote_id,) = api.posts
    found = await channel.find(post(), {})
    assert not isinstance(found, NotThere | CannotTell)
    assert found.remote_id == remote_id


async def test_a_duplicate_is_looked_for_among_the_posts(
    api: FacebookApi, channel: FacebookChannel
) -> None:
    api.rejections["/feed"] = Rejected(506, message="Duplicate status message")
    with pytest.raises(OutcomeUnknown):
        await channel.publish(post(), {})


async def test_the_same_text_of_an_earlier_day_is_another_post(
    api: FacebookApi, channel: FacebookChannel
) -> None:
    await channel.publish(post(), {})
    later = OutgoingPost("later", "en", post().text, PLANNED_AT + timedelta(days=1))
    assert await channel.find(later, {}) == NotThere()


async def test_metrics_are_likes_comments_and_shares(channel: FacebookChannel) -> None:
    receipt = await channel.publish(post(), {})
    assert await channel.metrics(receipt) == {"likes": 5, "replies": 2, "shares": 3}


async def test_a_post_that_nobody_shared_has_no_shares(
    api: FacebookApi, channel: FacebookChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = {"summary": {"total_count": 0}}
    monkeypatch.setattr(api, "counts", lambda: {"likes": none, "comments": none, "shares": {}})
    receipt = await channel.publish(post(), {})
    assert await channel.metrics(receipt) == {"likes": 0, "replies": 0, "shares": 0}


async def test_a_token_of_a_person_is_not_the_pages(api: FacebookApi, channel: FacebookChannel) -> None:
    api.owner = "4711"
    check = await channel.verify()
    assert not check.ready
    assert "me/accounts" in check.detail


async def test_verify_explains_a_wrong_token(api: FacebookApi) -> None:
    async with FacebookChannel(connection(api.base_url, "wrong")) as channel:
        check = await channel.verify()
    assert not check.ready
    assert "token" in check.detail


async def test_another_version_is_spoken_where_it_is_set(api: FacebookApi) -> None:
    async with FacebookChannel(connection(api.base_url, version="v26.0")) as channel:
        with pytest.raises(Refused):
            await channel.publish(post(text("Hello")), {})
    assert api.calls[0][1] == f"v26.0/{OWN}/feed"


@pytest.mark.parametrize(
    ("settings", "token", "named"),
    [({"page_id": "balloons"}, CANARY, "page_id"), ({}, "", "token"), ({}, "two words", "token")],
)
def test_what_cannot_work_is_said_before_anything_is_sent(
    settings: dict[str, str], token: str, named: str
) -> None:
    with pytest.raises(NotAuthorised, match=named):
        FacebookChannel(connection("http://127.0.0.1:9", token, **settings))
