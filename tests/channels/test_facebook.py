from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from channels.base import CannotTell, Connection, NotThere, OutgoingPost, Receipt
from channels.errors import NotAuthorised, OutcomeUnknown, Refused, Unreachable
from channels.facebook import FacebookChannel
from channels.secret import Secret
from tests.channels import golden_pairs
from tests.channels.conformance import CANARY
from tests.channels.http_conformance import HttpConformance
from tests.channels.posts import PLANNED_AT, picture, post, text, video
from tests.support.graph_api import OWN, FacebookApi, Rejected, serving


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


@pytest.mark.parametrize("name", golden_pairs.names("facebook"))
async def test_a_golden_post_becomes_exactly_its_requests(name: str) -> None:
    pair = golden_pairs.read("facebook", name)
    await golden_pairs.assert_requests(
        pair,
        FacebookApi(CANARY).app,
        lambda base_url: FacebookChannel(connection(base_url, **pair.settings)),
    )


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


async def test_a_video_is_uploaded_unseen_and_shown_by_the_last_word(
    api: FacebookApi, channel: FacebookChannel
) -> None:
    moving = post(text("Look up"), media=(video("Balloons rise", data=b"a whole film"),))
    prepared = await channel.prepare(moving)
    assert api.public() == []
    receipt = await channel.publish(moving, prepared)
    ((number, upload),) = api.videos.items()
    assert upload.data == b"a whole film"
    assert (receipt.remote_id, receipt.url) == (number, f"https://www.facebook.com/{OWN}/videos/{number}/")
    assert [each.text for each in api.public()] == ["Look up\n\n🎬 Balloons rise"]


async def test_a_video_has_no_count_of_shares_and_can_be_deleted(
    api: FacebookApi, channel: FacebookChannel
) -> None:
    moving = post(media=(video(),))
    receipt = await channel.publish(moving, await channel.prepare(moving))
    assert await channel.metrics(receipt) == {"likes": 5, "replies": 2}
    await channel.retract(receipt)
    assert api.public() == []


async def test_a_video_whose_answer_was_lost_is_asked_itself(
    api: FacebookApi, channel: FacebookChannel
) -> None:
    moving = post(media=(video(),))
    prepared = await channel.prepare(moving)
    api.breaking.add("/videos")
    with pytest.raises(OutcomeUnknown):
        await channel.publish(moving, prepared)
    found = await channel.find(moving, prepared)
    assert isinstance(found, Receipt)
    assert found.remote_id == prepared["video"]


async def test_a_video_that_is_not_shown_yet_is_for_a_person_to_judge(
    api: FacebookApi, channel: FacebookChannel
) -> None:
    moving = post(media=(video(),))
    prepared = await channel.prepare(moving)
    assert isinstance(await channel.find(moving, prepared), CannotTell)


async def test_a_video_that_was_not_uploaded_is_not_sent(
    api: FacebookApi, channel: FacebookChannel
) -> None:
    with pytest.raises(Unreachable, match="not uploaded"):
        await channel.publish(post(media=(video(),)), {})
    assert api.calls == []
