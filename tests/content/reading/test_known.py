import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.reading.known import MAX_SHOWN, did_you_mean, is_language, listed, nearest, shown, zones


def test_zones_come_from_the_pinned_data() -> None:
    assert {"Asia/Damascus", "Europe/Istanbul", "America/Argentina/Buenos_Aires"} <= zones()
    assert "Europe/Kiev-East" not in zones()


@pytest.mark.parametrize("code", ["ar", "en", "pt-BR", "zh-Hant", "ckb", "prs"])
def test_languages_of_the_world_are_known(code: str) -> None:
    assert is_language(code)


@pytest.mark.parametrize("code", ["xx", "qqq", "klingon", ""])
def test_made_up_languages_are_not(code: str) -> None:
    assert not is_language(code)


@given(st.text(max_size=200))
def test_a_shown_value_is_short_and_visible(value: str) -> None:
    assert len(shown(value)) <= MAX_SHOWN + 2
    assert shown(value).isprintable()


def test_a_misspelt_word_finds_the_one_that_was_meant() -> None:
    assert nearest("telegarm", ["telegram", "mastodon"]) == "telegram"
    assert nearest("europe/berlin", ["Europe/Berlin"]) == "Europe/Berlin"
    assert nearest("something", ["telegram"]) is None
    assert nearest("a" * 100_000, ["a" * 100_000]) is None


def test_a_remedy_names_the_word_or_says_something_else() -> None:
    assert did_you_mean("titel", ["title"], "Remove it.") == 'Did you mean "title"?'
    assert did_you_mean("zzz", ["title"], "Remove it.") == "Remove it."


def test_a_long_list_of_names_is_counted() -> None:
    assert listed(["b", "a"]) == "a, b"
    assert listed("abcd", most=2) == "a, b and 2 more"


def test_a_hostile_name_in_a_list_is_made_visible() -> None:
    assert listed(["a\n\u202e", "b" * 500]) == f"a\\n\\u202e, {'b' * 59}…"
