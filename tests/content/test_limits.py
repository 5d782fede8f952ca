from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.counting import code_points, graphemes, mastodon_length, utf8_bytes, utf16_units, x_weight
from content.limits import LIMITS, Limits, Unit, excess, extract_tags, length

EXAMPLE = "سلام! حق با ماست. #زن_زندگی_آزادی 🕊️ https://example.com/a"
FAMILY = "👨‍👩‍👧‍👦"
ANY_TEXT = st.text(st.characters(), max_size=80) | st.text(
    st.sampled_from("#＃a_مُ٢2.-/:@ \n\u200c\u200d\u200e\u200f\u2068\u2069·🕊\ufe0f?&()"), max_size=60
)


def test_the_worked_example_is_counted_in_every_unit() -> None:
    counters = (code_points, graphemes, utf16_units, utf8_bytes, x_weight)
    assert [count(EXAMPLE) for count in counters] == [58, 57, 59, 87, 60]


def test_every_platform_has_limits_under_its_own_name() -> None:
    social = "x mastodon bluesky facebook instagram threads telegram tiktok whatsapp snapchat youtube"
    assert set(LIMITS) == {*social.split(), "feed", "mail", "handoff"}
    assert all(name == limits.platform for name, limits in LIMITS.items())


def test_every_platform_takes_pictures_in_a_format_that_can_be_written() -> None:
    for limits in LIMITS.values():
        assert limits.max_media_bytes >= 2_000_000
        assert "image/jpeg" in limits.picture_formats <= {"image/jpeg", "image/png", "image/webp"}


def test_a_square_picture_is_taken_everywhere() -> None:
    for limits in LIMITS.values():
        least, greatest = limits.picture_aspects or (1, 1)
        assert least <= 1 <= greatest


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("أهلا وسهلا", 10),
        ("می\u200cخواهم", 8),
        ("全", 2),
        ("e\u0301", 1),
        (FAMILY, 2),
        ("🇩🇪", 2),
        ("1️⃣", 2),
        ("©", 1),
        ("©\ufe0f", 2),
        ("\u2068\u2069", 4),
        ("\u200f", 2),
        ("\u061c", 1),
        ("“a”", 3),
        ("a…", 3),
        ("a′", 2),
        ("see /x.com", 10),
        ("https://example.com/" + "a" * 200, 23),
        ("see example.com/path, now", 32),
        ("see example.com.", 28),
        ("وexample.comو", 25),
        ("info@example.com", 16),
        ("file.txt1", 9),
        ("no.such-tld_at.zzzz", 19),
        ("https://example.com/a_(b)", 23),
        ("(https://example.com/a)", 25),
        ("https://\nx", 10),
    ],
)
def test_x_weighs_as_twitter_text_does(text: str, weight: int) -> None:
    assert x_weight(text) == weight


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com/" + "a" * 200, 23),
        ("example.com", 11),
        ("hi @user@example.social", 8),
        ("hi @user", 8),
        (FAMILY * 100, 100),
        ("see https://example.com.", 28),
    ],
)
def test_mastodon_counts_links_as_23_and_mentions_without_their_server(text: str, expected: int) -> None:
    assert mastodon_length(text) == expected


def test_bluesky_has_two_caps() -> None:
    bluesky = LIMITS["bluesky"]
    assert excess("x" * 300, bluesky) == ()
    assert [found.what for found in excess("x" * 301, bluesky)] == ["graphemes"]
    assert [found.what for found in excess(FAMILY * 121, bluesky)] == ["UTF-8 bytes"]
    assert excess(FAMILY * 120, bluesky) == ()


def test_threads_counts_bytes_and_links() -> None:
    threads = LIMITS["threads"]
    assert excess("م" * 250, threads) == ()
    assert str(excess("م" * 251, threads)[0]) == "502 UTF-8 bytes, threads takes 500"
    assert [found.what for found in excess("https://a.co " * 6, threads)] == ["links"]
    assert [found.found for found in excess("#one #two", threads)] == [2]


def test_telegram_counts_utf16_and_captions_are_shorter() -> None:
    telegram = LIMITS["telegram"]
    assert excess("🕊" * 2_048, telegram) == ()
    assert [found.found for found in excess("🕊" * 2_049, telegram)] == [4_098]
    assert excess("a" * 1_025, telegram) == ()
    assert [found.allowed for found in excess("a" * 1_025, telegram, caption=True)] == [1_024]


def test_instagram_counts_tags_and_mentions_also_beside_brackets() -> None:
    found = excess("(#a) #b #c #d #e #f " + "@x " * 21, LIMITS["instagram"])
    assert [(item.what, item.found) for item in found] == [("hashtags", 6), ("mentions", 21)]


def test_an_instance_brings_its_own_numbers() -> None:
    instance = replace(LIMITS["mastodon"], max_length=5_000)
    assert excess("a" * 4_000, LIMITS["mastodon"]) != ()
    assert excess("a" * 4_000, instance) == ()


def test_no_limit_means_no_excess() -> None:
    assert excess("a" * 100_000, LIMITS["mail"], caption=True) == ()


MATRIX = [
    # text, X, Bluesky, Mastodon, Telegram
    ("#زن_زندگی_آزادی", *["زن_زندگی_آزادی"] * 4),
    ("#كـتاب", *["كـتاب"] * 4),
    ("#آب٢٠٢٦", *["آب٢٠٢٦"] * 4),
    ("#می\u200cخواهم", "می\u200cخواهم", "می", "می\u200cخواهم", "می\u200cخواهم"),
    ("#مُحَمَّد", "مُحَمَّد", "مُحَمَّد", "مُحَمَّد", "م"),
    ("#أَنقذوا", "أَنقذوا", "أَنقذوا", "أَنقذوا", "أ"),
    ("(#tag)", "tag", None, None, "tag"),
    ("\u200f#tag", "tag", None, None, "tag"),
    ("\u2068#tag\u2069", "tag", None, None, "tag"),
    ("#tag\u200f", "tag", "tag\u200f", "tag", "tag"),
    ("#tag\u2069", "tag", "tag\u2069", "tag", "tag"),
    ("#tag\u200f\u200f", "tag", "tag\u200f\u200f", "tag", "tag\u200c"),
    ("#ta\u200fg", "ta", "ta\u200fg", "ta", "ta"),
    ("#\u200ftag", None, "\u200ftag", None, None),
    ("#آزادی،بعد", "آزادی", "آزادی،بعد", "آزادی", "آزادی"),
    ("#a-b", "a", "a-b", "a", "a"),
    ("#a.b", "a", "a.b", "a", "a"),
    ("#a🕊b", "a", "a🕊b", "a", "a"),
    ("#a\u200db", "a\u200db", "a", "a", "a"),
    ("＃全角", "全角", "全角", "全角", None),
    ("#2026", None, None, None, None),
    ("#٢٠٢٦", None, "٢٠٢٦", None, None),
    ("#a#b", None, "a#b", "a", None),
    ("#tag@channel", "tag", "tag@channel", "tag", "tag@channel"),
    ("#tag.", *["tag"] * 4),
    ("#tag_", "tag_", "tag", "tag_", "tag_"),
    ("https://example.com/#tag", None, None, None, None),
    ("#" + "a" * 65, "a" * 65, None, "a" * 65, "a" * 65),
]


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: ascii(row[0])[:30])
def test_each_platform_sees_the_tag_that_was_measured(row: tuple[str, ...]) -> None:
    text, *expected = row
    seen = [extract_tags(platform, text) for platform in ("x", "bluesky", "mastodon", "telegram")]
    assert seen == [() if tag is None else (tag,) for tag in expected]


def test_where_no_grammar_is_published_only_an_agreed_tag_counts() -> None:
    assert extract_tags("instagram", "#one (#two) #a-b #زن_زندگی") == ("one", "زن_زندگی")


@given(ANY_TEXT)
def test_no_text_breaks_a_counter_or_a_grammar(text: str) -> None:
    for limits in LIMITS.values():
        assert length(text, limits) >= 0
        assert all(found.found > found.allowed for found in excess(text, limits))
        extract_tags(limits.platform, text)


@given(ANY_TEXT)
def test_an_agreed_tag_is_seen_by_each_platform(text: str) -> None:
    for tag in extract_tags("threads", text):
        assert all(
            tag in extract_tags(platform, text) for platform in ("x", "bluesky", "mastodon", "telegram")
        )


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "piece", ["#1", "a.", "-a", "#1····", "https://a.co/((", "@a.", "é", "\u200f", "👩\u200d"]
)
def test_a_megabyte_is_read_in_bounded_time(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    for platform in ("x", "bluesky", "mastodon", "telegram"):
        extract_tags(platform, text)
    assert x_weight(text) > 0
    assert mastodon_length(text) > 0


def test_limits_are_values() -> None:
    assert Limits("x", Unit.X_WEIGHT, 280) == Limits("x", Unit.X_WEIGHT, 280)


def test_a_platform_that_takes_videos_takes_one_of_a_minute() -> None:
    for limits in LIMITS.values():
        if limits.video is not None:
            assert limits.video.max_bytes >= 16_000_000
            assert (limits.video.max_seconds or 60) >= 60
            assert (limits.video.max_side or 1_280) >= 1_280
