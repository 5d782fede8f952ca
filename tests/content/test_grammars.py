import pytest

from content.grammars import extract_tags, tag_count

PLATFORMS = ("x", "bluesky", "mastodon", "telegram", "feed")


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("tag", ["WhiteBalloons", "زن_زندگی_آزادی", "save_ghouta", "كـتاب"])
def test_a_plain_tag_is_whole_everywhere(platform: str, tag: str) -> None:
    assert extract_tags(platform, f"Look up\n\n#{tag}") == (tag,)


@pytest.mark.parametrize(
    ("platform", "left"), [("x", "a"), ("bluesky", "a-b"), ("mastodon", "a"), ("telegram", "a")]
)
def test_a_hyphen_cuts_a_tag_but_on_bluesky(platform: str, left: str) -> None:
    assert extract_tags(platform, "#a-b") == (left,)


def test_telegram_cuts_at_a_diacritic() -> None:
    assert extract_tags("telegram", "#مُحَمَّد") == ("م",)
    assert extract_tags("x", "#مُحَمَّد") == ("مُحَمَّد",)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_number_is_no_tag(platform: str) -> None:
    assert extract_tags(platform, "#2026") == ()
    assert tag_count(platform, "#2026 #a #b") == 2
