from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from channels.base import CannotTell, Connection, Receipt
from channels.errors import OutcomeUnknown, Unreachable
from channels.graph.client import Names, connect
from channels.graph.videos import PageVideos
from channels.secret import Secret
from tests.channels.conformance import CANARY
from tests.channels.posts import post, video
from tests.support.graph_api import OWN, PIECE, FacebookApi, Rejected, serving

FILM = video(data=b"0123456")
MOVING = post(media=(FILM,))


@pytest.fixture
async def api() -> AsyncIterator[FacebookApi]:
    async with serving(FacebookApi(CANARY)) as api:
        yield api


@pytest.fixture
async def videos(api: FacebookApi) -> AsyncIterator[PageVideos]:
    connection = Connection("de", {"base_url": api.base_url}, Secret(CANARY))
    names = Names("message", "created_time", "permalink_url")
    graph = connect(connection, "facebook", names, base_url="", version="v25.0")
    yield PageVideos(graph, OWN)
    await graph.aclose()


async def test_each_piece_is_the_one_that_was_asked_for(api: FacebookApi, videos: PageVideos) -> None:
    prepared = await videos.upload(FILM)
    offsets = [given.get("start_offset") for _, _, given in api.calls]
    assert offsets == [None, "0", str(PIECE), str(2 * PIECE)]
    assert api.videos[str(prepared["video"])].data == FILM.data


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"video_id": "1", "upload_session_id": "2"},
        {"video_id": "1", "upload_session_id": "2", "start_offset": "x", "end_offset": "3"},
    ],
)
async def test_a_beginning_that_says_too_little_is_tried_again(
    api: FacebookApi, videos: PageVideos, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "_film", lambda parameters, files: answer)
    with pytest.raises(Unreachable, match="could not be read"):
        await videos.upload(FILM)


async def test_an_upload_that_does_not_get_on_ends(
    api: FacebookApi, videos: PageVideos, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "_take_piece", lambda parameters, files: {"start_offset": 0, "end_offset": 3})
    with pytest.raises(Unreachable, match="could not be read"):
        await videos.upload(FILM)
    assert len(api.calls) == 2


async def test_a_broken_piece_leaves_nothing_public(api: FacebookApi, videos: PageVideos) -> None:
    api.rejections["/videos"] = Rejected(2, status=500)
    with pytest.raises(Unreachable):
        await videos.upload(FILM)
    assert api.public() == []


async def test_a_last_word_that_is_not_acknowledged_may_have_been_heard(
    api: FacebookApi, videos: PageVideos, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = await videos.upload(FILM)
    monkeypatch.setattr(api, "_finish", lambda parameters: {"success": False})
    with pytest.raises(OutcomeUnknown, match="does not say that it is done"):
        await videos.publish("Look up", MOVING, prepared)


async def test_an_address_with_its_site_stays_as_it_is(api: FacebookApi, videos: PageVideos) -> None:
    prepared = await videos.upload(FILM)
    await videos.publish("Look up", MOVING, prepared)
    number = str(prepared["video"])
    api.posts[number] = replace(api.posts[number], url="https://www.facebook.com/watch/1")
    found = await videos.find(number)
    assert isinstance(found, Receipt)
    assert found.url == "https://www.facebook.com/watch/1"


async def test_a_video_that_is_still_at_work_is_no_answer(api: FacebookApi, videos: PageVideos) -> None:
    prepared = await videos.upload(FILM)
    await videos.publish("Look up", MOVING, prepared)
    api.shows_videos = False
    assert isinstance(await videos.find(str(prepared["video"])), CannotTell)
