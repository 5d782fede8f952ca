from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from content.errors import Problem, Severity
from content.limits import LIMITS
from content.models import AskKind, Campaign, Effort, Media, ReviewRules
from content.rendering import RenderedMedia, RenderedMessage, context_for, render
from content.review import check, review_campaign
from tests.content.sample import TEXT, ask, campaign, claim, message, variant

ON = date(2026, 9, 12)
AT = datetime(2026, 9, 12, 18, 30, tzinfo=UTC)


def rendered(source: str = TEXT, language: str = "en", used: Campaign | None = None) -> RenderedMessage:
    whole = used or campaign()
    context = context_for(whole, whole.messages[0], language=language, channel="telegram", local_at=AT)
    return render(variant(source, language), context)


def review(used: Campaign, *texts: RenderedMessage, **more: Any) -> dict[str, Problem]:
    return {problem.code: problem for problem in review_campaign(used, texts, on=ON, **more)}


def codes(text: RenderedMessage, platform: str) -> list[str]:
    return [problem.code for problem in check(text, LIMITS[platform])]


def test_a_good_text_passes_everywhere_it_fits() -> None:
    assert codes(rendered(), "telegram") == []
    assert review(campaign(), rendered()) == {}


def test_a_text_over_the_limit_says_by_how_much() -> None:
    (problem,) = check(rendered("word " * 100), LIMITS["x"])
    assert (problem.code, problem.where) == ("over-limit", "messages/launch/en.md")
    assert "x takes 280" in problem.what


def test_an_address_behind_a_label_counts_only_where_it_is_shown() -> None:
    link = rendered("a" * 280 + " [b](https://example.org/" + "c" * 80 + ")")
    assert codes(link, "bluesky") == []
    assert codes(link, "x") == ["over-limit"]


def test_the_shorter_limit_of_captions_counts_with_pictures_and_the_warning_counts_too() -> None:
    text = rendered("a" * 1_013)
    assert codes(text, "telegram") == []
    picture = (RenderedMedia("a.png", "Alt"),)
    assert codes(replace(text, media=picture), "telegram") == []
    assert codes(replace(text, media=picture, content_warning="Blood"), "telegram") == ["over-limit"]


def test_pictures_are_counted_and_need_alt_texts_that_fit() -> None:
    text = rendered("a")
    picture = RenderedMedia("a.png", "Alt")
    assert codes(text, "instagram") == ["media-missing"]
    assert codes(replace(text, media=(picture,) * 5), "x") == ["media-too-many"]
    assert codes(replace(text, media=(RenderedMedia("a.png", ""),)), "x") == ["alt-missing"]
    assert codes(replace(text, media=(RenderedMedia("a.png", "x" * 1_001),)), "x") == ["alt-too-long"]


def test_an_empty_text_is_a_problem() -> None:
    assert codes(rendered("{# nothing #}"), "x") == ["text-empty"]


@pytest.mark.parametrize(
    ("kind", "given", "complete"),
    [
        (AskKind.SIGN, {"link": None}, False),
        (AskKind.SIGN, {}, True),
        (AskKind.CALL, {"link": None, "number": None, "target": None}, False),
        (AskKind.CALL, {"number": None, "target": "council"}, True),
        (AskKind.WRITE, {"link": None}, False),
        (AskKind.ATTEND, {"link": None, "place": {"en": "Gate"}}, True),
        (AskKind.ATTEND, {"link": None}, False),
        (AskKind.SHARE, {"link": None, "number": None}, True),
    ],
)
def test_an_ask_says_how_it_is_done(kind: AskKind, given: dict[str, Any], complete: bool) -> None:
    used = campaign(messages=(message(ask=ask(kind=kind, **given)),))
    assert ("ask-incomplete" not in review(used)) is complete


def test_a_plan_of_low_effort_only_is_told_so() -> None:
    problem = review(campaign(messages=(message(ask=ask(effort=Effort.LOW)),)))["effort-only-low"]
    assert problem.severity is Severity.WARNING


def test_a_text_without_the_way_to_do_it_is_pointed_out() -> None:
    assert (
        review(campaign(), rendered("Please do. {{ hashtag }}"))["ask-not-in-text"].severity
        is Severity.WARNING
    )


@pytest.mark.parametrize(
    ("language", "word", "text", "found"),
    [
        ("en", "traitor", "They call him a Traitor!", True),
        ("en", "traitor", "They are traitorous", False),
        ("en", "rat", "a democrat", False),
        ("en", "dirty  dogs", "you dirty\ndogs", True),
        ("de", "Lügner", "LÜGNER sind sie", True),
        ("tr", "ısrar", "ISRAR ettiler", True),
        ("ar", "خائن", "هؤلاء والخائن معهم", True),
        ("ar", "خائن", "يا خَائِن", True),
        ("ar", "كلاب", "للكلاب", True),
        ("ar", "كلاب", "الكلابيات", False),
        ("ar", "أعداء", "اعداء الشعب", True),
        ("de", "traitor", "traitor", True),
    ],
)
def test_banned_words_are_found_as_whole_words(language: str, word: str, text: str, found: bool) -> None:
    used = campaign(review=ReviewRules(banned_words={language: (word,)}))
    problems = review(used, rendered(f"{text}\n\n{{{{ ask.link }}}}\n\n{{{{ hashtag }}}}", language, used))
    assert ("word-banned" in problems) is found


def test_banned_words_of_another_language_do_not_count() -> None:
    used = campaign(review=ReviewRules(banned_words={"de": ("gift",)}))
    assert "word-banned" not in review(used, rendered("a gift {{ ask.link }}\n\n{{ hashtag }}", "en", used))


def with_claim(template: str, **changes: Any) -> Campaign:
    return campaign(claims=(claim(**changes),), messages=(message(variants=(variant(template),)),))


def test_expired_unsourced_and_unknown_claims_are_refused_where_they_are_used() -> None:
    used = "{{ claims.homes_destroyed }}"
    assert "claim-expired" in review(with_claim(used, review_by=date(2026, 9, 11)))
    assert "claim-expired" not in review(with_claim(used, review_by=ON))
    assert "claim-expired" not in review(with_claim("nothing", review_by=date(2026, 9, 11)))
    assert "claim-unsourced" in review(with_claim(used, source="???"))
    problem = review(with_claim("{{ claims.homes }}"))["claim-unknown"]
    assert "homes_destroyed" in problem.remedy


def test_a_broken_template_is_one_of_the_problems() -> None:
    assert "template-broken" in review(with_claim("{{ nothing }}"))


def test_graphic_pictures_carry_a_warning_in_every_language_of_the_message() -> None:
    bare = Media(file="a.png", alt={"en": "Ruins"}, graphic=True)
    warned = bare.model_copy(update={"warning": {"en": "Injured people"}})
    assert "in en" in review(campaign(messages=(message(media=(bare,)),)))["warning-missing"].what
    assert "warning-missing" not in review(campaign(messages=(message(media=(warned,)),)))


def test_identifiable_minors_are_refused_without_a_recorded_exception() -> None:
    child = Media(file="a.png", alt={"en": "A child"}, identifiable_minors=True)
    used = campaign(messages=(message(media=(child,)),))
    assert review(used)["minor-identifiable"].severity is Severity.ERROR
    assert review(used, exceptions=frozenset({"a.png"})) == {}
    assert "minor-identifiable" in review(used, exceptions=frozenset({"b.png"}))


def test_one_problem_is_told_once() -> None:
    text = rendered("Please do. {{ hashtag }}")
    assert len(review_campaign(campaign(), [text, text], on=ON)) == 1


def thread(*parts: str, used: Campaign | None = None) -> RenderedMessage:
    whole = used or campaign()
    context = context_for(whole, whole.messages[0], language="en", channel="x", local_at=AT)
    return render(variant("\n\n---\n\n".join(parts)), context)


FIRST = "We ask: {{ ask.link }}\n\n{{ hashtag }}"


def test_a_good_thread_passes() -> None:
    text = thread(FIRST, "More.", "And more.")
    assert codes(text, "x") == []
    assert review(campaign(), text) == {}


def test_each_part_must_fit_alone_and_is_named() -> None:
    (problem,) = check(thread(FIRST, "More.", "a" * 292), LIMITS["x"])
    assert problem.code == "over-limit"
    assert problem.what == "part 3: 292 weighted characters, x takes 280"
    (problem,) = check(thread("a" * 281, "More."), LIMITS["x"])
    assert problem.what.startswith("part 1: 281 ")


def test_parts_that_fit_alone_may_be_longer_together() -> None:
    assert codes(thread(FIRST, *["a" * 280] * 3), "x") == []


def test_links_are_counted_in_each_part() -> None:
    (problem,) = check(thread(FIRST, "https://a.co " * 6), LIMITS["threads"])
    assert problem.what == "part 2: 6 links, threads takes 5"


def test_pictures_and_warnings_belong_to_the_first_part_alone() -> None:
    text = replace(
        thread(FIRST, "a" * 500), media=(RenderedMedia("a.png", "Alt"),), content_warning="Blood"
    )
    assert codes(text, "mastodon") == []


def test_an_empty_later_part_is_named() -> None:
    (problem,) = check(thread(FIRST, "\N{NO-BREAK SPACE}"), LIMITS["x"])
    assert (problem.code, problem.what) == ("text-empty", "part 2: the text is empty")


def test_the_tag_belongs_into_the_first_part() -> None:
    late = review(campaign(), thread("We ask: {{ ask.link }}", "{{ hashtag }}"))
    assert late["tag-missing"].what == "part 1: the tag #WhiteBalloons is missing"
    assert review(campaign(), thread(FIRST, "Join us. {{ hashtag }}")) == {}


def test_later_parts_are_read_for_banned_words_and_other_spellings() -> None:
    used = campaign(review=ReviewRules(banned_words={"en": ("hopeless",)}))
    found = review(used, thread(FIRST, "It is hopeless.", "See #whiteballoons", used=used))
    assert found["word-banned"].what.startswith("part 2: ")
    assert found["tag-spelling"].what.startswith("part 3: ")


def test_the_way_to_do_it_may_stand_in_any_part() -> None:
    assert review(campaign(), thread("We ask.\n\n{{ hashtag }}", "Here: {{ ask.link }}")) == {}


def test_a_post_shows_pictures_or_one_video() -> None:
    text = rendered("Words")
    film, picture = RenderedMedia("a.mp4", "Alt"), RenderedMedia("b.png", "Alt")
    assert codes(replace(text, media=(film,)), "x") == []
    assert codes(replace(text, media=(film,)), "instagram") == []
    assert codes(replace(text, media=(film, picture)), "x") == ["media-mixed"]
    assert codes(replace(text, media=(film, film)), "telegram") == ["media-mixed"]
    assert codes(replace(text, media=(RenderedMedia("a.mp4", ""),)), "x") == ["alt-missing"]


def test_the_description_of_a_video_counts_where_it_has_no_place_of_its_own() -> None:
    text = rendered("x" * 275)
    film = (RenderedMedia("a.mp4", "White balloons"),)
    assert codes(replace(text, media=film), "x") == ["over-limit"]
    assert codes(replace(text, media=film), "bluesky") == []
