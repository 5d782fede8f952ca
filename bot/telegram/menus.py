"""What Telegram's own menu of commands offers: volunteers in each of our languages, people in charge by their roles."""

from dataclasses import dataclass, field
from typing import Final

import structlog
from telegram import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

from bot.telegram.guarding import is_guarded
from bot.telegram.table import menu_of
from bot.telegram.talk import Means
from content.languages import OURS
from content.words import words
from schedules.commands.actor import Actor
from schedules.commands.people import in_charge
from schedules.people import people
from schedules.people.people import Person
from schedules.people.roles import Role

DEFAULT_LANGUAGE: Final = "en"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shown:
    """The menu of one person in charge: in which chat, in which language, for which roles."""

    chat: int = field(repr=False)
    language: str
    roles: frozenset[Role]


class StaffMenus:
    """Keeps the menus of people in charge as their roles and languages are now.

    In a guarded city nobody has another menu than volunteers: whoever looks at the phone learns nothing.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self._shown: dict[str, Shown] = {}

    async def keep(self) -> None:
        """Change what has changed since the last time; the first time, set everything."""
        wanted = await self._wanted()
        for gone in self._shown.keys() - wanted.keys():
            await take_menu(self._means, self._shown.pop(gone).chat)
        for name, menu in wanted.items():
            if self._shown.get(name) != menu and await self._show(menu):
                self._shown[name] = menu

    async def _wanted(self) -> dict[str, Shown]:
        store = self._means.store
        found: dict[str, Shown] = {}
        for one in await in_charge(store, Actor("bot")):
            person = await people.called(store, one.handle)
            chat = await people.address(store, self._means.vault, person.id)
            if chat is not None and one.left_at is None:
                roles = await self._roles(person)
                found[person.id] = Shown(chat, person.language, roles)
        return found

    async def _roles(self, person: Person) -> frozenset[Role]:
        grants = (await self._means.actor_of(person)).grants or ()
        if await is_guarded(self._means.store, self._means.kits, person.id):
            return frozenset()
        return frozenset(given.role for given in grants)

    async def _show(self, menu: Shown) -> bool:
        if not menu.roles:
            return await take_menu(self._means, menu.chat)
        try:
            await self._means.bot.set_my_commands(
                _commands(menu.language, menu.roles), scope=BotCommandScopeChat(menu.chat)
            )
        except TelegramError as error:
            log.warning("menu not set", error=type(error).__name__)
            return False
        return True


async def show_menus(means: Means) -> None:
    """Set the menu of private chats in every language: what volunteers may ask for.

    A menu that cannot be set is no reason not to serve; it is set again at the next start.
    """
    for language in OURS:
        try:
            await means.bot.set_my_commands(
                _commands(language, frozenset()),
                scope=BotCommandScopeAllPrivateChats(),
                language_code=None if language == DEFAULT_LANGUAGE else language,
            )
        except TelegramError as error:
            log.warning("menu not set", language=language, error=type(error).__name__)


async def take_menu(means: Means, chat: int) -> bool:
    """Let somebody see the menu of volunteers again. Whether they do; where they had no other, nothing changes."""
    try:
        await means.bot.delete_my_commands(scope=BotCommandScopeChat(chat))
    except TelegramError as error:
        log.warning("menu not taken away", error=type(error).__name__)
        return False
    return True


def _commands(language: str, roles: frozenset[Role]) -> list[BotCommand]:
    menu_words = words(language)
    return [BotCommand(name, menu_words.of(line)) for name, line in menu_of(roles)]
