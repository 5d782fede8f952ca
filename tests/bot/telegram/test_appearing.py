"""A post on the phone reads as it will appear."""

from bot.telegram.appearing import MOST_SHOWN, appearing, room
from content.limits import LIMITS
from content.richtext import Paragraph, RichText, Span, to_json
from content.words import words

ENGLISH = words("en")


def _text(words_: str) -> object:
    return to_json(RichText((Paragraph((Span(words_),)),)))


def _body(text: str, **values: object) -> dict[str, object]:
    return {"text": _text(text), "warning": None, "media": [], "options": {}, **values}


PICTURE = {"alt": "A <white> balloon", "file": "picture-1.jpg"}


def test_the_text_stands_there_with_the_room_it_takes() -> None:
    assert appearing(_body("a < b"), "x", ENGLISH) == "<blockquote>a &lt; b</blockquote>\n5 / 280"
    answer = _body("yes") | {"options": {"reply_to": "https://x.com/ministry/status/17"}}
    assert appearing(answer, "x", ENGLISH).startswith("↩ https://x.com/ministry/status/17\n\n")


def test_each_part_of_a_thread_is_counted_by_itself() -> None:
    shown = appearing(_body("one", thread=[_text("two and more")]), "x", ENGLISH)
    assert "<b>1/2</b>\n<blockquote>one</blockquote>\n3 / 280" in shown
    assert "<b>2/2</b>\n<blockquote>two and more</blockquote>\n12 / 280" in shown


def test_pictures_are_described_and_leave_less_room_for_a_caption() -> None:
    shown = appearing(_body("one", media=[PICTURE]), "telegram", ENGLISH)
    assert "▣ A &lt;white&gt; balloon" in shown
    assert shown.endswith("/ 1024")


def test_a_warning_stands_where_the_platform_shows_it() -> None:
    warned = _body("one", warning="Injuries")
    assert appearing(warned, "mastodon", ENGLISH).startswith("⚠ Injuries\n\n")
    assert "Injuries\n\none</blockquote>" in appearing(warned, "x", ENGLISH)


def test_a_very_long_text_is_cut_and_says_so() -> None:
    shown = appearing(_body("a" * (MOST_SHOWN + 1)), "facebook", ENGLISH)
    assert "1 more character is not shown." in shown
    assert len(shown) < 4096


def test_a_platform_that_is_gone_has_no_limit() -> None:
    assert appearing(_body("one"), "gone", ENGLISH).endswith("3 / ∞")


def test_the_room_of_a_caption_counts_where_there_are_pictures() -> None:
    assert (room(LIMITS["telegram"], pictures=True), room(LIMITS["telegram"], pictures=False)) == (
        1024,
        4096,
    )
