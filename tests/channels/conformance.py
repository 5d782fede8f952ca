"""What every adapter must do. Inherit ``ChannelConformance`` and say how to reach the platform's double.

An adapter that speaks HTTP inherits ``HttpConformance`` (http_conformance.py) instead.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Protocol

import pytest

from channels.base import (
    CannotTell,
    Channel,
    Connection,
    Feature,
    NotThere,
    OutgoingMedia,
    OutgoingPost,
    Receipt,
)
from channels.errors import (
    FeatureMissing,
    NotAuthorised,
    Refused,
)
from content.limits import extract_tags, length
from tests.channels.posts import TAG, picture, post, text, video

CANARY = "1234567890:CANARY-aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"
DEAD_ADDRESS = "http://127.0.0.1:9"
MEETING = "We gather at the old mill"

SCRIPTS = {
    "Arabic": "بالونات بيضاء ",
    "Persian with ZWNJ": "می‌خواهم آزاد باشم ",
    "emoji": "🕊️🎈👨‍👩‍👧‍👦 ",
    "combining marks": "e\u0301a\u0308n\u0303 ",
    "links": "https://example.org/balloons?city=1 ",
    "mixed": "سلام 🎈 e\u0301 https://example.com/a می‌خواهم ",
}


@dataclass(frozen=True)
class Seen:
    """A post as a reader of the platform gets it."""

    text: str
    alts: tuple[str, ...] = ()


class Platform(Protocol):
    """The platform's double."""

    base_url: str

    def public(self) -> list[Seen]: ...


class ChannelConformance:
    """Behaviour that no adapter may lack.

    Attributes:
        channel: The adapter.
        without_http: Why it does not inherit ``HttpConformance`` too.
        finds_by: How it recognises a post of ours: by its ``key`` or by its ``text``.
    """

    channel: ClassVar[type[Channel]]
    without_http: ClassVar[str] = ""
    finds_by: ClassVar[str] = "key"

    def open_platform(self, folder: Path) -> AbstractAsyncContextManager[Platform]:
        raise NotImplementedError

    def connection(self, base_url: str, folder: Path) -> Connection:
        raise NotImplementedError

    def connect(self, base_url: str, folder: Path) -> Channel:
        return self.channel(self.connection(base_url, folder))

    @pytest.fixture
    async def platform(self, tmp_path: Path) -> AsyncIterator[Platform]:
        async with self.open_platform(tmp_path) as platform:
            yield platform

    @pytest.fixture
    async def adapter(self, platform: Platform, tmp_path: Path) -> AsyncIterator[Channel]:
        async with self.connect(platform.base_url, tmp_path) as adapter:
            yield adapter

    async def test_publish_returns_a_receipt_and_the_post_is_public(
        self, adapter: Channel, platform: Platform
    ) -> None:
        receipt = await published(adapter, post(media=one_picture(adapter)))
        assert receipt.remote_id
        assert receipt.accepted_at.utcoffset() == timedelta(0)
        assert [TAG.text in each.text for each in platform.public()] == [True]

    async def test_two_posts_are_two_posts(self, adapter: Channel, platform: Platform) -> None:
        media = one_picture(adapter)
        first = await published(adapter, post(key="first", media=media))
        other = text(MEETING) if self.finds_by == "text" else None
        second = await published(adapter, post(other, key="second", media=media))
        assert first.remote_id != second.remote_id
        assert len(platform.public()) == 2

    async def test_the_tag_that_the_platform_extracts_is_ours(
        self, adapter: Channel, platform: Platform
    ) -> None:
        await published(adapter, post(media=one_picture(adapter)))
        (seen,) = platform.public()
        assert extract_tags(adapter.limits.platform, seen.text) == ("WhiteBalloons",)

    @pytest.mark.parametrize("script", SCRIPTS)
    async def test_the_longest_text_is_taken_whole(
        self, adapter: Channel, platform: Platform, script: str
    ) -> None:
        longest = _text_of(adapter, SCRIPTS[script], _longest(adapter))
        await published(adapter, post(text(longest), media=one_picture(adapter, alt="")))
        assert [each.text for each in platform.public()] == [longest]

    @pytest.mark.parametrize("script", SCRIPTS)
    async def test_one_unit_more_is_refused(
        self, adapter: Channel, platform: Platform, script: str
    ) -> None:
        if adapter.limits.max_length is None:
            pytest.skip("this channel takes texts of any length")
        too_long = _text_of(adapter, SCRIPTS[script], _longest(adapter) + 1)
        with pytest.raises(Refused):
            await published(adapter, post(text(too_long), media=one_picture(adapter, alt="")))
        assert platform.public() == []

    async def test_descriptions_reach_the_reader(self, adapter: Channel, platform: Platform) -> None:
        if Feature.MEDIA not in adapter.features:
            pytest.skip("this channel takes no pictures")
        await published(adapter, post(media=(picture('بالونات بيضاء فوق "الساحة" & <سماء>'),)))
        (seen,) = platform.public()
        assert 'بالونات بيضاء فوق "الساحة" & <سماء>' in (*seen.alts, *seen.text.split("🖼️ "))

    async def test_one_picture_too_many_is_refused(self, adapter: Channel, platform: Platform) -> None:
        if Feature.MEDIA not in adapter.features:
            pytest.skip("this channel takes no pictures")
        many = tuple(picture(str(number)) for number in range(adapter.limits.max_media + 1))
        with pytest.raises(Refused):
            await published(adapter, post(media=many))
        assert platform.public() == []

    def test_videos_are_shown_exactly_where_the_limits_say_so(self, adapter: Channel) -> None:
        takes_media = Feature.MEDIA in adapter.features
        expected = takes_media and adapter.limits.video is not None
        assert (Feature.VIDEO in adapter.features) == expected

    async def test_a_video_and_its_description_reach_the_reader(
        self, adapter: Channel, platform: Platform
    ) -> None:
        if Feature.VIDEO not in adapter.features:
            pytest.skip("this channel takes no videos")
        wanted = post(media=(video("بالونات ترتفع"),))
        prepared = await adapter.prepare(wanted)
        receipt = await adapter.publish(wanted, prepared)
        (seen,) = platform.public()
        assert "بالونات ترتفع" in (*seen.alts, *seen.text.split("🎬 "))
        if Feature.FIND in adapter.features:
            assert await adapter.find(wanted, prepared) == receipt

    async def test_a_video_stands_alone(self, adapter: Channel, platform: Platform) -> None:
        if Feature.VIDEO not in adapter.features:
            pytest.skip("this channel takes no videos")
        with pytest.raises(Refused):
            await published(adapter, post(media=(video(), video("Another"))))
        assert platform.public() == []

    async def test_missing_features_are_refused_before_any_network(self, tmp_path: Path) -> None:
        async with self.connect(DEAD_ADDRESS, tmp_path) as adapter:
            for feature, demanding in _demanding().items():
                if feature not in adapter.features:
                    with pytest.raises(FeatureMissing):
                        await published(adapter, demanding)

    async def test_missing_powers_are_refused_before_any_network(
        self, adapter: Channel, tmp_path: Path
    ) -> None:
        receipt = await published(adapter, post(media=one_picture(adapter)))
        async with self.connect(DEAD_ADDRESS, tmp_path) as offline:
            powers = {
                Feature.PIN: offline.pin,
                Feature.RETRACT: offline.retract,
                Feature.METRICS: offline.metrics,
            }
            for feature, power in powers.items():
                if feature not in offline.features:
                    with pytest.raises(FeatureMissing):
                        await power(receipt)

    async def test_find_tells_what_is_public(self, adapter: Channel) -> None:
        wanted = post(media=one_picture(adapter))
        if Feature.FIND not in adapter.features:
            assert isinstance(await adapter.find(wanted, {}), CannotTell)
            return
        assert await adapter.find(wanted, {}) == NotThere()
        receipt = await published(adapter, wanted)
        assert await adapter.find(wanted, {}) == receipt
        another = post(text(MEETING)) if self.finds_by == "text" else post(key="another")
        assert await adapter.find(another, {}) == NotThere()

    async def test_the_same_key_twice_is_one_post_where_that_is_promised(
        self, adapter: Channel, platform: Platform
    ) -> None:
        if Feature.IDEMPOTENT not in adapter.features:
            pytest.skip("this channel does not promise it")
        wanted = post(media=one_picture(adapter))
        first = await published(adapter, wanted)
        assert await published(adapter, wanted) == first
        assert len(platform.public()) == 1

    async def test_retracting_works_twice(self, adapter: Channel, platform: Platform) -> None:
        if Feature.RETRACT not in adapter.features:
            pytest.skip("this channel cannot delete")
        receipt = await published(adapter, post(media=one_picture(adapter)))
        await adapter.retract(receipt)
        await adapter.retract(receipt)
        assert platform.public() == []

    async def test_pinning_works_twice(self, adapter: Channel) -> None:
        if Feature.PIN not in adapter.features:
            pytest.skip("this channel cannot pin")
        receipt = await published(adapter, post(media=one_picture(adapter)))
        await adapter.pin(receipt)
        await adapter.pin(receipt)

    async def test_metrics_are_counts(self, adapter: Channel) -> None:
        if Feature.METRICS not in adapter.features:
            pytest.skip("this channel tells no numbers")
        receipt = await published(adapter, post(media=one_picture(adapter)))
        assert set(await adapter.metrics(receipt)) <= {"likes", "replies", "shares", "views"}

    async def test_verify_publishes_nothing(self, adapter: Channel, platform: Platform) -> None:
        check = await adapter.verify()
        assert check.ready
        assert check.identity
        assert (check.quota is not None) == (Feature.QUOTA in adapter.features)
        assert platform.public() == []

    def test_a_missing_setting_is_named(self, tmp_path: Path) -> None:
        whole = self.connection(DEAD_ADDRESS, tmp_path)
        for setting in self.channel.settings:
            if setting.required:
                rest = {name: value for name, value in whole.settings.items() if name != setting.name}
                with pytest.raises(NotAuthorised, match=setting.name):
                    self.channel(Connection(whole.account, rest, whole.secret))

    @pytest.mark.usefixtures("silent_logs")
    async def test_success_shows_neither_token_nor_text(
        self, adapter: Channel, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        await published(adapter, post(text(MEETING), media=one_picture(adapter)))
        await adapter.verify()
        assert_silent(caplog.text + repr(adapter) + repr(adapter.connection) + str(adapter.connection))

    @pytest.fixture
    def silent_logs(self, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
        with caplog.at_level(logging.DEBUG):
            yield


async def published(adapter: Channel, wanted: OutgoingPost) -> Receipt:
    receipt = await adapter.publish(wanted, await adapter.prepare(wanted))
    assert isinstance(receipt, Receipt)
    return receipt


def one_picture(adapter: Channel, alt: str = "Balloons") -> tuple[OutgoingMedia, ...]:
    """A picture where the platform takes no post without one."""
    return (picture(alt),) if adapter.limits.requires_media else ()


def _demanding() -> dict[Feature, OutgoingPost]:
    return {
        Feature.MEDIA: post(media=(picture(),)),
        Feature.VIDEO: post(media=(video(),)),
        Feature.SILENT: post(options={"silent": True}),
        Feature.REPLIES: post(options={"reply_to": "https://x.com/ministry/status/17"}),
        Feature.TOPICS: post(options={"topic": "7"}),
    }


def _longest(adapter: Channel) -> int:
    limits = adapter.limits
    caption = limits.max_caption if limits.requires_media else None
    return caption or limits.max_length or 20_000


def _text_of(adapter: Channel, piece: str, size: int) -> str:
    """A text of exactly this length in the platform's unit that ends in letters."""
    limits = adapter.limits
    room = size - 5 if limits.max_bytes is None else min(size - 5, 100)
    pieces = room // length(piece, limits)
    while length(piece * pieces, limits) > room or not _links_fit(adapter, pieces, piece):
        pieces -= 1
    start = piece * pieces + "\n"
    return start + "x" * (size - length(start, limits))


def _links_fit(adapter: Channel, pieces: int, piece: str) -> bool:
    most = adapter.limits.max_links
    return most is None or "://" not in piece or pieces <= most


def assert_silent(shown: str) -> None:
    assert CANARY not in shown
    assert CANARY.partition(":")[2] not in shown
    assert MEETING not in shown
