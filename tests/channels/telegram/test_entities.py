from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.entities import as_html, serialise
from content.richtext import Paragraph, RichText, Span, SpanKind, plain

WORDS = st.text(st.sampled_from("aä ب\u200c🎈👨\u200d👩e\u0301\n"), min_size=1, max_size=8)
SPANS = st.builds(Span, WORDS, bold=st.booleans(), italic=st.booleans()) | st.builds(
    Span, WORDS, st.just(SpanKind.LINK), href=st.just("https://example.org/")
)
TEXTS = st.lists(
    st.builds(Paragraph, st.lists(SPANS, min_size=1, max_size=3).map(tuple), st.booleans()), max_size=4
).map(lambda paragraphs: RichText(tuple(paragraphs)))


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


@given(TEXTS)
def test_the_string_is_the_one_that_is_counted(text: RichText) -> None:
    assert serialise(text)[0] == plain(text, native_links=True)


@given(TEXTS)
def test_every_entity_points_at_its_span(text: RichText) -> None:
    written, entities = serialise(text)
    stretches = [
        utf16(written)[2 * each.offset : 2 * (each.offset + each.length)].decode("utf-16-le")
        for each in entities
        if each.type == "bold"
    ]
    bold = [span.text for paragraph in text.paragraphs for span in paragraph.spans if span.bold]
    assert stretches == [each for each in bold if each.strip()]


def test_a_tag_a_mention_and_a_bare_address_are_left_to_telegram() -> None:
    spans = (
        Span("#WhiteBalloons", SpanKind.HASHTAG),
        Span(" @balloons ", SpanKind.MENTION),
        Span("https://example.org/", SpanKind.LINK, href="https://example.org/"),
    )
    assert serialise(RichText((Paragraph(spans),)))[1] == ()


def test_html_says_the_same_and_escapes_what_it_is_given() -> None:
    spans = (
        Span("a < b & c", bold=True),
        Span("there", SpanKind.LINK, href='https://example.org/?a="b"'),
        Span("https://example.org/", SpanKind.LINK, href="https://example.org/"),
        Span("now", italic=True, bold=True),
    )
    text = RichText((Paragraph(spans), Paragraph((Span("one"),), bullet=True)))
    assert as_html(text) == (
        "<b>a &lt; b &amp; c</b>"
        '<a href="https://example.org/?a=&quot;b&quot;">there</a>'
        "https://example.org/<b><i>now</i></b>\n\n• one"
    )
