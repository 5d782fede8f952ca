import pytest

from content.scripts import is_right_to_left, script_of_language, scripts_of, skeletons


@pytest.mark.parametrize(
    ("language", "script"),
    [
        ("ar", "Arabic"),
        ("ar-SY", "Arabic"),
        ("ckb", "Arabic"),
        ("apc", "Arabic"),
        ("fa", "Arabic"),
        ("prs", "Arabic"),
        ("az-IR", "Arabic"),
        ("az", "Latin"),
        ("ku", "Latin"),
        ("tr", "Latin"),
        ("sr-Latn", "Latin"),
        ("sr", "Cyrillic"),
        ("he", "Hebrew"),
        ("ja", "Japanese"),
        ("zh-Hant-TW", "Han"),
        ("qqq", ""),
    ],
)
def test_a_language_has_its_usual_script(language: str, script: str) -> None:
    assert script_of_language(language) == script


def test_scripts_of_a_text_are_those_of_its_letters() -> None:
    assert scripts_of("Save_الغوطة2ـ") == {"Latin", "Arabic"}
    assert scripts_of("日本の") == {"Japanese"}
    assert scripts_of("123_!") == frozenset()


def test_the_first_strong_letter_gives_the_direction() -> None:
    assert is_right_to_left("#12 الغوطة Ghouta")
    assert not is_right_to_left("#Ghouta الغوطة")


def test_look_alike_letters_share_a_skeleton() -> None:
    assert skeletons("Ѕave") & skeletons("save")
    assert skeletons("BaIIoon") & skeletons("balloon")
    assert not skeletons("Save") & skeletons("Cave")
