from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.errors import TemplateBroken
from content.filters import FilterRefused, Habits, habits_for, number_, plural
from content.rendering import context_for, render
from content.richtext import plain
from tests.content.sample import campaign, message, variant

AT = datetime(2026, 9, 12, 18, 30, tzinfo=UTC)


def shown(source: str, language: str = "en", digits: str = "latn") -> str:
    used = campaign(digits={language: digits})
    context = context_for(used, message(), language=language, channel="x", city="berlin", local_at=AT)
    return plain(render(variant(f"{{{{ {source} }}}}", language), context).text)


@pytest.mark.parametrize(
    ("source", "language", "expected"),
    [
        ("at | date", "en", "September 12, 2026"),
        ("at | date", "de", "12. September 2026"),
        ("at | date('full')", "ar", "السبت، 12 سبتمبر 2026"),
        ("goal.by | date('short')", "de", "01.10.26"),
        ("at | time", "de", "18:30"),
        ("at | time", "en", "6:30\u202fPM"),
        ("at | datetime", "de", "12. September 2026, 18:30"),
        ("at | weekday", "tr", "Cumartesi"),
        ("goal.number | number", "de", "10.000"),
        ("1234.5 | number", "fr", "1\u202f234,5"),
        ("0.45 | percent", "en", "45%"),
        ("30 | currency('EUR')", "en", "€30.00"),
        ("languages | list", "en", "en, ar, and de"),
        ("languages | list('or')", "de", "en, ar oder de"),
        ("'tr' | language_name", "de", "Türkisch"),
        ("'DE' | country_name", "ar", "ألمانيا"),
        ("city.country | country_name", "tr", "Almanya"),
        ("1 | plural(one='{n} letter', other='{n} letters')", "en", "1 letter"),
        ("goal.number | plural(one='{n} letter', other='{n} letters')", "en", "10,000 letters"),
        (
            "2 | plural(one='رسالة', two='رسالتان', few='{n} رسائل', many='{n} رسالة', other='{n}')",
            "ar",
            "رسالتان",
        ),
    ],
)
def test_values_are_written_as_the_language_writes_them(source: str, language: str, expected: str) -> None:
    assert shown(source, language) == expected


@pytest.mark.parametrize(
    ("source", "language", "digits", "expected"),
    [
        ("at | date", "ar", "arab", "١٢ سبتمبر ٢٠٢٦"),
        ("goal.number | number", "ar", "arab", "١٠٬٠٠٠"),
        ("goal.number", "fa", "arabext", "۱۰٬۰۰۰"),
        ("at | time", "fr", "arab", "١٨:٣٠"),
        ("ask.link", "ar", "arab", "https://example.org/sign_it_now"),
        ("ask.number", "de", "arab", "+963-11-555123"),
    ],
)
def test_digits_follow_the_campaign_but_never_in_addresses_and_phones(
    source: str, language: str, digits: str, expected: str
) -> None:
    assert shown(source, language, digits) == expected


@pytest.mark.parametrize(
    ("source", "language", "named"),
    [
        ("hashtag | date", "en", "a date filter is given something else"),
        ("goal.by | time", "en", "has no time"),
        ("at | date('huge')", "en", "Use one of: full, long, medium, short"),
        ("at | date(3)", "en", "Use one of"),
        ("at | date('long', 'x')", "en", "more, fewer or other arguments"),
        ("at | date(width='long', x=1)", "en", "more, fewer or other arguments"),
        ("hashtag | number", "en", "a number filter is given something else"),
        ("true | number", "en", "a number filter is given something else"),
        ("hashtag | list", "en", "is given no list"),
        ("30 | currency", "en", "more, fewer or other arguments"),
        ("30 | currency('XXY')", "en", "is given no currency"),
        ("3 | plural(one='a', other='b')", "ar", "no text for “few”, which 3 needs"),
        ("'qqq' | language_name", "en", "does not know"),
        ("'QQ' | country_name", "en", "does not know"),
        ("languages | country_name", "en", "does not know"),
        ("target.email | date", "en", "target.email is printed"),
        ("at | date", "xx", "not in CLDR"),
    ],
)
def test_a_value_that_does_not_fit_is_a_problem(source: str, language: str, named: str) -> None:
    with pytest.raises(TemplateBroken) as caught:
        shown(source, language)
    assert named in str(caught.value)
    assert caught.value.problem.line == 1


@given(st.integers(0, 10**14), st.sampled_from(["en", "ar", "fr", "ru", "pl", "tr", "he"]))
def test_plural_takes_the_text_of_the_form_that_the_language_names(value: int, language: str) -> None:
    habits = habits_for(language, "latn")
    forms = {"zero": "zero", "one": "one", "two": "two", "few": "few", "many": "many", "other": "other"}
    assert habits.locale is not None
    assert plural(habits, value, **forms) == habits.locale.plural_form(value)


@given(st.integers() | st.floats() | st.text() | st.none() | st.dates())
def test_no_number_becomes_a_long_text(value: object) -> None:
    try:
        assert len(number_(Habits(habits_for("en", "latn").locale, "latn"), value)) < 30
    except FilterRefused:
        assert not isinstance(value, int) or abs(value) >= 10**15 or isinstance(value, date)
