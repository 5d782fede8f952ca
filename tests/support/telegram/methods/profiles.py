"""Methods about the bot itself."""

from typing import Any

from tests.support.telegram.access import known_chat
from tests.support.telegram.errors import bad
from tests.support.telegram.files import MAX_DOWNLOAD_BYTES
from tests.support.telegram.methods.table import method
from tests.support.telegram.parameters import Json
from tests.support.telegram.profile import checked_commands, checked_text, language_of, scope_of
from tests.support.telegram.world import World


@method
def get_me(world: World) -> Json:
    return world.bot.described()


@method
def set_my_commands(
    world: World, commands: list[Any], scope: Json | None = None, language_code: str | None = None
) -> bool:
    world.profile.commands[scope_of(scope), language_of(language_code)] = checked_commands(commands)
    return True


@method
def delete_my_commands(world: World, scope: Json | None = None, language_code: str | None = None) -> bool:
    world.profile.commands.pop((scope_of(scope), language_of(language_code)), None)
    return True


@method
def get_my_commands(
    world: World, scope: Json | None = None, language_code: str | None = None
) -> list[Json]:
    return list(world.profile.commands.get((scope_of(scope), language_of(language_code)), []))


@method
def set_my_description(
    world: World, description: str | None = None, language_code: str | None = None
) -> bool:
    return _set_text(world, "description", description, language_code)


@method
def set_my_short_description(
    world: World, short_description: str | None = None, language_code: str | None = None
) -> bool:
    return _set_text(world, "short_description", short_description, language_code)


@method
def set_my_name(world: World, name: str | None = None, language_code: str | None = None) -> bool:
    return _set_text(world, "name", name, language_code)


@method
def get_my_description(world: World, language_code: str | None = None) -> Json:
    return _text(world, "description", language_code)


@method
def get_my_short_description(world: World, language_code: str | None = None) -> Json:
    return _text(world, "short_description", language_code)


@method
def get_my_name(world: World, language_code: str | None = None) -> Json:
    return _text(world, "name", language_code)


@method
def set_chat_menu_button(world: World, chat_id: int | None = None, menu_button: Json | None = None) -> bool:
    button = menu_button or {"type": "default"}
    if button.get("type") not in {"default", "commands", "web_app"}:
        raise bad("can't parse MenuButton: unsupported type specified")
    if button["type"] == "web_app" and set(button) != {"type", "text", "web_app"}:
        raise bad("can't parse MenuButton: a text and a web_app are expected")
    if chat_id is not None and not known_chat(world, chat_id).is_private:
        raise bad("menu buttons belong to private chats")
    world.profile.menu_buttons[chat_id] = button
    return True


@method
def get_file(world: World, file_id: str) -> Json:
    file = world.files[file_id]
    if len(file.content) > MAX_DOWNLOAD_BYTES:
        raise bad("file is too big")
    names = ("file_id", "file_unique_id", "file_size")
    return {**{name: file.wire()[name] for name in names}, "file_path": file.path}


def _set_text(world: World, kind: str, text: str | None, language_code: str | None) -> bool:
    world.profile.texts[kind, language_of(language_code)] = checked_text(kind, text)
    return True


def _text(world: World, kind: str, language_code: str | None) -> Json:
    return {kind: world.profile.texts.get((kind, language_of(language_code)), "")}
