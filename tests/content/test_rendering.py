from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from content.errors import TemplateBroken
from content.models import Hashtag, Media, Texts
from content.rendering import MAX_OUTPUT, RenderedMedia, RenderedMessage, context_for, render
from content.richtext import Span, SpanKind, isolate, plain
from tests.content.sample import TEXT, ask, campaign, claim, message, variant

AT = datetime(2026, 9, 12, 18, 30, tzinfo=UTC)
ARABIC = "نطلب: {{ ask.text }}، اتصلوا على {{ ask.number }} الآن.\n\n[هنا]({{ ask.link }})\n\n{{ hashtag }}"


def rendered(source: str = TEXT, language: str = "en", **changes: object) -> RenderedMessage:
    used = campaign(**changes)
    context = context_for(used, message(), language=language, channel="x", city="berlin", local_at=AT)
    return render(variant(source, language), context)


def test_a_variant_becomes_a_text_with_its_tag_and_link() -> None:
    message = rendered()
    assert plain(message.text) == (
        "We ask.\n\nSign the petition: https://example.org/sign_it_now\n\n#WhiteBalloons"
    )
    assert [span.kind for paragraph in message.text.paragraphs for span in paragraph.spans] == [
        SpanKind.TEXT,
        SpanKind.TEXT,
        SpanKind.LINK,
        SpanKind.HASHTAG,
    ]
    assert (message.message, message.file, message.direction, message.hashtag) == (
        "launch",
        "messages/launch/en.md",
        "ltr",
        "WhiteBalloons",
    )


def test_arabic_is_isolated_and_its_tag_is_untouched() -> None:
    message = rendered(ARABIC, "ar")
    assert plain(message.text, native_links=True) == (
        "نطلب: وقّعوا العريضة، اتصلوا على \u2066+963-11-555123\u2069 الآن.\n\nهنا\n\n#بالونات_بيضاء"
    )
    assert isolate(message.text, "ar") == message.text
    assert message.direction == "rtl"


@given(st.sampled_from([TEXT, ARABIC, "{{ claims.homes_destroyed }}"]), st.sampled_from(["en", "ar"]))
def test_the_same_input_gives_the_same_value(source: str, language: str) -> None:
    assert rendered(source, language) == rendered(source, language)
    assert repr(rendered(source, language)) == repr(rendered(source, language))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=100))
@example("**bold** `code` <b>")
@example("{{ hashtag }}{% for %}")
@example("](https://evil.example)")
@example("- x")
@example("\U000f0001\U00100000")
@example("%s {0}")
def test_a_claim_is_shown_literally_whatever_it_contains(value: str) -> None:
    source = "**Fact:** {{ claims.homes_destroyed }}\n\n- *x*"
    text = rendered(source, claims=(claim(value),)).text
    assert len(text.paragraphs) == 2
    assert "".join(span.text for span in text.paragraphs[0].spans) == f"Fact: {value}"
    assert not any(span.bold or span.italic for span in text.paragraphs[0].spans[1:])
    assert text.paragraphs[1].spans == (Span("x", italic=True),)


def test_a_value_with_newlines_stays_in_its_paragraph() -> None:
    text = rendered("{{ claims.homes_destroyed }}!", claims=(claim("a\n\n# b\r\nc"),)).text
    assert plain(text) == "a # b c!"


def test_a_text_longer_than_the_cap_is_refused() -> None:
    long = claim("x" * 400)
    source = "{{ claims.homes_destroyed }}\n" * (MAX_OUTPUT // 400 + 1)
    with pytest.raises(TemplateBroken, match="longer than 20000"):
        rendered(source, claims=(long,))


def test_a_list_of_thousands_of_slogans_is_cut_off_by_the_cap() -> None:
    slogans: tuple[Texts, ...] = tuple({"en": f"slogan {number}"} for number in range(5_000))
    used = campaign().identity.model_copy(update={"slogans": slogans})
    with pytest.raises(TemplateBroken, match="longer than 20000"):
        rendered(
            "{% for a in slogans %}{% for b in slogans %}{{ b }}{% endfor %}{% endfor %}", identity=used
        )


def test_claims_named_in_the_text_are_recorded_by_their_ids() -> None:
    assert rendered("{{ claims.homes_destroyed }}").claims == ("homes-destroyed",)


def test_media_come_with_alt_text_and_warning_in_the_language() -> None:
    picture = Media(file="a.png", alt={"en": "Ruins"}, graphic=True, warning={"en": "Injured people"})
    plain_one = Media(file="b.png", alt={"de": "Ballon"})
    shown = message(media=(picture, plain_one))
    result = render(variant(), context_for(campaign(), shown, language="en", channel="x"))
    assert result.media == (
        RenderedMedia("a.png", "Ruins", sensitive=True, warning="Injured people"),
        RenderedMedia("b.png", ""),
    )
    assert result.content_warning == "Injured people"


def test_a_text_without_city_and_time_can_ask_for_them() -> None:
    context = context_for(campaign(), message(), language="en", channel="x")
    source = (
        "{% if city %}in {{ city.name }}{% endif %}{% if at %}at{% endif %}{% if phase %}p{% endif %}Hello"
    )
    assert plain(render(variant(source), context).text) == "Hello"
    with pytest.raises(TemplateBroken, match="city is printed, but the campaign does not give it"):
        render(variant("{{ city.name }}"), context)


def test_a_missing_translation_is_a_problem_not_another_language() -> None:
    with pytest.raises(TemplateBroken, match=r"claims\.homes_destroyed has no text in de"):
        rendered("{{ claims.homes_destroyed }}", "de")
    with pytest.raises(TemplateBroken, match=r"city\.name has no text in de"):
        rendered("{{ city.name }}", "de")


def test_the_phase_is_that_of_the_day() -> None:
    assert plain(rendered("{{ phase.title }}").text) == "Rise"


def test_a_campaign_with_one_tag_uses_it_in_every_language() -> None:
    assert rendered("{{ hashtag }}", "ar", hashtag=Hashtag(tags=("Balloons",))).hashtag == "Balloons"


def test_an_address_that_is_none_is_refused_behind_a_label() -> None:
    context = context_for(
        campaign(), message(ask=ask(link="javascript:alert(1)")), language="en", channel="x"
    )
    with pytest.raises(TemplateBroken, match="a link whose address"):
        render(variant("x [Sign]({{ ask.link }})"), context)


THREAD = "We ask.\n\n{{ hashtag }}\n\n---\n\n{{ claims.homes_destroyed }}\n\n---\n\n{{ ask.link }}"


def on(channel: str, source: str = THREAD, **changes: object) -> RenderedMessage:
    return render(
        variant(source), context_for(campaign(**changes), message(), language="en", channel=channel)
    )


@pytest.mark.parametrize("channel", ["x", "bluesky", "mastodon", "threads"])
def test_a_thread_has_its_later_parts_apart(channel: str) -> None:
    found = on(channel, claims=(claim("Much is lost"),))
    assert plain(found.text) == "We ask.\n\n#WhiteBalloons"
    assert [plain(part) for part in found.more] == ["Much is lost", "https://example.org/sign_it_now"]


@pytest.mark.parametrize("channel", ["telegram", "feed", "mail", "facebook"])
def test_where_there_are_no_threads_the_parts_stand_one_below_the_other(channel: str) -> None:
    found = on(channel, claims=(claim("Much is lost"),))
    assert found.more == ()
    assert found.text == on("x", claims=(claim("Much is lost"),)).whole == found.whole


def test_a_part_that_a_condition_leaves_empty_is_no_part() -> None:
    source = "We ask.\n\n---\n\n{% if phase %}{{ phase.title }}{% endif %}\n\n---\n\nEnd."
    assert [plain(part) for part in on("x", source).more] == ["End."]


@pytest.mark.parametrize("value", ["---", "a\n\n---\n\nb", "- - -", "***"])
def test_a_value_cannot_break_a_thread(value: str) -> None:
    assert on("x", "One\n\n{{ claims.homes_destroyed }}\n\nTwo", claims=(claim(value),)).more == ()


def test_arabic_is_isolated_in_every_part() -> None:
    context = context_for(campaign(), message(), language="ar", channel="x")
    (later,) = render(variant(f"نطلب\n\n---\n\n{ARABIC}", "ar"), context).more
    assert later == isolate(later, "ar")
    assert "\u2066+963-11-555123\u2069" in plain(later)
