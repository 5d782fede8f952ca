from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rehearsal.looks import FOLLOWED, look
from content.limits import LIMITS
from content.richtext import Paragraph, RichText, Span, SpanKind
from tests.bot.rehearsal.factories import text

ALLOWED = {"p", "br", "ul", "li", "strong", "em", "a", "bdi"}


def one(span: Span) -> RichText:
    return RichText((Paragraph((span,)),))


@pytest.mark.parametrize("platform", sorted(LIMITS))
def test_hostile_words_stay_words(platform: str) -> None:
    shown = look(text('<script>alert("x")</script> & <img src=x onerror=alert(1)>'), platform)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "//evil.example", " https://x"]
)
def test_address_of_another_kind_is_no_link(href: str) -> None:
    assert "<a" not in look(one(Span("here", SpanKind.LINK, href=href)), "telegram")


def test_bold_and_italic_show_only_where_the_platform_has_them() -> None:
    loud = one(Span("now", bold=True, italic=True))
    assert look(loud, "telegram") == "<p><strong><em>now</em></strong></p>"
    assert look(loud, "mastodon") == "<p>now</p>"


def test_link_hides_its_address_only_where_the_platform_can() -> None:
    link = one(Span("Sign", SpanKind.LINK, href="https://example.org/sign"))
    assert look(link, "bluesky").count("https://example.org/sign") == 1
    assert ">https://example.org/sign</a>" in look(link, "x")
    assert look(link, "x").startswith("<p>Sign <a ")


def test_hashtag_and_mention_are_isolated_from_the_direction_around_them() -> None:
    shown = look(one(Span("#بالونات_بيضاء", SpanKind.HASHTAG)), "x")
    assert shown == '<p><bdi class="hashtag">#بالونات_بيضاء</bdi></p>'


def test_bullets_are_a_list_where_there_are_lists_and_characters_elsewhere() -> None:
    bullets = RichText((Paragraph((Span("one"),), bullet=True), Paragraph((Span("two"),), bullet=True)))
    assert look(bullets, "feed") == "<ul><li>one</li><li>two</li></ul>"
    assert look(bullets, "telegram") == "<p>• one<br>• two</p>"


def test_line_breaks_inside_a_paragraph_are_kept() -> None:
    assert look(text("one\ntwo"), "x") == "<p>one<br>two</p>"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


SPANS = st.builds(
    Span,
    text=st.text(max_size=30),
    kind=st.sampled_from(SpanKind),
    bold=st.booleans(),
    italic=st.booleans(),
    href=st.none() | st.text(max_size=20) | st.text(max_size=9).map("https://".__add__),
)


@given(st.lists(SPANS, max_size=4), st.booleans(), st.sampled_from(sorted(LIMITS)))
def test_no_text_brings_a_tag_or_an_attribute_of_its_own(
    spans: list[Span], bullet: bool, platform: str
) -> None:
    parser = Tags()
    parser.feed(look(RichText((Paragraph(tuple(spans), bullet),)), platform))
    parser.close()
    for tag, attributes in parser.seen:
        assert tag in ALLOWED
        assert set(attributes) <= {"href", "rel", "dir", "class"}
        assert (attributes.get("href") or FOLLOWED[0]).lower().startswith(FOLLOWED)
