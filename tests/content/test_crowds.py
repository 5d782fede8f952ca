import pytest

from content.crowds import SAMPLES, Crowd
from content.languages import locale_for


@pytest.mark.parametrize(
    ("people", "about"),
    [
        (0, 0), (99, 99), (100, 100), (104, 100), (105, 110), (994, 990), (995, 1_000), (1_049, 1_000),
        (1_050, 1_100), (3_184, 3_200), (1_000_000, 1_000_000),
    ],
)  # fmt: skip
def test_an_estimate_is_told_as_roughly_as_it_was_made(people: int, about: int) -> None:
    assert Crowd(people, 1, 1).about == about


@pytest.mark.parametrize("language", ["ar", "en", "fr", "de", "tr", "pl", "ru"])
def test_the_samples_need_every_plural_form_of_a_language_but_that_of_millions(language: str) -> None:
    form = locale_for(language).plural_form
    everyday = {form(number) for number in range(1_000)}
    said = [
        [crowd.about for crowd in SAMPLES],
        [crowd.cities for crowd in SAMPLES],
        [crowd.of for crowd in SAMPLES],
    ]
    assert [{form(number) for number in numbers} for numbers in said] == [everyday] * 3
