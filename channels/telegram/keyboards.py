"""Buttons under a message, as Telegram wants them."""

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from channels.base import Button, Rows


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
