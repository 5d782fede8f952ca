from hypothesis import given
from hypothesis import strategies as st

from content.limits import LIMITS
from content.spelling import Kind
from content.tag_report import MOST_MISSPELLINGS, report


def test_a_good_tag_is_whole_on_every_platform() -> None:
    good = report("#WhiteBalloons", languages=["en", "ar", "ckb", "de"])
    assert good.candidate == good.mended == "WhiteBalloons"
    assert good.faults == ()
    assert {reading.platform for reading in good.readings} == set(LIMITS)
    assert all(reading.whole and reading.length == 14 for reading in good.readings)
    assert good.words == ("White", "Balloons")
    assert good.lower_case == "whiteballoons"
    assert good.scripts == ("Latin",)
    assert good.advice[-1] == "Readers of ar, ckb write another script; consider one second tag in it."


def test_a_broken_tag_shows_what_survives_where() -> None:
    broken = report("أَنقذوا")
    seen = {reading.platform: reading.seen for reading in broken.readings if reading.measured}
    assert seen == {"x": "أَنقذوا", "bluesky": "أَنقذوا", "mastodon": "أَنقذوا", "telegram": "أ"}
    assert broken.mended == "أنقذوا"
    assert broken.right_to_left
    assert broken.advice[0] == "Use #أنقذوا instead."


def test_bytes_are_counted_where_the_platform_counts_bytes() -> None:
    lengths = {reading.platform: reading.length for reading in report("أنقذوا_الغوطة").readings}
    assert (lengths["x"], lengths["threads"]) == (14, 26)


def test_likely_misspellings_are_named_with_their_reason() -> None:
    found = {slip.text: slip for slip in report("أنقذوا_الغوطة").misspellings}
    for text in ("أنقذواالغوطة", "انقذوا_الغوطة", "أنقذوا_الغوطه", "أنقذوا_غوطة"):
        assert text in found
    assert found["أنقذوا_الغوطه"].why == "ه for ة"
    assert found["أنقذوا_الغوطه"].kind is Kind.SAME_TAG_OTHER_SPELLING


def test_the_spellings_of_the_field_study_are_foreseen() -> None:
    found = {slip.text for slip in report("SaveGhouta").misspellings}
    assert {"saveghouta", "Save_Ghouta", "save_ghouta", "SaveGouta", "SaveAlGhouta"} <= found
    assert "WhiteBaloons" in {slip.text for slip in report("WhiteBalloons").misspellings}


def test_misspellings_are_found_again_by_the_comparison() -> None:
    for tag in ("WhiteBalloons", "البالونات_البيضاء", "SaveGhouta", "زن_زندگی_آزادی", "KölnHilft"):
        assert all(slip.kind is not Kind.DISTINCT for slip in report(tag).misspellings), tag


def test_a_tag_without_capitals_is_hard_to_hear() -> None:
    assert report("whiteballoons").advice == (
        "Write each word with a capital, as in WhiteBalloons: screen readers then read words.",
    )


@given(st.text(max_size=300))
def test_no_candidate_breaks_the_report(candidate: str) -> None:
    assert len(report(candidate, languages=["ar", "en"]).misspellings) <= MOST_MISSPELLINGS
