from pathlib import Path

import pytest
from babel import Locale
from babel.messages.pofile import PoFileError

from content.catalogs import LOCALES, compiled, path_of, read, read_by, update
from content.languages import OURS
from tests.content.own_catalogs import PEOPLE, catalogs_of, edit, translate

FORMS = {"ar": ("zero", "one", "two", "few", "many", "other")}
"""What each form is for, in the order of the catalogs; two forms elsewhere."""


def test_each_of_our_languages_has_a_catalog_and_no_other_has() -> None:
    assert {path.name for path in LOCALES.iterdir()} == set(OURS)
    assert {path.relative_to(LOCALES) for path in LOCALES.rglob("*.*")} == {
        path_of(language).relative_to(LOCALES) for language in OURS
    }


@pytest.mark.parametrize("language", OURS)
def test_plural_forms_are_those_of_cldr(language: str, tmp_path: Path) -> None:
    forms = FORMS.get(language, ("one", "other"))
    folder = catalogs_of(tmp_path, PEOPLE)
    translate(folder, language, PEOPLE[0], *forms)
    translations = compiled(read(language, folder))
    expected = [Locale(language).plural_form(n) for n in range(1_101)]
    assert [translations.ngettext(*PEOPLE, n) for n in range(1_101)] == expected


@pytest.mark.parametrize("language", OURS)
def test_the_header_names_the_language_and_says_utf_8(language: str) -> None:
    header = path_of(language).read_text(encoding="utf-8").partition("\n\n")[0]
    assert f'"Language: {language}\\n"' in header
    assert "charset=utf-8" in header


def test_a_new_phrase_comes_empty_and_in_english_as_it_is_said(tmp_path: Path) -> None:
    folder = catalogs_of(tmp_path, "Hello", PEOPLE)
    assert read("de", folder)["Hello"].string == ""
    assert read("ar", folder)[PEOPLE[0]].string == ("",) * 6
    assert read("en", folder)["Hello"].string == "Hello"
    assert read("en", folder)[PEOPLE[0]].string == PEOPLE


def test_updating_keeps_what_is_translated_and_drops_what_is_not_said(tmp_path: Path) -> None:
    folder = catalogs_of(tmp_path, "Hello", "Farewell")
    translate(folder, "de", "Hello", "Guten Tag")
    update("de", {"Hello", "Anew"}, folder)
    assert [(m.id, m.string) for m in read("de", folder) if m.id] == [("Anew", ""), ("Hello", "Guten Tag")]
    assert not read("de", folder).obsolete


def test_a_phrase_that_became_counted_is_translated_anew(tmp_path: Path) -> None:
    folder = catalogs_of(tmp_path, PEOPLE[0])
    translate(folder, "de", PEOPLE[0], "eine Person in {city}")
    update("de", {PEOPLE}, folder)
    assert read("de", folder)[PEOPLE[0]].string == ("", "")


def test_updating_keeps_every_plural_form_that_the_header_names(tmp_path: Path) -> None:
    folder = catalogs_of(tmp_path, PEOPLE)
    update("tr", {PEOPLE}, folder)
    assert 'msgstr[1] ""' in path_of("tr", folder).read_text(encoding="utf-8")


def test_updating_twice_changes_nothing_in_whatever_order(tmp_path: Path) -> None:
    phrases = [f"Phrase {number}" for number in range(30)]
    folder = catalogs_of(tmp_path, *phrases)
    edit(folder, "fr", "X-Read-By: nobody yet", "X-Read-By: A. Native")
    update("fr", phrases, folder)
    once = path_of("fr", folder).read_bytes()
    phrases.reverse()
    update("fr", phrases, folder)
    assert path_of("fr", folder).read_bytes() == once
    assert b"X-Read-By: A. Native" in once


def test_a_note_to_translators_and_a_doubt_are_kept(tmp_path: Path) -> None:
    folder = catalogs_of(tmp_path, "Hello")
    edit(folder, "tr", 'msgid "Hello"', '# On a button.\n#, fuzzy\nmsgid "Hello"')
    update("tr", {"Hello"}, folder)
    kept = read("tr", folder)["Hello"]
    assert (kept.user_comments, kept.fuzzy) == (["On a button."], True)


def test_who_has_read_a_catalog_stands_in_its_header(tmp_path: Path) -> None:
    folder = catalogs_of(tmp_path)
    assert read_by("ar", folder) is None
    edit(folder, "ar", "X-Read-By: nobody yet", "X-Read-By: A. Native")
    assert read_by("ar", folder) == "A. Native"
    edit(folder, "ar", '"X-Read-By: A. Native\\n"\n', "")
    assert read_by("ar", folder) is None


def test_a_file_that_is_no_catalog_is_an_error(tmp_path: Path) -> None:
    folder = catalogs_of(tmp_path)
    path_of("de", folder).write_text("this is no catalog", encoding="utf-8")
    with pytest.raises(PoFileError):
        read("de", folder)
