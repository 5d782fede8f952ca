import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.grammars import GRAMMARS, extract_tags
from content.tagform import form_faults, mended


@pytest.mark.parametrize(
    "tag", ["WhiteBalloons", "البالونات_البيضاء", "زن_زندگی_آزادی", "Işık2026", "全角"]
)
def test_a_canonical_tag_has_no_fault(tag: str) -> None:
    assert form_faults(tag) == ()
    assert mended(tag) == tag


@pytest.mark.parametrize(
    ("tag", "word", "mend"),
    [
        ("#WhiteBalloons", "#", "WhiteBalloons"),
        ("White Balloons", "other than", "White_Balloons"),
        ("white-balloons", "other than", "white_balloons"),
        ("می\u200cخواهم", "invisible characters", "میخواهم"),
        ("\u200fتاج", "direction marks", "تاج"),
        ("مُحَمَّد", "marks", "محمد"),
        ("كـتاب", "tatweel", "كتاب"),
        ("e\u0301t\u00e9", "NFC", "été"),
        ("ＷｈｉｔｅＡ", "wide", "WhiteA"),
        ("ﻛﺘﺎﺏ", "presentation", "كتاب"),
        ("2026", "no letter", ""),
        ("حمص٢٠٢٦", "0 to 9", "حمص2026"),
        ("a\U0001e4f0", "0 to 9", "a\U0001e4f0"),
        ("_tag_", "begins", "tag"),
        ("a__b", "two in a row", "a_b"),
        ("a" * 51, "longer", "a" * 50),
        ("SаveGhouta", "mixes", "SaveGhouta"),
    ],
)
def test_each_fault_is_named_and_mended(tag: str, word: str, mend: str) -> None:
    assert any(word in fault for fault in form_faults(tag))
    assert mended(tag) == mend


@given(st.text(max_size=80))
def test_mending_never_fails_and_is_final(tag: str) -> None:
    assert mended(mended(tag)) == mended(tag)


@given(st.text(max_size=40))
def test_every_platform_reads_a_canonical_tag_whole(tag: str) -> None:
    mend = mended(tag)
    if mend and not form_faults(mend):
        assert all(extract_tags(platform, f"#{mend}") == (mend,) for platform in GRAMMARS)
