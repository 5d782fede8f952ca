import pytest

from content.limits import LIMITS
from content.richtext import Paragraph, RichText, Span, SpanKind, plain
from content.visible import counted, visible

TEXT = RichText((Paragraph((Span("Join us"),)),))


def test_descriptions_stand_in_the_text_only_where_there_is_no_alt_text() -> None:
    assert plain(visible(TEXT, LIMITS["telegram"], alts=["One", "Two"])) == "Join us\n\n🖼️ One\n🖼️ Two"
    assert visible(TEXT, LIMITS["x"], alts=["One", "Two"]) == TEXT


def test_a_warning_stands_in_the_text_only_where_the_platform_has_none() -> None:
    assert plain(visible(TEXT, LIMITS["x"], warning="Blood")) == "⚠️ Blood\n\nJoin us"
    assert visible(TEXT, LIMITS["mastodon"], warning="Blood") == TEXT


@pytest.mark.parametrize(
    ("platform", "expected"), [("mastodon", "Blood\n\nJoin us"), ("x", "⚠️ Blood\n\nJoin us")]
)
def test_a_warning_always_counts(platform: str, expected: str) -> None:
    assert counted(TEXT, LIMITS[platform], warning="Blood") == expected


def test_a_hidden_address_counts_only_where_it_is_shown() -> None:
    link = RichText((Paragraph((Span("here", SpanKind.LINK, href="https://example.org/"),)),))
    assert counted(link, LIMITS["telegram"]) == "here"
    assert counted(link, LIMITS["x"]) == "here https://example.org/"


@pytest.mark.parametrize(
    ("platform", "shown"),
    [
        ("telegram", "Join us\n\n🎬 One"),
        ("x", "Join us\n\n🎬 One"),
        ("instagram", "Join us\n\n🎬 One"),
        ("mastodon", "Join us"),
        ("bluesky", "Join us"),
        ("threads", "Join us"),
    ],
)
def test_a_video_is_described_in_the_text_where_only_pictures_have_alt_texts(
    platform: str, shown: str
) -> None:
    assert plain(visible(TEXT, LIMITS[platform], alts=["One"], moving=True)) == shown
    assert counted(TEXT, LIMITS[platform], alts=["One"], moving=True) == shown
