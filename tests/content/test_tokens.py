import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.richtext import Span, SpanKind
from content.tokens import address_in, tokens_in


@pytest.mark.parametrize("text", ["#", "# ", "a#b", "#1", "&#x", "x #2026 y", "a@b.org", "@", "18 @ 20"])
def test_other_uses_of_the_signs_are_text(text: str) -> None:
    assert all(span.kind is SpanKind.TEXT for span in tokens_in(text))


@given(st.text(max_size=100) | st.text("#@:/ah._ \u200c", max_size=40))
def test_no_character_is_lost(text: str) -> None:
    assert "".join(span.text for span in tokens_in(text)) == text


def test_tags_mentions_and_addresses_are_told_apart() -> None:
    assert tokens_in("#a @b https://c.org/#d", bold=True) == (
        Span("#a", SpanKind.HASHTAG, bold=True),
        Span(" ", bold=True),
        Span("@b", SpanKind.MENTION, bold=True),
        Span(" ", bold=True),
        Span("https://c.org/#d", SpanKind.LINK, bold=True, href="https://c.org/#d"),
    )


def test_an_address_ends_before_the_punctuation_of_its_sentence() -> None:
    assert address_in("https://a.org/(b)).") == "https://a.org/(b)"
    assert address_in("https://a.org/b**", "*") == "https://a.org/b"
