import pytest

from channels.base import Channel, Connection, Feature, Receipt
from channels.demands import demanded, excesses, require_features, require_fit, visible_post
from channels.errors import FeatureMissing, Refused
from channels.feed.channel import FeedChannel
from content.limits import LIMITS
from content.richtext import plain
from tests.channels.posts import PLANNED_AT, picture, post, text


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
