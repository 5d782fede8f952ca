import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.direction import check_bidi


def moved(text: str, language: str = "ar") -> list[str]:
    return [
        problem.what.split(" can ")[0] for problem in check_bidi(text, language=language, where="m/ar.md")
    ]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("نلتقي مع #SaveGhouta", ["#SaveGhouta"]),
        ("#SaveGhouta نلتقي", ["#SaveGhouta"]),
        ("راسلوا @SaveGhouta", ["@SaveGhouta"]),
        ("اتصلوا على +963-11-555 الآن", ["+963-11-555"]),
        ("اتصلوا على \u2066+963-11-555\u2069 الآن", []),
        ("نلتقي في #الغوطة اليوم", []),
        ("نلتقي الساعة 14:30 عند الجسر", []),
        ("اقرأوا https://example.com/a?b=1 الآن", []),
    ],
)
def test_in_an_arabic_line_only_tokens_that_move_are_found(text: str, tokens: list[str]) -> None:
    assert moved(text) == tokens


def test_a_tag_between_languages_moves_the_number_after_it() -> None:
    assert moved("Meet at #الغوطة - 14:30", "en") == ["#الغوطة"]


def test_tags_alone_on_the_last_line_are_the_remedy() -> None:
    assert moved("نلتقي غدا\n#أنقذوا_الغوطة") == []
    assert moved("نلتقي غدا\n#SaveGhouta https://example.com") == []
    assert moved("نلتقي غدا\n#SaveGhouta #أنقذوا_الغوطة") != []


def test_a_text_that_runs_one_way_is_left_alone() -> None:
    assert moved("#SaveGhouta at 14:30, call +963-11-555", "en") == []


def test_the_remedy_is_in_words() -> None:
    (problem,) = check_bidi("نلتقي مع #SaveGhouta", language="ar", where="messages/a/ar.md")
    assert str(problem).startswith("messages/a/ar.md: #SaveGhouta can look different")
    assert problem.remedy == "Put it on its own last line, with nothing else."


@given(st.text(max_size=60), st.sampled_from(["ar", "en", "x-y", ""]))
def test_no_text_breaks_it(text: str, language: str) -> None:
    check_bidi(text, language=language, where="w")


@pytest.mark.timeout(120)
def test_a_megabyte_is_looked_at_in_bounded_time() -> None:
    assert moved("م #a1 " * 150_000) != []
