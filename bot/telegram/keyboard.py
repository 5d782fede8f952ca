"""The keys that stay below the chat: what a volunteer may want at any moment, in plain words."""

from typing import Final

from telegram import ReplyKeyboardMarkup

from content.intents import Intent, label

KEYS: Final = ((Intent.TODAY,), (Intent.PAUSE, Intent.HELP), (Intent.FORGET,))
KEYS_WHERE_GUARDED: Final = (*KEYS[:2], (Intent.FORGET, Intent.HIDE))


def fixed_keys(language: str, *, guarded: bool) -> ReplyKeyboardMarkup:
    """The keys in one language. Telegram takes them away with the message that brought them."""
    keys = KEYS_WHERE_GUARDED if guarded else KEYS
    rows = [[label(intent, language) for intent in row] for row in keys]
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, is_persistent=True)
