import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from content.spelling import Kind, compare, distance_within, fold, words_of

PAIRS = tomllib.loads((Path(__file__).parent / "tag_pairs.toml").read_text(encoding="utf-8"))
VARIANTS = [tuple(pair) for half in PAIRS["variants"].values() for pair in half]
UNRELATED = [tuple(pair) for half in PAIRS["unrelated"].values() for pair in half]
KNOWN_FALSE = {("Sudan", "Sedan"), ("Peace", "Place"), ("السلام", "الإسلام")}
TAGS = st.text(max_size=20) | st.text(st.sampled_from("aAlgh_оέ٢2ةهأاىيء\u200cـıİß-"), max_size=14)


def test_the_lists_are_long_enough_to_mean_something() -> None:
    assert len(VARIANTS) >= 40
    assert len(UNRELATED) >= 24


@pytest.mark.parametrize("pair", VARIANTS, ids="-".join)
def test_a_variant_spelling_is_found(pair: tuple[str, str]) -> None:
    assert compare(*pair).kind is not Kind.DISTINCT


@pytest.mark.parametrize("pair", UNRELATED, ids="-".join)
def test_unrelated_tags_are_joined_only_where_it_is_known(pair: tuple[str, str]) -> None:
    assert (compare(*pair).kind is not Kind.DISTINCT) == (pair in KNOWN_FALSE)


@pytest.mark.parametrize("pair", UNRELATED, ids="-".join)
def test_unrelated_tags_are_at_worst_a_warning(pair: tuple[str, str]) -> None:
    assert compare(*pair).kind in {Kind.NEAR, Kind.DISTINCT}


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("#WhiteBalloons", "whiteBALLOONS", Kind.SAME),
        ("می\u200cخواهم", "میخواهم", Kind.SAME),
        ("SaveGhouta", "Save_Ghouta", Kind.SAME_TAG_OTHER_SPELLING),
        ("أنقذوا_الغوطة", "انقذوا_الغوطه", Kind.SAME_TAG_OTHER_SPELLING),
        ("حمص٢٠٢٦", "حمص۲۰۲۶", Kind.SAME_TAG_OTHER_SPELLING),
        ("SaveGhouta", "ЅaveGhouta", Kind.SPOOF),
        ("SaveGhouta", "SaveGhοuta", Kind.SPOOF),
        ("Save_Ghouta", "SavеGhouta", Kind.SPOOF),
        ("Balloons", "BaIIoons", Kind.SPOOF),
        ("أنقذوا_الغوطة", "أنقذوا_غوطة", Kind.NEAR),
        ("SaveGhouta", "SaveEasternGhouta", Kind.NEAR),
        ("Save2025", "Save2026", Kind.DISTINCT),
        ("SaveGhouta", "أنقذوا_الغوطة", Kind.DISTINCT),
        ("", "_", Kind.DISTINCT),
    ],
)
def test_a_pair_is_as_close_as_the_chain_says(a: str, b: str, kind: Kind) -> None:
    assert compare(a, b).kind is kind


@given(TAGS, TAGS)
@example("", "")
def test_comparing_is_symmetric(a: str, b: str) -> None:
    assert compare(a, b) == compare(b, a)


@given(TAGS)
def test_a_tag_is_the_same_as_itself(tag: str) -> None:
    assert compare(tag, tag).kind is Kind.SAME


@given(st.text(st.sampled_from("abc"), max_size=6), st.text(st.sampled_from("abc"), max_size=6))
def test_distance_is_symmetric_and_zero_means_equal(a: str, b: str) -> None:
    assert distance_within(a, b, 0) == (a == b)
    assert [distance_within(a, b, most) for most in range(4)] == [
        distance_within(b, a, most) for most in range(4)
    ]


@pytest.mark.parametrize(
    ("a", "b", "least"), [("ab", "ba", 1), ("abc", "ab", 1), ("abcd", "badc", 2), ("", "abc", 3)]
)
def test_distance_counts_a_swap_as_one(a: str, b: str, least: int) -> None:
    assert distance_within(a, b, least)
    assert not distance_within(a, b, least - 1)


def test_folding_forgets_how_a_word_was_typed() -> None:
    assert fold("أَنقذُوا") == fold("انقذوا")
    assert fold("Straße") == "strasse"
    assert fold("IŞIK") != fold("ISLAK")


def test_words_end_at_joints_and_capitals() -> None:
    assert words_of("WhiteBalloonsNGODay_two") == ("White", "Balloons", "NGO", "Day", "two")


def test_very_long_strings_are_compared_quickly() -> None:
    assert compare("a" * 1_000_000, "a" * 999_999 + "b").kind is Kind.DISTINCT
