"""Buttons under a message, as Telegram wants them."""

from typing import Final

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from channels.base import Button, Rows
from content.counting import utf16_units

MOST_COPIED: Final = 256
"""Characters that a button can copy (core.telegram.org/bots/api#copytextbutton)."""


def can_copy(text: str) -> bool:
    """Whether a button can carry this text to be copied."""
    return 0 < utf16_units(text) <= MOST_COPIED


def markup(rows: Rows) -> InlineKeyboardMarkup | None:
    """The rows of buttons, or ``None`` where there are none."""
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows])


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.text, url=button.url)
    if button.copy:
        return InlineKeyboardButton(button.text, copy_text=CopyTextButton(button.copy))
    return InlineKeyboardButton(button.text, callback_data=button.data)
