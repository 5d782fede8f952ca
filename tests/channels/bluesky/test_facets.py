import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.bluesky.facets import Link, first_link, serialise
from content.richtext import Paragraph, RichText, Span, SpanKind, plain
from tests.channels.posts import TAG

WORDS = st.text(st.sampled_from("a é🕊️م\n.#@"), max_size=6)
SPANS = st.one_of(
    st.builds(Span, WORDS, st.sampled_from([SpanKind.TEXT, SpanKind.MENTION])),
    st.just(TAG),
    st.builds(Span, WORDS, st.just(SpanKind.LINK), href=st.just("https://example.org")),
    st.builds(Span, st.just("see https://example.org/a.")),
)
TEXTS = st.builds(
    RichText,
    st.lists(st.builds(Paragraph, st.lists(SPANS, max_size=4).map(tuple), st.booleans()), max_size=4).map(
        tuple
    ),
)


def rich(*spans: Span) -> RichText:
    return RichText((Paragraph(spans),))


def found(text: RichText) -> list[tuple[str, str]]:
    """What each facet covers, and what it leads to."""
    written, facets = serialise(text)
    data = written.encode()
    return [
        (
            data[facet.index.byte_start : facet.index.byte_end].decode(),
            getattr(facet.features[0], "tag", "") or facet.features[0].uri,
        )
        for facet in facets
    ]


@given(TEXTS)
def test_the_text_is_the_one_that_is_counted_and_no_facet_cuts_a_character(text: RichText) -> None:
    assert serialise(text)[0] == plain(text, native_links=True)
    assert len(found(text)) == len(serialise(text)[1])


def test_offsets_count_bytes() -> None:
    assert found(rich(Span("🕊️ سلام "), TAG)) == [("#WhiteBalloons", "WhiteBalloons")]


def test_a_label_and_a_bare_address_are_links() -> None:
    label = Span("sign", SpanKind.LINK, href="https://example.org/sign")
    assert found(rich(Span("سلام https://example.org/a. Or "), label)) == [
        ("https://example.org/a", "https://example.org/a"),
        ("sign", "https://example.org/sign"),
    ]


def test_a_mention_stays_text() -> None:
    assert found(rich(Span("@balloons.bsky.social", SpanKind.MENTION))) == []


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (rich(Span("none")), None),
        (rich(Span("write", SpanKind.LINK, href="mailto:a@example.org")), None),
        (
            rich(Span("at https://example.org/a, now")),
            Link("https://example.org/a", "https://example.org/a"),
        ),
        (rich(Span("sign", SpanKind.LINK, href="https://b.example")), Link("sign", "https://b.example")),
    ],
)
def test_the_first_web_address_is_the_one_for_the_card(text: RichText, link: Link | None) -> None:
    assert first_link(text) == link
