from channels.base import Button
from channels.telegram.keyboards import MOST_COPIED, can_copy, markup


def test_no_buttons_are_no_keyboard() -> None:
    assert markup(()) is None


def test_each_button_has_exactly_its_one_action() -> None:
    rows = (
        (
            Button("Done", data="done 1"),
            Button("Post on X", url="https://x.com/intent/post?text=%23Balloons"),
        ),
        (Button("نسخ", copy="#بالونات"),),
    )
    keyboard = markup(rows)
    assert keyboard is not None
    assert keyboard.to_dict()["inline_keyboard"] == [
        [
            {"text": "Done", "callback_data": "done 1"},
            {"text": "Post on X", "url": "https://x.com/intent/post?text=%23Balloons"},
        ],
        [{"text": "نسخ", "copy_text": {"text": "#بالونات"}}],
    ]


def test_a_button_copies_what_is_short_enough_and_not_nothing() -> None:
    assert can_copy("x" * MOST_COPIED)
    assert not can_copy("x" * (MOST_COPIED + 1))
    assert not can_copy("🎈" * (MOST_COPIED // 2 + 1))
    assert not can_copy("")
