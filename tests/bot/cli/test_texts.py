from typing import Any

import pytest

from bot.cli.texts import UNKNOWN_PLATFORM, show_body
from content.limits import LIMITS
from content.richtext import Paragraph, RichText, Span, SpanKind, to_json
from tests.bot.cli.terminal import Terminal

PICTURE = {"sha256": "0" * 64, "file": "balloon.png", "alt": "A white balloon", "sensitive": True}


def body(*spans: Span, warning: str | None = None, media: tuple[Any, ...] = ()) -> dict[str, Any]:
    text = RichText((Paragraph(spans or (Span("Hello"),)),))
    return {"text": to_json(text), "warning": warning, "media": list(media), "options": {}}


def shown(given: dict[str, Any], platform: str, capsys: pytest.CaptureFixture[str]) -> str:
    show_body(given, platform)
    return capsys.readouterr().out


def test_an_address_behind_a_word_is_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    link = Span("Sign", SpanKind.LINK, href="https://example.org/sign")
    assert "Sign https://example.org/sign" in shown(body(link), "telegram", capsys)


def test_what_a_post_answers_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    given = body() | {"options": {"reply_to": "https://x.com/ministry/status/17"}}
    assert shown(given, "x", capsys).startswith("It answers https://x.com/ministry/status/17\n")


def test_only_what_readers_see_takes_room(capsys: pytest.CaptureFixture[str]) -> None:
    link = Span("Sign", SpanKind.LINK, href="https://example.org/sign")
    assert "Room: 4 of 4,096 UTF-16 units" in shown(body(link), "telegram", capsys)


def test_a_text_with_a_picture_has_the_room_of_a_caption(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(body(media=(PICTURE,)), "telegram", capsys)
    assert "of 1,024 UTF-16 units" in told
    assert "Picture balloon.png: A white balloon" in told


def test_a_video_is_called_one_and_described_in_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(body(media=(PICTURE | {"file": "balloon.mp4"},)), "x", capsys)
    assert "Hello\n\n🎬 A white balloon\n" in told
    assert "Video balloon.mp4: A white balloon" in told
    assert "Room: 25 of 280 weighted characters" in told


def test_a_platform_that_shows_warnings_gets_it_apart(capsys: pytest.CaptureFixture[str]) -> None:
    given = body(warning="Injured people")
    assert shown(given, "mastodon", capsys).startswith("Warning: Injured people\n\nHello\n")
    assert not shown(given, "telegram", capsys).startswith("Warning:")


def test_elsewhere_the_warning_is_part_of_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(body(warning="Injured people"), "telegram", capsys)
    assert told.index("Injured people") < told.index("Hello")


def test_a_feed_has_all_the_room_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Room: 5 characters\n" in shown(body(), "feed", capsys)
    assert LIMITS[UNKNOWN_PLATFORM].max_length is None


def test_a_post_of_a_removed_account_can_still_be_shown(planned: Terminal) -> None:
    planned.run("posts", "cancel", "1")
    planned.run("accounts", "remove", "telegram-en", "--yes")
    assert "This campaign needs you." in planned.out("preview", "1")
    assert "This campaign needs you." in planned.out("posts", "show", "1")


def test_the_parts_of_a_thread_are_numbered_and_each_has_its_room(
    capsys: pytest.CaptureFixture[str],
) -> None:
    later = [to_json(RichText((Paragraph((Span(words),)),))) for words in ("شكرا", "More, and more")]
    told = shown(body(warning="Grief") | {"thread": later}, "mastodon", capsys).splitlines()
    assert [line for line in told if line] == [
        "Warning: Grief",
        "1/3",
        "Hello",
        "Room: 12 of 500 graphemes, links as 23",
        "2/3",
        "شكرا",
        "Room: 4 of 500 graphemes, links as 23",
        "3/3",
        "More, and more",
        "Room: 14 of 500 graphemes, links as 23",
    ]


def test_a_post_of_one_part_has_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert "1/1" not in shown(body(), "x", capsys)
