from datetime import date, timedelta
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.errors import Severity
from content.similarity import Candidate, check_similarity, too_similar

DAY = date(2026, 9, 12)
BERLIN = (
    "On Saturday at 18:30 we meet at the Brandenburg Gate in Berlin and let white balloons rise for the people "
    "who were taken. Bring one balloon and one name. #WhiteBalloons https://example.org/berlin"
)
PARIS = (
    "On Saturday at 19:00 we meet at the Place de la République in Paris and let white balloons rise for the "
    "people who were taken. Bring one balloon and one name. #WhiteBalloons https://example.org/paris"
)
LONDON = (
    "Call your member of parliament before noon: ask for the list of detainees, and write down the answer you "
    "get. We collect every one of them. #WhiteBalloons https://example.org/london"
)


def post(text: str, account: str = "a", platform: str = "x", on: date = DAY, **more: bool) -> Candidate:
    return Candidate(f"messages/{account}.md", platform, account, on, text, **more)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (BERLIN, PARIS, True),
        (BERLIN, LONDON, False),
        (BERLIN, BERLIN.upper(), True),
        (BERLIN, BERLIN + " See you there, whatever the weather.", True),
        ("#A https://a.org", "#B https://b.org", True),
        ("Sign now", "Call today", False),
        ("أَنقذوا الغوطة الآن", "انقذوا الغوطة الان", True),
        ("السبت نطلق البالونات", "Samstag steigen Ballons", False),
        ("週六放飛白色氣球", "週六放飛白色氣球吧", True),
        ("週六放飛白色氣球", "請致電議員要求名單", False),
    ],
)
def test_texts_are_compared_without_tags_links_numbers_and_marks(a: str, b: str, expected: bool) -> None:
    assert too_similar(a, b) is expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_similarity_is_symmetric_and_reflexive(a: str, b: str) -> None:
    assert too_similar(a, a)
    assert too_similar(a, b) == too_similar(b, a)


def test_near_equal_texts_on_two_accounts_of_one_platform_are_refused_with_the_rule() -> None:
    (problem,) = check_similarity([post(BERLIN, "berlin"), post(PARIS, "paris")])
    assert (problem.code, problem.severity, problem.where) == (
        "text-too-similar",
        Severity.ERROR,
        "messages/paris.md",
    )
    assert "X forbids" in problem.what
    assert "for paris on x is nearly that of berlin" in problem.what


def test_a_text_that_is_meant_to_be_uniform_is_refused_all_the_same() -> None:
    posts = [post(BERLIN, "a", general=True), post(BERLIN, "b", general=True)]
    assert [problem.code for problem in check_similarity(posts)] == ["text-too-similar"]


def test_other_platforms_and_later_weeks_are_left_alone() -> None:
    assert check_similarity([post(BERLIN, "a"), post(BERLIN, "b", platform="mastodon")]) == ()
    later = DAY + timedelta(days=31)
    assert check_similarity([post(BERLIN, "a"), post(BERLIN, "b", on=later)], similar_days=30) == ()
    assert len(check_similarity([post(BERLIN, "a"), post(BERLIN, "b", on=later)], similar_days=31)) == 1


def test_a_repeat_on_one_account_is_a_warning_and_a_variation_is_none() -> None:
    (problem,) = check_similarity([post(BERLIN), post(BERLIN, on=DAY + timedelta(days=1))])
    assert (problem.code, problem.severity) == ("text-repeated", Severity.WARNING)
    assert check_similarity([post(BERLIN), post(PARIS)]) == ()


def test_a_repeat_is_found_behind_a_variation() -> None:
    texts = ["Day 1 of 20 #A", "Day 2 of 20 #A", "Day 1 of 20 #A"]
    posts = [post(text, on=DAY + timedelta(days=day)) for day, text in enumerate(texts)]
    assert [problem.code for problem in check_similarity(posts)] == ["text-repeated"]


def test_the_other_account_is_found_behind_many_posts_of_ones_own() -> None:
    own = [post(BERLIN, "a", on=DAY + timedelta(days=day)) for day in range(5)]
    problems = check_similarity([post(BERLIN, "b"), *own])
    assert sum(problem.code == "text-too-similar" for problem in problems) == 5


def test_the_index_finds_what_comparing_every_pair_finds() -> None:
    random = Random(7)
    words = [f"word{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(40)]
    texts = [" ".join(random.choices(words, k=random.randint(3, 12))) for _ in range(150)]
    texts += [" ".join([*text.split()[1:], random.choice(words)]) for text in texts]
    posts = [post(text, f"account{number:03}") for number, text in enumerate(texts)]
    expected = {
        late.where
        for index, late in enumerate(posts)
        if any(too_similar(early.text, late.text) for early in posts[:index])
    }
    assert {problem.where for problem in check_similarity(posts)} == expected
    assert 0 < len(expected) < len(posts)


def test_thousands_of_posts_are_compared_in_seconds() -> None:
    random = Random(1)
    words = [f"{a}{b}{c}" for a in "bcdfghkl" for b in "aeiou" for c in "mnprst"]
    posts = [
        post(
            " ".join(random.choices(words, k=30)),
            f"account{number % 7}",
            on=DAY + timedelta(days=number % 90),
        )
        for number in range(1_500)
    ]
    started = process_time()
    assert check_similarity(posts) == ()
    assert process_time() - started < 20
