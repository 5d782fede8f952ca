"""Keyboards as Telegram takes them."""

from typing import Any, Final

from tests.support.telegram.errors import Rejected, bad
from tests.support.telegram.markup import is_web_address
from tests.support.telegram.parameters import Json

MAX_BUTTONS: Final = 100
MAX_BUTTONS_IN_A_ROW: Final = 8
MAX_DATA_BYTES: Final = 64
MAX_COPIED_CHARACTERS: Final = 256
MAX_MARKUP_CHARACTERS: Final = 9_500
"""An approximation that Telegram's developers have called good."""

_ACTIONS: Final = {
    *("url", "callback_data", "copy_text", "web_app", "login_url", "pay", "callback_game"),
    *("switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat"),
}
_LOOKS: Final = {"text", "style", "icon_custom_emoji_id"}
_STYLES: Final = {"danger", "primary", "success"}
_REPLY_FIELDS: Final = {
    *(
        "keyboard",
        "is_persistent",
        "resize_keyboard",
        "one_time_keyboard",
        "input_field_placeholder",
        "selective",
    )
}
_REPLY_BUTTON: Final = {
    *(
        "text",
        "request_users",
        "request_chat",
        "request_contact",
        "request_location",
        "request_poll",
        "web_app",
    ),
    *("style", "icon_custom_emoji_id"),
}


def checked(markup: Json | None, *, private: bool) -> Json | None:
    """A markup for a new message.

    Raises:
        Rejected: A button is malformed, or there are too many.
    """
    if not markup:
        return None
    if "inline_keyboard" in markup:
        return inline(markup, private=private)
    if "keyboard" in markup:
        return _reply_keyboard(markup, private=private)
    if markup.get("remove_keyboard") is True or markup.get("force_reply") is True:
        return markup
    raise bad("can't parse reply keyboard markup JSON object")


def inline(markup: Json | None, *, private: bool) -> Json | None:
    """A markup for a message that is edited; without rows it is none."""
    if not markup:
        return None
    if set(markup) != {"inline_keyboard"}:
        raise bad("inline keyboard expected")
    rows = _rows(markup["inline_keyboard"], "inline keyboard")
    for row in rows:
        for button in row:
            _check_button(button, private=private)
    if (
        sum(len(str(value)) for row in rows for button in row for value in button.values())
        > MAX_MARKUP_CHARACTERS
    ):
        raise bad("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": rows} if any(rows) else None


def _rows(rows: Any, name: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad(f"can't parse {name}: field must be an Array of Arrays")
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise bad("REPLY_MARKUP_TOO_LONG")
    if any(len(row) > MAX_BUTTONS_IN_A_ROW for row in rows):
        raise bad(f"can't parse {name}: more than {MAX_BUTTONS_IN_A_ROW} buttons in a row")
    return [row for row in rows if row]


def _check_button(button: Any, *, private: bool) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise _unparsed('field "text" must be of type String')
    if not button["text"].strip():
        raise _unparsed("the text of a button is empty")
    if button.keys() - _ACTIONS - _LOOKS:
        raise _unparsed(f"unknown fields {', '.join(sorted(button.keys() - _ACTIONS - _LOOKS))}")
    if button.get("style", "primary") not in _STYLES:
        raise _unparsed("invalid button style specified")
    actions = button.keys() & _ACTIONS
    if not actions:
        raise _unparsed("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _unparsed("a button must have exactly one action")
    _check_action(actions.pop(), button, private=private)


def _check_action(action: str, button: Json, *, private: bool) -> None:
    value = button[action]
    if action == "callback_data" and not _fits(value, MAX_DATA_BYTES):
        raise bad("BUTTON_DATA_INVALID")
    if action == "url" and not (isinstance(value, str) and is_web_address(value)):
        raise bad(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
    if action == "copy_text":
        copied = value.get("text") if isinstance(value, dict) else None
        if not isinstance(copied, str) or not 1 <= len(copied) <= MAX_COPIED_CHARACTERS:
            raise bad("BUTTON_COPY_TEXT_INVALID")
    if action == "web_app":
        _check_web_app(value, private=private)


def _check_web_app(value: Any, *, private: bool) -> None:
    if not private:
        raise bad("BUTTON_TYPE_INVALID")
    url = value.get("url") if isinstance(value, dict) else None
    if not isinstance(url, str) or not url.startswith("https://") or not is_web_address(url):
        raise bad(f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed")


def _fits(value: Any, most: int) -> bool:
    return isinstance(value, str) and 1 <= len(value.encode()) <= most


def _reply_keyboard(markup: Json, *, private: bool) -> Json:
    if markup.keys() - _REPLY_FIELDS:
        raise bad("can't parse reply keyboard markup JSON object")
    for button in (button for row in _rows(markup["keyboard"], "keyboard") for button in row):
        look = {"text": button} if isinstance(button, str) else button
        if not isinstance(look, dict) or not look.get("text") or look.keys() - _REPLY_BUTTON:
            raise bad("can't parse keyboard button")
        if look.keys() - {"text", "style", "icon_custom_emoji_id"} and not private:
            raise bad("buttons that ask for something can be sent in private chats only")
    return markup


def _unparsed(detail: str) -> Rejected:
    return bad(f"can't parse inline keyboard button: {detail}")
