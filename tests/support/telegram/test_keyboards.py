from typing import Any

import pytest

from tests.support.telegram.errors import Rejected
from tests.support.telegram.keyboards import checked, inline


def rows(*buttons: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}


def refusal(markup: Any, *, private: bool = True) -> str:
    with pytest.raises(Rejected) as refused:
        checked(markup, private=private)
    return refused.value.description


@pytest.mark.parametrize(
    "button",
    [
        {"text": "x", "callback_data": "d" * 64},
        {"text": "x", "callback_data": "ü" * 32},
        {"text": "x", "url": "https://x.org/?a=b"},
        {"text": "x", "copy_text": {"text": "c" * 256}},
        {"text": "x", "web_app": {"url": "https://x.org"}},
        {"text": "x", "callback_data": "d", "style": "danger"},
    ],
)
def test_good_buttons_are_taken(button: dict[str, Any]) -> None:
    assert checked(rows(button), private=True) == rows(button)


@pytest.mark.parametrize(
    ("button", "complaint"),
    [
        ({"text": "x", "callback_data": "d" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "ü" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "url": "nowhere"},
            "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL",
        ),
        ({"text": "x", "copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "copy_text": {"text": "c" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "web_app": {"url": "http://x.org"}}, "Only HTTPS links are allowed"),
        ({"text": "x"}, "Text buttons are unallowed in the inline keyboard"),
        (
            {"text": "x", "url": "https://x.org", "callback_data": "d"},
            "a button must have exactly one action",
        ),
        ({"text": " ", "callback_data": "d"}, "the text of a button is empty"),
        ({"callback_data": "d"}, 'field "text" must be of type String'),
        ({"text": "x", "callback_data": "d", "colour": "red"}, "unknown fields colour"),
        ({"text": "x", "callback_data": "d", "style": "red"}, "invalid button style"),
    ],
)
def test_bad_buttons_are_refused(button: dict[str, Any], complaint: str) -> None:
    assert complaint in refusal(rows(button))


def test_a_web_app_opens_in_private_chats_only() -> None:
    markup = rows({"text": "x", "web_app": {"url": "https://x.org"}})
    assert refusal(markup, private=False) == "Bad Request: BUTTON_TYPE_INVALID"


def test_a_hundred_buttons_are_allowed_and_eight_in_a_row() -> None:
    button = {"text": "x", "callback_data": "d"}
    assert checked(rows(*[button] * 100), private=True)
    assert checked({"inline_keyboard": [[button] * 8]}, private=True)
    assert "REPLY_MARKUP_TOO_LONG" in refusal(rows(*[button] * 101))
    assert "more than 8 buttons in a row" in refusal({"inline_keyboard": [[button] * 9]})


def test_a_keyboard_full_of_long_links_is_too_long() -> None:
    link = {"text": "x", "url": "https://x.org/" + "a" * 200}
    assert "REPLY_MARKUP_TOO_LONG" in refusal(rows(*[link] * 50))


def test_a_keyboard_without_buttons_is_none() -> None:
    assert checked({"inline_keyboard": [[]]}, private=True) is None
    assert checked({}, private=True) is None


@pytest.mark.parametrize(
    "markup",
    [
        {"keyboard": [["Yes", {"text": "No"}]], "resize_keyboard": True},
        {"remove_keyboard": True},
        {"force_reply": True},
    ],
)
def test_reply_keyboards_are_taken_for_new_messages_only(markup: dict[str, Any]) -> None:
    assert checked(markup, private=True) == markup
    with pytest.raises(Rejected, match="inline keyboard expected"):
        inline(markup, private=True)


@pytest.mark.parametrize(
    "markup",
    [{"keyboard": "Yes"}, {"keyboard": [[{}]]}, {"keyboard": [["Yes"]], "colour": 1}, {"nonsense": 1}],
)
def test_malformed_reply_keyboards_are_refused(markup: dict[str, Any]) -> None:
    assert "can't parse" in refusal(markup)


def test_contacts_are_asked_for_in_private_chats_only() -> None:
    markup = {"keyboard": [[{"text": "My number", "request_contact": True}]]}
    assert checked(markup, private=True)
    assert "private chats only" in refusal(markup, private=False)
