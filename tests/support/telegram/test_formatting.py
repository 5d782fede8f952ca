from typing import Any

import pytest

from tests.support.telegram.errors import Rejected
from tests.support.telegram.formatting import caption_text, message_text, typed_text


@pytest.mark.parametrize("text", ["a" * 4096, "🎈" * 2048, "<b>" + "a" * 4096 + "</b>"])
def test_a_text_may_have_4096_units_after_parsing(text: str) -> None:
    assert message_text(text, "HTML", None)[0]


@pytest.mark.parametrize("text", ["a" * 4097, "🎈" * 2048 + "a"])
def test_a_longer_text_is_refused(text: str) -> None:
    with pytest.raises(Rejected, match="message is too long"):
        message_text(text, None, None)


@pytest.mark.parametrize("text", ["", "  \n", "<b> </b>"])
def test_a_text_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(Rejected, match="message text is empty"):
        message_text(text, "HTML", None)


def test_a_caption_may_be_empty_and_has_1024_units_at_most() -> None:
    assert caption_text(None, None, None) == ("", [])
    assert len(caption_text("a" * 1024, None, None)[0]) == 1024
    with pytest.raises(Rejected, match="message caption is too long"):
        caption_text("a" * 1025, None, None)


def test_spaces_around_a_text_go_and_entities_follow() -> None:
    text, entities = message_text("  <b> a</b> ", "HTML", None)
    assert (text, entities) == ("a", [{"type": "bold", "offset": 0, "length": 1}])


def test_explicit_entities_are_kept() -> None:
    bold = {"type": "bold", "offset": 0, "length": 2}
    assert message_text("🎈", None, [bold]) == ("🎈", [bold])


@pytest.mark.parametrize(
    "entity",
    [
        "bold",
        {"type": "bold"},
        {"type": "bold", "offset": 0, "length": 0},
        {"type": "bold", "offset": -1, "length": 1},
        {"type": "bold", "offset": 0, "length": 4},
        {"type": "bold", "offset": 0, "length": 1},
        {"type": "heading", "offset": 2, "length": 1},
        {"type": "text_link", "offset": 2, "length": 1},
        {"type": "date_time", "offset": 2, "length": 1, "unix_time": "5"},
        {"type": "bold", "offset": 2, "length": 1, "url": "https://x.org"},
    ],
)
def test_wrong_entities_are_refused(entity: Any) -> None:
    with pytest.raises(Rejected, match="can't parse entities"):
        message_text("🎈a", None, [entity])


def test_other_parse_modes_are_refused() -> None:
    with pytest.raises(Rejected, match="unsupported parse_mode"):
        message_text("*a*", "MarkdownV2", None)


def test_commands_tags_names_and_addresses_are_found() -> None:
    _, entities = typed_text("/start@balloon_bot #Balloons @ada https://x.org/#a. a/b #12")
    kinds = {entity["type"]: (entity["offset"], entity["length"]) for entity in entities}
    assert kinds == {"bot_command": (0, 18), "hashtag": (19, 9), "mention": (29, 4), "url": (34, 16)}


def test_nothing_is_found_inside_code() -> None:
    _, entities = message_text("<code>#a</code>", "HTML", None)
    assert [entity["type"] for entity in entities] == ["code"]
