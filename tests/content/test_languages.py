import pytest

from content.languages import chain, in_digits, locale_for, ours


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ar-SY", ("ar-SY", "ar")),
        ("zh-Hant-TW", ("zh-Hant-TW", "zh-Hant", "zh")),
        ("en", ("en",)),
        ("prs", ("prs", "fa-AF", "fa")),
    ],
)
def test_a_language_is_looked_up_from_the_most_specific_on(
    language: str, expected: tuple[str, ...]
) -> None:
    assert chain(language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ar-SY", "ar_SY"),
        ("zh-hant-TW", "zh_Hant_TW"),
        ("de-AT-1996", "de_AT"),
        ("prs", "fa_AF"),
        ("ckb", "ckb"),
    ],
)
def test_a_locale_is_found_along_the_chain(language: str, expected: str) -> None:
    assert str(locale_for(language)) == expected


def test_an_unknown_language_is_not_replaced_by_another() -> None:
    with pytest.raises(LookupError):
        locale_for("xx")


def test_digits_are_written_in_the_chosen_system() -> None:
    assert in_digits("2026 a", "arab") == "٢٠٢٦ a"
    assert in_digits("2026", "arabext") == "۲۰۲۶"
    assert in_digits("2026", "latn") == "2026"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ar-SY", "ar"),
        ("apc", "ar"),
        ("DE-at", "de"),
        ("tr", "tr"),
        ("fa-AF", "en"),
        ("prs", "en"),
        ("ckb", "en"),
        ("", "en"),
        ("../../etc", "en"),
    ],
)
def test_who_reads_none_of_our_languages_is_answered_in_english(language: str, expected: str) -> None:
    assert ours(language) == expected
