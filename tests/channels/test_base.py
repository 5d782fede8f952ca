import pytest

from channels.base import (
    AccountCheck,
    CannotTell,
    Channel,
    Connection,
    OutgoingMedia,
    OutgoingPost,
    Prepared,
    Receipt,
)
from channels.errors import FeatureMissing
from channels.secret import Secret
from content.limits import LIMITS
from tests.channels.posts import PLANNED_AT, picture, post, video

RECEIPT = Receipt("1", None, PLANNED_AT)


class Bare(Channel):
    name = "bare"
    limits = LIMITS["handoff"]
    features = frozenset()
    closed = False

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        return RECEIPT

    async def verify(self) -> AccountCheck:
        return AccountCheck(ready=True, identity="bare", detail="")

    async def aclose(self) -> None:
        self.closed = True


async def test_a_bare_channel_prepares_nothing_and_cannot_tell() -> None:
    channel = Bare(Connection("de"))
    assert await channel.prepare(post()) == {}
    assert isinstance(await channel.find(post(), {}), CannotTell)


async def test_a_bare_channel_says_what_it_cannot_do() -> None:
    channel = Bare(Connection("de"))
    for power in (channel.pin, channel.retract, channel.metrics):
        with pytest.raises(FeatureMissing, match="bare"):
            await power(RECEIPT)


async def test_leaving_the_context_closes_the_connection() -> None:
    async with Bare(Connection("de")) as channel:
        assert not channel.closed
    assert channel.closed


def test_neither_bytes_nor_tokens_are_shown() -> None:
    media: OutgoingMedia = picture()
    assert "PNG" not in repr(media)
    assert "CANARY" not in repr(Connection("de", {}, Secret("CANARY")))


def test_a_video_is_known_by_its_type() -> None:
    assert (video().is_video, picture().is_video) == (True, False)
