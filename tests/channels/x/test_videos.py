from collections.abc import AsyncIterator

import pytest

from channels.base import Prepared
from channels.errors import Refused, Unreachable
from channels.x import videos
from channels.x.channel import XChannel
from channels.x.videos import LONGEST, PATIENCE, SHORTEST
from tests.channels.conformance import published
from tests.channels.posts import post, text, video
from tests.channels.x.test_channel import KEYS, Stage, connection, staged
from tests.support.x_api import Rejected

FILM = video("Balloons rise", data=b"0123456789")
MOVING = post(text("Look up"), media=(FILM,))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged(keys=KEYS) as stage:
        yield stage


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
async def channel(stage: Stage, slept: list[float]) -> AsyncIterator[XChannel]:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with XChannel(connection(stage.base_url), sleep=sleep) as channel:
        yield channel


def media_id(prepared: Prepared) -> str:
    found = prepared["media_ids"]
    assert isinstance(found, list)
    return str(found[0])


async def test_a_video_goes_up_in_segments_in_their_order(
    stage: Stage, channel: XChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(videos, "SEGMENT", 4)
    prepared = await channel.prepare(MOVING)
    assert stage.api.media[media_id(prepared)]["segments"] == [b"0123", b"4567", b"89"]


async def test_x_is_asked_until_the_video_is_ready(
    stage: Stage, channel: XChannel, slept: list[float]
) -> None:
    stage.api.states = ["pending", "in_progress", "succeeded"]
    await published(channel, MOVING)
    assert slept == [5.0, 5.0]
    assert [seen.text for seen in stage.public()] == ["Look up\n\n🎬 Balloons rise"]


async def test_a_video_that_takes_too_long_is_tried_again_later(
    stage: Stage, channel: XChannel, slept: list[float]
) -> None:
    stage.api.states = ["pending"] * 50
    with pytest.raises(Unreachable, match="still at work"):
        await channel.prepare(MOVING)
    assert sum(slept) == PATIENCE
    assert stage.public() == []


async def test_a_video_that_x_cannot_use_is_refused(stage: Stage, channel: XChannel) -> None:
    stage.api.states = ["pending", "failed"]
    with pytest.raises(Refused, match="cannot use the video"):
        await channel.prepare(MOVING)


@pytest.mark.parametrize("step", ["initialize", "{id}/append", "{id}/finalize"])
async def test_an_upload_that_breaks_off_leaves_no_doubt(
    stage: Stage, channel: XChannel, step: str
) -> None:
    path = step.replace("{id}", "1900000000000000000")
    stage.api.rejections[("POST", f"/2/media/upload/{path}")] = Rejected(503, "busy")
    with pytest.raises(Unreachable):
        await channel.prepare(MOVING)
    assert stage.public() == []


async def test_a_video_has_no_alt_text_but_it_may_carry_a_warning(stage: Stage, channel: XChannel) -> None:
    shown = video("Balloons rise", sensitive=True)
    prepared = await channel.prepare(post(media=(shown,)))
    described = stage.api.media[media_id(prepared)]
    assert described["sensitive_media_warning"] == {"other": True}
    assert "alt_text" not in described


@pytest.mark.parametrize(
    ("asked", "pause"), [(0, SHORTEST), (3, 3.0), (600, LONGEST), ("soon", SHORTEST), (None, SHORTEST)]
)
def test_a_wait_is_bounded_whatever_x_asks_for(asked: object, pause: float) -> None:
    assert videos._pause({"processing_info": {"check_after_secs": asked}}) == pause


@pytest.mark.parametrize(
    "told", [{}, {"processing_info": None}, {"processing_info": {"state": "succeeded"}}]
)
def test_where_x_tells_of_no_work_the_video_is_ready(told: dict[str, object]) -> None:
    assert videos._state(told) == "succeeded"
