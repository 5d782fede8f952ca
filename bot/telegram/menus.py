"""What Telegram's own menu of commands offers, in each of our languages."""

from typing import Final

import structlog
from telegram import BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bot.telegram.table import TABLE, Entry
from bot.telegram.talk import Means
from content.languages import OURS
from content.words import words

DEFAULT_LANGUAGE: Final = "en"

log = structlog.get_logger()


async def show_menus(means: Means) -> None:
    """Set the menu of private chats in every language: what volunteers may ask for.

    A menu that cannot be set is no reason not to serve; it is set again at the next start.
    """
    for language in OURS:
        try:
            await means.bot.set_my_commands(
                _commands(language, TABLE.commands),
                scope=BotCommandScopeAllPrivateChats(),
                language_code=None if language == DEFAULT_LANGUAGE else language,
            )
        except TelegramError as error:
            log.warning("menu not set", language=language, error=type(error).__name__)


def _commands(language: str, entries: dict[str, Entry]) -> list[BotCommand]:
    menu_words = words(language)
    return [
        BotCommand(name, menu_words.of(entry.menu))
        for name, entry in entries.items()
        if entry.role is None and entry.menu
    ]
