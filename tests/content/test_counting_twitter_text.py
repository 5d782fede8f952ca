"""Our count beside twitter-text, the library that X itself publishes for it."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.counting import x_weight
from tests.support.npm import npm_folder, program

PACKAGE: Final = "twitter-text@3.1.0"
SCRIPT: Final = """
const { parseTweet } = require('twitter-text');
require('readline').createInterface({ input: process.stdin }).on('line', line => {
  console.log(parseTweet(JSON.parse(line)).weightedLength);
});
"""

EMOJI_PARTS: Final = "\u200d\ufe0f" + "".join(chr(code) for code in range(0x1F1E6, 0x1F200))
"""What joins characters into one emoji; in any other place the two counts differ, as ``DIFFERENCES`` tells."""

DIFFERENCES: Final = {
    "no such flag": ("🇩🇩", 2, 4),
    "an emoji that is in no list of Unicode's": ("🕊\u200d🕊", 2, 5),
    "an accented letter begins an address without a scheme": ("évian.fr", 23, 24),
    "a query with a slash behind an address with neither scheme nor path": ("example.com?a=/", 23, 27),
    "two names glued together": ("münchen.deمثال.com/", 23, 31),
    "an address glued to letters that follow a slash": ("https://example.org/…example.org", 36, 48),
    "an address inside a hashtag": ("#tag.example.org", 28, 16),
    "an address inside a mention": ("@x.y.example.org", 26, 16),
}
"""Texts that we count otherwise: ours, then twitter-text's."""

BY_HAND: Final = (
    "",
    "Join us on Saturday. #WhiteBalloons",
    "سلام! حق با ماست. #زن_زندگی_آزادی 🕊️ https://example.com/a",
    "می‌خواهم آزاد باشم",
    "مُحَمَّد، كـتاب؛ ١٢٣",
    "שלום לכולם",
    "Свобода не раз",
    "e\u0301a\u0308n\u0303 \u1112\u1161\u11ab",
    "漢字かなカナ한국어",
    "👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ ☂ ☂️ ©️ ™",
    "“quotes” – dashes — and … dots\u00a0",
    "example.org and www.example.co.uk/path?x=1 but not example.invalid",
    "(https://example.org/a_(b)) https://example.org/a.",
    "http://münchen.de/straße https://مثال.إختبار/",
    "سلامexample.comسلام",
    "https://مثال.com/سلام بعد",
    "@balloons@example.org name@example.org $CASH.org",
    "https://example.org/" + "a" * 300,
    "\u2066+963-11-555\u2069 C++ \u200f\u200e",
    "a.b.c.d ein.satz.ohne.leerzeichen Ende.Anfang",
)
WORDS: Final = st.sampled_from(
    [
        "سلام", "می\u200cخواهم", "مُحَمَّد", "כולם", "e\u0301te\u0301", "\u0915\u094d\u0937", "漢字", "ｱ", "한글", "ß", "İ",
        "🕊️", "🕊", "👨‍👩‍👧‍👦", "👍🏽", "🇩🇪", "1️⃣", "☂", "©️", "\u200f", "\u2066+963\u2069", "#بالونات_بيضاء", "@balloons",
        "https://example.org", "HTTP://Example.ORG/a?b=1&c=%20", "https://example.org/a_(b)", "http://münchen.de/ß",
        "https://مثال.com/a", "example.org", "www.example.co.uk/path/", "name@example.org", "example.invalid", "v1.2.3", "$5",
    ]
)  # fmt: skip
BETWEEN: Final = st.sampled_from(
    [" ", "\n", "\n\n", ", ", "، ", ". ", "؟ ", " – ", " — ", "… ", " “", "” ", " (", ") ", "！ ", "\u00a0", " / "]
)  # fmt: skip
CAMPAIGN_TEXTS: Final = st.lists(st.tuples(WORDS, BETWEEN), max_size=10).map(
    lambda pairs: "".join(word + mark for word, mark in pairs)
)
ANY_TEXTS: Final = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=EMOJI_PARTS), max_size=40
)


@dataclass(frozen=True)
class TwitterText:
    node: "subprocess.Popen[str]"

    def weight(self, text: str) -> int:
        assert self.node.stdin is not None
        assert self.node.stdout is not None
        self.node.stdin.write(json.dumps(text) + "\n")
        self.node.stdin.flush()
        return int(self.node.stdout.readline())


@pytest.fixture(scope="module")
def twitter_text() -> Iterator[TwitterText]:
    folder = npm_folder("twitter-text", PACKAGE)
    command = [program("node"), "-e", SCRIPT]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as node:
        yield TwitterText(node)
        assert node.stdin is not None
        node.stdin.close()


@pytest.mark.parametrize("text", BY_HAND)
def test_a_text_weighs_what_twitter_text_says(twitter_text: TwitterText, text: str) -> None:
    assert x_weight(text) == twitter_text.weight(text)


@settings(max_examples=500)
@given(text=CAMPAIGN_TEXTS | ANY_TEXTS)
def test_any_text_weighs_what_twitter_text_says(twitter_text: TwitterText, text: str) -> None:
    assert x_weight(text) == twitter_text.weight(text)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_where_the_counts_differ_is_known(twitter_text: TwitterText, name: str) -> None:
    text, ours, theirs = DIFFERENCES[name]
    assert (x_weight(text), twitter_text.weight(text)) == (ours, theirs)
