from pathlib import Path

import pytest

from content.catalogs import path_of, read
from content.languages import OURS
from content.phrases import Key
from content.upkeep import bring_up_to_date, faults, said_under
from tests.content.own_catalogs import PEOPLE, SIX, catalogs_of, edit, translate
from tests.support.source import ROOT

TASK = "Your task for {city}"


def test_our_code_says_nothing_that_cannot_be_translated() -> None:
    found = said_under(ROOT).faults
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", OURS)
def test_every_catalog_says_what_our_code_says_and_no_more(language: str) -> None:
    found = faults(language, said_under(ROOT).phrases)
    assert not found, "\n".join(found)


def arabic_faults(folder: Path, text: str, *forms: str) -> list[str]:
    """What is wrong with one Arabic translation, without the phrase it is of."""
    key: Key = PEOPLE if len(forms) > 1 else text
    catalogs_of(folder, key)
    translate(folder, "ar", text, *forms)
    return [fault.partition("” ")[2] for fault in faults("ar", frozenset({key}), folder)]


def test_a_whole_catalog_has_no_fault(tmp_path: Path) -> None:
    assert arabic_faults(tmp_path, PEOPLE[0], "لا أحد {city}", *SIX[1:]) == []


def test_a_missing_an_unused_and_an_untranslated_phrase_are_named(tmp_path: Path) -> None:
    folder = catalogs_of(tmp_path, "Hello", "Never said")
    assert faults("de", frozenset({"Hello", "New"}), folder) == (
        "de: “Hello” is not translated.",
        "de: “Never said” is not translated.",
        "de: “Never said” is said nowhere. Run: python -m content.words.",
        "de: “New” is missing. Run: python -m content.words.",
    )


def test_a_fuzzy_and_an_obsolete_entry_are_named(tmp_path: Path) -> None:
    folder = catalogs_of(tmp_path, "Hello")
    edit(folder, "en", 'msgid "Hello"', '#, fuzzy\nmsgid "Hello"')
    with path_of("en", folder).open("a", encoding="utf-8") as file:
        file.write('\n#~ msgid "Gone"\n#~ msgstr "Gone"\n')
    assert faults("en", frozenset({"Hello"}), folder) == (
        "en: “Gone” is obsolete. Take it out.",
        "en: “Hello” is fuzzy. Read it again and take the mark away.",
    )


def test_one_empty_plural_form_is_not_translated(tmp_path: Path) -> None:
    assert arabic_faults(tmp_path, PEOPLE[0], *SIX[:5], "") == ["is not translated."]


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("مهمّتكم", "lacks {city} in “مهمّتكم”."),
        ("مهمّة {city} {", "has a {{} of its own in “مهمّة {city} {”."),
        ("مهمّة {city} {town}", "has a {town} of its own in “مهمّة {city} {town}”."),
    ],
)
def test_placeholders_are_equal_in_every_language(tmp_path: Path, form: str, fault: str) -> None:
    assert arabic_faults(tmp_path, TASK, form) == [fault]


@pytest.mark.parametrize("form", ["مهمّة <b>اليوم<b>", "مهمّة اليوم", "مهمّة <b>اليوم</b> & غدًا"])
def test_marks_of_html_are_equal_in_every_language(tmp_path: Path, form: str) -> None:
    assert arabic_faults(tmp_path, "<b>Today</b>", form) == [f"has other marks than </b> <b> in “{form}”."]


def test_only_a_form_for_a_single_number_may_leave_the_number_out(tmp_path: Path) -> None:
    assert arabic_faults(tmp_path, PEOPLE[0], *SIX[:3], "أشخاص {city}", *SIX[4:]) == [
        "lacks {city} in “صفر”.",
        "lacks {n} in “أشخاص {city}”.",
    ]


def test_in_french_one_form_is_for_zero_and_one_and_keeps_the_number(tmp_path: Path) -> None:
    folder = catalogs_of(tmp_path, PEOPLE)
    translate(folder, "fr", PEOPLE[0], "une personne à {city}", "{n} personnes à {city}")
    assert faults("fr", frozenset({PEOPLE}), folder) == (
        "fr: “{n} person in {city}” lacks {n} in “une personne à {city}”.",
    )


@pytest.mark.parametrize(
    ("text", "form", "moving"),
    [
        ("The tag", "الوسم هو #SaveGhouta اليوم", "#SaveGhouta"),
        ("The tag, {tag}", "الوسم هو {tag} اليوم", "#SaveGhouta"),
        ("Write, {mention}", "اكتبوا إلى {mention} الآن", "@SaveGhouta"),
        ("Call {name}", "اتّصال +963-11-555 من {name}", "+963-11-555"),
    ],
)
def test_what_moves_in_a_right_to_left_line_is_named(
    tmp_path: Path, text: str, form: str, moving: str
) -> None:
    assert arabic_faults(tmp_path, text, form) == [
        f"moves: {moving} can look different where the line is read in the other direction."
    ]


@pytest.mark.parametrize(
    "form",
    [
        "الوسم هو:\\n{tag}",
        "اكتبوا إلى:\\n{mention}\\n{link}",
        "الرابط: {link}",
        "من {name} في {time}",
        "{n} من {name}",
    ],
)
def test_what_stands_alone_or_is_isolated_stays(tmp_path: Path, form: str) -> None:
    names = [name for name in ("tag", "mention", "link", "name", "time", "n") if f"{{{name}}}" in form]
    assert arabic_faults(tmp_path, " ".join(f"{{{name}}}" for name in names), form) == []


def test_bringing_up_to_date_adds_what_the_code_says_and_tells_what_is_left(tmp_path: Path) -> None:
    folder = catalogs_of(tmp_path / "locales", "Old")
    code = tmp_path / "bot" / "door.py"
    code.parent.mkdir()
    code.write_text('words.say("Hello")\nwords.say(text)', encoding="utf-8")
    left = bring_up_to_date(tmp_path, folder)
    assert [message.id for message in read("fr", folder) if message.id] == ["Hello"]
    assert left[0].startswith(f"{code.as_posix()}:2: say is given a computed text.")
    assert left[1:] == tuple(
        f"{language}: “Hello” is not translated." for language in OURS if language != "en"
    )
