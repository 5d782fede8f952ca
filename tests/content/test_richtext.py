import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.markdown import parse
from content.richtext import (
    Paragraph,
    RichText,
    Span,
    SpanKind,
    direction,
    from_json,
    html,
    isolate,
    joined,
    plain,
    to_json,
)

SPANS = st.builds(
    Span,
    text=st.text(min_size=1, max_size=30),
    kind=st.sampled_from(SpanKind),
    bold=st.booleans(),
    italic=st.booleans(),
    href=st.none() | st.just("https://example.org/ä?b=c&d"),
)
TEXTS = st.builds(
    RichText,
    st.lists(st.builds(Paragraph, st.lists(SPANS, max_size=4).map(tuple), st.booleans()), max_size=4).map(
        tuple
    ),
)


def text_of(*spans: Span) -> RichText:
    return RichText((Paragraph(spans),))


@given(TEXTS)
def test_a_stored_text_comes_back_equal(text: RichText) -> None:
    assert from_json(to_json(text)) == text


@pytest.mark.parametrize("value", [None, 3, "x", [3], [{}], [{"spans": [{"text": 3}], "bullet": False}]])
def test_something_else_than_a_stored_text_is_a_value_error(value: object) -> None:
    with pytest.raises(ValueError, match="not a stored text"):
        from_json(value)


@given(TEXTS)
def test_plain_keeps_every_visible_character(text: RichText) -> None:
    shown = plain(text)
    assert all(span.text in shown for paragraph in text.paragraphs for span in paragraph.spans)


def test_list_items_stand_together_and_paragraphs_apart() -> None:
    assert plain(parse("One\n\n- a\n- b\n\nTwo")) == "One\n\n• a\n• b\n\nTwo"


def test_a_label_is_followed_by_its_address_unless_the_platform_hides_it() -> None:
    text = parse("[Sign](https://example.org) or https://example.org")
    assert plain(text) == "Sign https://example.org or https://example.org"
    assert plain(text, native_links=True) == "Sign or https://example.org"


def test_html_is_escaped_and_carries_language_and_direction() -> None:
    spans = (
        Span("<b>&\n"),
        Span("#وسم", SpanKind.HASHTAG),
        Span('a"', SpanKind.LINK, href='https://x.org/"'),
    )
    assert html(text_of(*spans), "ar") == (
        '<div lang="ar" dir="rtl"><p>&lt;b&gt;&amp;<br><bdi>#وسم</bdi>'
        '<a href="https://x.org/&quot;">a&quot;</a></p></div>'
    )


def test_html_groups_list_items_and_marks_bold_and_italic() -> None:
    assert html(parse("- **a**\n- *b*"), "en") == (
        '<div lang="en" dir="ltr"><ul><li><strong>a</strong></li><li><em>b</em></li></ul></div>'
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ar", "rtl"),
        ("ar-SY", "rtl"),
        ("ckb", "rtl"),
        ("prs", "rtl"),
        ("he", "rtl"),
        ("az-Arab", "rtl"),
        ("xx-Arab", "rtl"),
        ("ku", "ltr"),
        ("tr", "ltr"),
        ("xx", "ltr"),
    ],
)
def test_direction_follows_the_language_and_its_script(language: str, expected: str) -> None:
    assert direction(language) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("اتصلوا +963-11-555123 الآن", "اتصلوا \u2066+963-11-555123\u2069 الآن"),
        ("اتصلوا (030) 1234567", "اتصلوا \u2066(030) 1234567\u2069"),
        ("لغة C++ هنا", "لغة \u2066C++\u2069 هنا"),
        ("عدد 12345678 فقط", "عدد 12345678 فقط"),
        ("سنة 2026 و 18:30", "سنة 2026 و 18:30"),
        ("\u2066+963-11-555123\u2069", "\u2066+963-11-555123\u2069"),
    ],
)
def test_phone_numbers_and_plus_signs_are_isolated_in_arabic(before: str, after: str) -> None:
    assert plain(isolate(text_of(Span(before)), "ar")) == after
    assert plain(isolate(text_of(Span(before)), "de")) == before


def test_nothing_is_put_next_to_a_tag_a_mention_or_an_address() -> None:
    link = Span("هنا", SpanKind.LINK, href="https://example.org")
    touching = text_of(link, Span("+963-11-555123"), Span("#tag", SpanKind.HASHTAG))
    assert isolate(touching, "ar") == touching


@given(TEXTS)
def test_isolating_twice_is_isolating_once_and_loses_nothing(text: RichText) -> None:
    once = isolate(text, "ar")
    assert isolate(once, "ar") == once
    assert plain(once).replace("\u2066", "").replace("\u2069", "") == plain(text).replace(
        "\u2066", ""
    ).replace("\u2069", "")


@given(st.lists(TEXTS, max_size=3))
def test_joined_parts_stand_one_below_the_other(parts: list[RichText]) -> None:
    assert list(joined(parts).paragraphs) == [one for part in parts for one in part.paragraphs]
