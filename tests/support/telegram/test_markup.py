import pytest

from tests.support.telegram.errors import Rejected
from tests.support.telegram.markup import is_web_address, parsed


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("ö<br/>", 'Unsupported start tag "br" at byte offset 2'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<a href="https://x.org', "Unclosed start tag at byte offset 0"),
        (
            "<a href>x</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 7',
        ),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-time unix="noon">x</tg-time>', 'Invalid Unix time in the tag "tg-time"'),
    ],
)
def test_wrong_markup_is_refused_in_telegrams_words(source: str, complaint: str) -> None:
    with pytest.raises(Rejected) as refused:
        parsed(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {complaint}"


@pytest.mark.parametrize(
    ("source", "entity"),
    [
        ("<strong>x</strong>", {"type": "bold"}),
        ("<em>x</em>", {"type": "italic"}),
        ("<ins>x</ins>", {"type": "underline"}),
        ("<del>x</del>", {"type": "strikethrough"}),
        ("<tg-spoiler>x</tg-spoiler>", {"type": "spoiler"}),
        ('<span class="tg-spoiler">x</span>', {"type": "spoiler"}),
        ("<code>x</code>", {"type": "code"}),
        ("<pre>x</pre>", {"type": "pre"}),
        ('<pre><code class="language-py">x</code></pre>', {"type": "pre", "language": "py"}),
        ("<blockquote>x</blockquote>", {"type": "blockquote"}),
        ("<blockquote expandable>x</blockquote>", {"type": "expandable_blockquote"}),
        (
            '<a href="https://x.org/?a=1&amp;b=2">x</a>',
            {"type": "text_link", "url": "https://x.org/?a=1&b=2"},
        ),
        (
            "<tg-time unix='5' format='r'>x</tg-time>",
            {"type": "date_time", "unix_time": 5, "date_time_format": "r"},
        ),
        ('<tg-emoji emoji-id="7">x</tg-emoji>', {"type": "custom_emoji", "custom_emoji_id": "7"}),
    ],
)
def test_every_tag_becomes_its_entity(source: str, entity: dict[str, object]) -> None:
    assert parsed(source) == ("x", [{**entity, "offset": 0, "length": 1}])


def test_offsets_count_utf16_units() -> None:
    assert parsed("🎈<b>🎈🎈</b>") == ("🎈🎈🎈", [{"type": "bold", "offset": 2, "length": 4}])


def test_references_become_characters_and_unknown_ones_stay() -> None:
    assert parsed("&lt;&amp;&#65;&#x42;&quot;&nbsp;") == ('<&AB"&nbsp;', [])


def test_nested_entities_are_told_from_the_outside_in() -> None:
    kinds = [entity["type"] for entity in parsed("<b>a<i>b</i></b>")[1]]
    assert kinds == ["bold", "italic"]


def test_links_that_lead_nowhere_and_empty_tags_leave_only_text() -> None:
    assert parsed('<a href="javascript:x">y</a><b></b>') == ("y", [])


def test_a_link_to_a_person_is_a_mention() -> None:
    _, [entity] = parsed('<a href="tg://user?id=7">x</a>')
    assert (entity["type"], entity["user"]["id"]) == ("text_mention", 7)


@pytest.mark.parametrize(
    "address", ["https://x.org", "x.org/a?b#c", "http://127.0.0.1:80/", "tg://resolve?domain=x"]
)
def test_web_addresses(address: str) -> None:
    assert is_web_address(address)


@pytest.mark.parametrize(
    "address", ["", "localhost", "http://localhost/", "ftp://x.org", "https://x .org", "x.1"]
)
def test_what_is_no_web_address(address: str) -> None:
    assert not is_web_address(address)
