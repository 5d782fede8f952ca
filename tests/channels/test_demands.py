import pytest

from channels.base import Channel, Connection, Feature, OutgoingMedia, Receipt
from channels.demands import demanded, excesses, require_features, require_fit, visible_post
from channels.errors import FeatureMissing, Refused
from channels.feed.channel import FeedChannel
from content.limits import LIMITS
from content.richtext import plain
from tests.channels.posts import PLANNED_AT, picture, post, text, video


@pytest.fixture
def channel() -> Channel:
    return FeedChannel(
        Connection("de", {"folder": "/tmp/f", "base_url": "https://example.org", "title": "T"})
    )


def test_a_post_demands_only_what_was_asked_for() -> None:
    assert demanded(post()) == frozenset()
    assert demanded(post(options={"silent": False, "topic": ""})) == frozenset()
    assert demanded(post(media=(picture(),), options={"silent": True, "topic": 7})) == {
        Feature.MEDIA,
        Feature.SILENT,
        Feature.TOPICS,
    }
    earlier = Receipt("1", None, PLANNED_AT)
    assert demanded(post(thread=(earlier,))) == {Feature.THREADS}


def test_what_is_missing_is_named(channel: Channel) -> None:
    with pytest.raises(FeatureMissing, match="feed has no silent, topics"):
        require_features(channel, post(options={"silent": True, "topic": "7"}))


def test_every_excess_is_named_at_once(channel: Channel) -> None:
    big = picture("x" * 2001, data=b"x" * 20_000_001)
    with pytest.raises(Refused, match=r"20,000,001 bytes.*; 21 pictures.*; a description of 2001"):
        require_fit(channel, post(media=(big, *(picture(),) * 20)))


def test_a_post_without_its_needed_picture_is_an_excess() -> None:
    assert excesses(post(), LIMITS["instagram"]) == ("no picture, instagram takes no post without one",)


def test_a_visible_post_holds_what_the_platform_shows_nowhere_else() -> None:
    shown = visible_post(post(text("Join us"), media=(picture("One"),)), LIMITS["telegram"])
    assert plain(shown) == "Join us\n\n🖼️ One"


def test_descriptions_count_where_they_stand_in_the_text() -> None:
    long = post(text("x" * 1000), media=(picture("y" * 30),))
    assert excesses(long, LIMITS["telegram"]) == ("1036 UTF-16 units, telegram takes 1024",)


def test_a_video_demands_that_a_channel_shows_videos(channel: Channel) -> None:
    assert demanded(post(media=(video(),))) == {Feature.VIDEO}
    with pytest.raises(FeatureMissing, match="feed has no video"):
        require_features(channel, post(media=(video(),)))


@pytest.mark.parametrize(
    ("media", "platform", "found"),
    [
        ((video(),), "feed", "a video, feed takes none"),
        ((video(seconds=141),), "x", "a video of 141 seconds, x takes 140"),
        ((video(width=720, height=1_290),), "x", "a video of 1,290 pixels a side, x takes 1,280"),
        (
            (video(data=b"x" * 50_000_001),),
            "telegram",
            "a video of 50,000,001 bytes, telegram takes 50,000,000",
        ),
        (
            (video(), picture()),
            "mastodon",
            "a video beside another file, a post shows either pictures or one video",
        ),
        ((video("x" * 1_501),), "mastodon", "a description of 1501 characters, mastodon takes 1500"),
    ],
)
def test_a_video_that_the_platform_would_refuse_is_an_excess(
    media: tuple[OutgoingMedia, ...], platform: str, found: str
) -> None:
    assert excesses(post(media=media), LIMITS[platform]) == (found,)


def test_a_video_is_media_enough_for_a_platform_that_needs_some() -> None:
    assert excesses(post(media=(video(),)), LIMITS["instagram"]) == ()


def test_a_video_is_described_where_it_has_no_alt_text() -> None:
    moving = post(text("Join us"), media=(video("One"),))
    assert plain(visible_post(moving, LIMITS["x"])) == "Join us\n\n🎬 One"
    assert plain(visible_post(moving, LIMITS["bluesky"])) == "Join us"
