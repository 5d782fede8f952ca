import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.catalogs import compiled, path_of, read
from content.direction import check_bidi
from content.filters import FilterRefused, date_, habits_for
from content.languages import OURS
from content.later import later
from content.words import Words, isolated, unread, words
from tests.content.own_catalogs import PEOPLE, SIX, catalogs_of, translate
from tests.support.source import ROOT


@pytest.fixture
def arabic(tmp_path: Path) -> Words:
    """Arabic words that know two texts and one count."""
    folder = catalogs_of(tmp_path, "Hello {name}", "Today", PEOPLE)
    translate(folder, "ar", "Today", "اليوم")
    translate(folder, "ar", "Hello {name}", "مرحبًا {name}")
    translate(folder, "ar", PEOPLE[0], *SIX)
    return Words("ar", habits_for("ar", "arab"), is_read=False, _catalog=compiled(read("ar", folder)))


def test_a_text_is_said_in_the_language_with_its_values(arabic: Words) -> None:
    assert arabic.say("Hello {name}", name="{n} Lea") == "مرحبًا {n} Lea"


def test_a_text_is_kept_until_its_reader_is_known(arabic: Words) -> None:
    kept = later("Today")
    assert (words("en").of(kept), arabic.of(kept)) == ("Today", "اليوم")


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, "صفر"),
        (1, "شخص حلب"),
        (2, "شخصان حلب"),
        (3, "٣ أشخاص حلب"),
        (11, "١١ شخصًا حلب"),
        (100, "١٠٠ شخص حلب"),
        (1_103, "١٬١٠٣ أشخاص حلب"),
    ],
)
def test_a_count_takes_the_form_and_the_digits_of_the_language(
    arabic: Words, n: int, expected: str
) -> None:
    assert arabic.count("{n} person in {city}", "{n} people in {city}", n, city="حلب") == expected


def test_what_no_catalog_knows_is_said_in_english() -> None:
    assert words("de").say("Said by no one, {n}", n=1_200) == "Said by no one, 1.200"


def test_a_forgotten_value_and_one_that_is_no_number_are_errors(arabic: Words) -> None:
    with pytest.raises(KeyError):
        arabic.say("Hello {name}")
    with pytest.raises(FilterRefused):
        arabic.say("Hello {name}", name=True)


@pytest.mark.parametrize(
    ("language", "own", "locale"),
    [
        ("ar-SY", "ar", "ar_SY"),
        ("apc", "ar", "ar_SY"),
        ("AR-eg", "ar", "ar_EG"),
        ("de-AT", "de", "de_AT"),
        ("fa-AF", "en", "en"),
        ("ckb", "en", "en"),
        ("", "en", "en"),
    ],
)
def test_words_are_in_the_nearest_of_our_languages(language: str, own: str, locale: str) -> None:
    found = words(language)
    assert (found.language, str(found.habits.locale), found.habits.digits) == (own, locale, "latn")


def test_regional_habits_stay_and_digits_are_the_campaigns_choice() -> None:
    syrian = words("ar-SY", "arab")
    assert date_(syrian.habits, datetime(2026, 9, 12, 18, 30)) == "١٢ أيلول ٢٠٢٦"
    assert words("fa", "arabext").habits.digits == "latn"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ar", "3 دقائق"),
        ("en", "3 minutes"),
        ("fr", "3 minutes"),
        ("de", "3 Minuten"),
        ("tr", "3 dakika"),
    ],
)
def test_a_duration_is_told_in_its_largest_unit(language: str, expected: str) -> None:
    assert words(language).duration(timedelta(seconds=170)) == expected
    assert words("ar", "arab").duration(timedelta(seconds=170)) == "٣ دقائق"


def test_words_are_made_once() -> None:
    assert words("tr") is words("tr")


def test_words_show_no_catalog_in_their_repr() -> None:
    assert "gettext" not in repr(words("de"))


def test_a_language_is_unread_until_its_catalog_names_a_native_speaker() -> None:
    assert set(unread()) == {language for language in OURS if not words(language).is_read}
    nobody = [one for one in OURS if "X-Read-By: nobody yet" in path_of(one).read_text(encoding="utf-8")]
    assert list(unread()) == nobody
    assert "en" not in unread()


@pytest.mark.parametrize("name", ["+963-11-555", "Lea", "C++", "ليا", "Lea 7"])
def test_a_name_or_number_keeps_its_look_in_either_direction(name: str) -> None:
    for line in (f"مرحبًا {isolated(name)} في 14:30", f"Hello {isolated(name)}, 14:30"):
        assert check_bidi(line, language="ar", where="here") == ()


def test_without_isolation_a_phone_number_moves() -> None:
    assert check_bidi("الرقم +963-11-555 هنا", language="ar", where="here") != ()


@pytest.mark.parametrize("text", ["#SaveGhouta", "@SaveGhouta", "https://example.org", "www.example.org"])
def test_no_mark_touches_a_tag_a_handle_or_an_address(text: str) -> None:
    assert isolated(text) == text


@given(st.text(alphabet=st.sampled_from("aب1 \n\t\u202e\u2067\u2069\u200f\u061c")))
def test_a_name_cannot_break_out_of_its_isolation(name: str) -> None:
    inside = isolated(name)
    assert (inside[0], inside[-1]) == ("\u2068", "\u2069")
    assert not set(inside[1:-1]) & set("\n\t\u202e\u2067\u2068\u2069\u200f\u061c")


def test_the_catalogs_are_kept_up_by_one_command(tmp_path: Path) -> None:
    for package in ("content", "bot"):
        (tmp_path / package).mkdir()
    for path in (ROOT / "content").rglob("*"):
        if path.suffix in {".py", ".po", ".txt"}:
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "bot" / "door.py").write_text('words.say("Brand new")', encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "content.words"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        f"{language}: “Brand new” is not translated." for language in OURS if language != "en"
    ]
    assert 'msgid "Brand new"' in path_of("ar", tmp_path / "content" / "locales").read_text(
        encoding="utf-8"
    )
