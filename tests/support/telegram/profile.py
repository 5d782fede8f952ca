"""How the bot presents itself: commands, descriptions, names, menu buttons."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.telegram.errors import bad
from tests.support.telegram.parameters import Json

SCOPES: Final[dict[str, tuple[str, ...]]] = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
MAX_COMMANDS: Final = 100
MAX_COMMAND_DESCRIPTION: Final = 256
MAX_LENGTHS: Final = {"description": 512, "short_description": 120, "name": 64}

Scope = tuple[Any, ...]


@dataclass
class Profile:
    """Everything per language; the empty language is for all others."""

    commands: dict[tuple[Scope, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_buttons: dict[int | None, Json] = field(default_factory=dict)

    def menu(self, chat_id: int, language: str | None) -> list[Json]:
        """The commands that a person sees in her private chat: the narrowest scope wins, then her language."""
        scopes: list[Scope] = [("chat", chat_id), ("all_private_chats",), ("default",)]
        for scope in scopes:
            for spoken in (language or "", ""):
                if self.commands.get((scope, spoken)):
                    return self.commands[scope, spoken]
        return []


def scope_of(given: Json | None) -> Scope:
    """A scope as a key.

    Raises:
        Rejected: There is no such scope, or it lacks a field.
    """
    given = given or {"type": "default"}
    fields = SCOPES.get(given.get("type", ""))
    if fields is None:
        raise bad("can't parse BotCommandScope: unsupported type specified")
    if set(given) != {"type", *fields}:
        raise bad(
            f"can't parse BotCommandScope: {given['type']} needs {', '.join(fields) or 'nothing else'}"
        )
    return (given["type"], *(given[name] for name in fields))


def language_of(code: str | None) -> str:
    """A two-letter code, or the empty one."""
    if code and not re.fullmatch("[a-z]{2}", code):
        raise bad("invalid language code specified")
    return code or ""


def checked_commands(commands: list[Any]) -> list[Json]:
    """Commands as Telegram takes them."""
    if len(commands) > MAX_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not isinstance(command, dict) or set(command) != {"command", "description"}:
            raise bad("can't parse BotCommand: it has a command and a description")
        if not re.fullmatch("/?[a-z0-9_]{1,32}", str(command["command"])):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command["description"])) <= MAX_COMMAND_DESCRIPTION:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return [{**command, "command": command["command"].removeprefix("/")} for command in commands]


def checked_text(kind: str, text: str | None) -> str:
    """A name or description that is not too long."""
    if len(text or "") > MAX_LENGTHS[kind]:
        raise bad(f"{kind} is too long")
    return text or ""
