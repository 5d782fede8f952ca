import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.errors import Problem, Severity
from content.hashtags import check_hashtag, check_text, tag_for
from content.models import Hashtag

PLATFORMS = ("x", "mastodon", "bluesky", "telegram", "threads", "instagram", "feed", "mail")
WHITE = Hashtag(
    tags=("WhiteBalloons", "البالونات_البيضاء"),
    accepted_distinct=("WhiteBalloon",),
    rivals=("BalloonsOfHope",),
)


def problems(text: str, language: str = "en", hashtag: Hashtag = WHITE) -> tuple[Problem, ...]:
    return check_text(
        text, hashtag=hashtag, language=language, platforms=PLATFORMS, where="messages/a/en.md"
    )


def codes(text: str, language: str = "en") -> list[str]:
    return [problem.code for problem in problems(text, language)]


def campaign_codes(
    *tags: str, extra_scripts: tuple[str, ...] = (), rivals: tuple[str, ...] = ()
) -> list[str]:
    hashtag = Hashtag(tags=tags, extra_scripts=extra_scripts, rivals=rivals)
    return [problem.code for problem in check_hashtag(hashtag, PLATFORMS)]


@pytest.mark.parametrize(
    ("language", "tag"),
    [
        ("ar", "البالونات_البيضاء"),
        ("fa", "البالونات_البيضاء"),
        ("ckb", "البالونات_البيضاء"),
        ("de", "WhiteBalloons"),
        ("tr", "WhiteBalloons"),
        ("ru", "WhiteBalloons"),
    ],
)
def test_each_language_has_the_tag_of_its_script(language: str, tag: str) -> None:
    assert tag_for(WHITE, language) == tag


def test_a_good_campaign_tag_has_no_problem() -> None:
    assert check_hashtag(WHITE, PLATFORMS) == ()


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (("White Balloons",), ["tag-form", "tag-platform"]),
        (("مُحَمَّد",), ["tag-form", "tag-platform"]),
        (("كـتاب",), ["tag-form"]),
        (("WhiteBalloons", "RedKites"), ["tag-script-twice"]),
        (("SaveGhouta", "Save_Ghouta"), ["tag-script-twice", "tag-pair"]),
        (("White", "بيضاء", "Белые"), ["tag-scripts"]),
        (("SаveGhouta",), ["tag-form"]),
    ],
)
def test_a_bad_campaign_tag_is_refused_with_its_reason(tags: tuple[str, ...], expected: list[str]) -> None:
    assert list(dict.fromkeys(campaign_codes(*tags))) == expected


def test_a_third_script_is_allowed_where_the_campaign_names_it() -> None:
    assert campaign_codes("White", "بيضاء", "Белые", extra_scripts=("Cyrillic",)) == []


def test_a_rival_that_is_our_own_tag_is_a_mistake() -> None:
    assert campaign_codes("WhiteBalloons", rivals=("white_balloons",)) == ["tag-rival"]


def test_a_telegram_only_fault_matters_only_on_telegram() -> None:
    found = check_hashtag(Hashtag(tags=("أَنقذوا",)), ("x",))
    assert [problem.code for problem in found] == ["tag-form"]


def test_a_good_text_has_no_problem() -> None:
    assert problems("Look up on Saturday at noon.\n\n#WhiteBalloons") == ()
    assert problems("انظروا إلى السماء.\n\n#البالونات_البيضاء", "ar") == ()


def test_the_declared_tag_in_the_other_script_may_stand_beside() -> None:
    assert codes("Look up.\n#WhiteBalloons #البالونات_البيضاء") == []


def test_the_other_script_alone_is_not_enough() -> None:
    assert codes("Look up.\n#البالونات_البيضاء") == ["tag-missing"]


def test_a_missing_tag_says_what_to_do() -> None:
    (problem,) = problems("Look up.")
    assert str(problem) == (
        "messages/a/en.md: the tag #WhiteBalloons is missing. Add it once, on the last line."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#WhiteBalloons and #WhiteBalloons", ["tag-repeated"]),
        ("Join #whiteballoons", ["tag-spelling"]),
        ("Join #White_Balloons", ["tag-spelling"]),
        ("Join #White\u200cBalloons", ["tag-spelling"]),
        ("Join #WhitеBalloons", ["tag-look-alike"]),
        ("Join ＃WhiteBalloons", ["tag-lost"]),
        ("Join (#WhiteBalloons)", ["tag-lost"]),
        ("Join #WhiteBalloons.", ["tag-glued"]),
        ("Join #WhiteBalloons-now", ["tag-missing", "tag-near"]),
        ("#WhiteBaloons #WhiteBalloons", ["tag-near"]),
        ("#WhiteBalloon #WhiteBalloons", []),
        ("#BalloonsOfHope #WhiteBalloons", ["tag-rival"]),
        ("#Balloons_Of_Hope #WhiteBalloons", ["tag-rival"]),
        ("#Peace #Syria #WhiteBalloons", []),
        ("Send WhiteBalloons up\n#WhiteBalloons", ["tag-bare"]),
        ("Send White_Balloons up\n#WhiteBalloons", ["tag-spelling"]),
        ("White balloons rise\n#WhiteBalloons", []),
        ("See https://example.org/WhiteBalloons#Whiteballoons\n#WhiteBalloons", []),
        ("Ask @whiteballoons or info@whiteballoons.org, whiteballoons.org\n#WhiteBalloons", []),
        ("Join \u200f#WhiteBalloons", ["tag-lost", "bidi-control"]),
        ("Join #WhiteBalloons\u200f", ["tag-lost", "bidi-control"]),
        ("#WhiteBalloons\nhttps://example.org\u2069", ["bidi-control"]),
        ("#WhiteBalloons\nask @\u200eoffice", ["bidi-control"]),
    ],
)
def test_every_departure_from_the_one_tag_is_found(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_arabic_departures_are_found() -> None:
    assert codes("#البالونات_البيضا", "ar") == ["tag-spelling"]
    assert codes("#البلونات_البيضاء", "ar") == ["tag-missing", "tag-near"]
    assert codes("#البَالونات_البيضاء", "ar") == ["tag-spelling"]
    assert codes("أطلقوا البالونات البيضاء\n#البالونات_البيضاء", "ar") == []


def test_near_forms_only_warn() -> None:
    (problem,) = problems("#WhiteBaloons #WhiteBalloons")
    assert problem.severity is Severity.WARNING
    assert 'add "WhiteBaloons" to accepted_distinct' in problem.remedy


def test_a_lost_tag_names_the_platforms() -> None:
    (problem,) = problems("Join (#WhiteBalloons)")
    assert (
        problem.what
        == "#WhiteBalloons is not read as a tag by mastodon, bluesky, threads, instagram, feed, mail"
    )


@given(st.text(max_size=80) | st.text(st.sampled_from("#＃WhiteBalloons_@. \u200f\u200c\n"), max_size=60))
def test_no_text_breaks_the_check(text: str) -> None:
    assert all(problem.what and problem.remedy for problem in problems(text))


@given(st.text(max_size=30))
def test_no_tag_breaks_the_check(tag: str) -> None:
    check_hashtag(Hashtag(tags=(tag, "WhiteBalloons")), PLATFORMS)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("piece", ["#a{} ", "a{}_b ", "WhiteBalloons", "\u200f#"])
def test_a_megabyte_of_tags_is_answered_in_bounded_time(piece: str) -> None:
    text = "".join(piece.format(number) for number in range(500_000 // len(piece)))
    assert problems(text) != ()


def test_a_text_that_need_not_carry_the_tag_is_still_read_for_others() -> None:
    def later(text: str) -> list[str]:
        found = check_text(
            text, hashtag=WHITE, language="en", platforms=("x",), where="a.md", required=False
        )
        return [problem.code for problem in found]

    assert later("No tag.") == later("One #WhiteBalloons") == []
    assert later("#WhiteBalloons #WhiteBalloons") == ["tag-repeated"]
    assert later("#BalloonsOfHope") == ["tag-rival"]
