import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    MenuButtonCommands,
)

from tests.support.telegram.conftest import Raw
from tests.support.telegram.people import Person
from tests.support.telegram.server import BotApi
from tests.support.telegram.test_sending import picture
from tests.support.telegram.world import World

HELP = {"command": "help", "description": "What I can do"}


async def test_the_narrowest_menu_in_her_language_is_shown(bot: Bot, ada: Person, world: World) -> None:
    await bot.set_my_commands([BotCommand("help", "Help")])
    assert [command["description"] for command in ada.menu] == ["Help"]
    private = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([BotCommand("help", "In private")], scope=private)
    await bot.set_my_commands([BotCommand("help", "Hilfe")], scope=private, language_code="de")
    german = world.add_user("Bo", language_code="de")
    assert [command["description"] for command in ada.menu] == ["In private"]
    assert [command["description"] for command in german.menu] == ["Hilfe"]
    own = BotCommandScopeChat(german.id)
    await bot.set_my_commands([BotCommand("approve", "Freigeben")], scope=own)
    assert [command["command"] for command in german.menu] == ["approve"]
    assert await bot.get_my_commands(scope=own) == (BotCommand("approve", "Freigeben"),)
    await bot.delete_my_commands(scope=own)
    assert [command["description"] for command in german.menu] == ["Hilfe"]


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ({**HELP, "command": "Help"}, "BOT_COMMAND_INVALID"),
        ({**HELP, "command": "a" * 33}, "BOT_COMMAND_INVALID"),
        ({**HELP, "command": ""}, "BOT_COMMAND_INVALID"),
        ({**HELP, "command": "hilfe-mir"}, "BOT_COMMAND_INVALID"),
        ({**HELP, "description": ""}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({**HELP, "description": "x" * 257}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"command": "help"}, "can't parse BotCommand"),
    ],
)
async def test_malformed_commands_are_refused(raw: Raw, command: object, complaint: str) -> None:
    assert complaint in await raw.refusal("setMyCommands", commands=[command])


async def test_there_are_a_hundred_commands_at_most(raw: Raw) -> None:
    commands = [{**HELP, "command": f"help_{number}"} for number in range(101)]
    assert "BOT_COMMANDS_TOO_MUCH" in await raw.refusal("setMyCommands", commands=commands)
    assert await raw.call("setMyCommands", commands=commands[:100])


@pytest.mark.parametrize("code", ["deu", "de-AT", "DE", "d"])
async def test_languages_have_two_letters(raw: Raw, code: str) -> None:
    refusal = await raw.refusal("setMyCommands", commands=[HELP], language_code=code)
    assert "invalid language code specified" in refusal


@pytest.mark.parametrize(
    "scope", [{"type": "everybody"}, {"type": "chat"}, {"type": "default", "chat_id": 1}]
)
async def test_unknown_scopes_are_refused(raw: Raw, scope: object) -> None:
    assert "can't parse BotCommandScope" in await raw.refusal("setMyCommands", commands=[HELP], scope=scope)


async def test_name_and_descriptions_are_kept_per_language(bot: Bot, raw: Raw) -> None:
    await bot.set_my_description("Long", language_code="de")
    await bot.set_my_short_description("Short")
    await bot.set_my_name("Balloons")
    assert (await bot.get_my_description("de")).description == "Long"
    assert (await bot.get_my_description()).description == ""
    assert (await bot.get_my_short_description()).short_description == "Short"
    assert (await bot.get_my_name()).name == "Balloons"
    for method, name, most in (
        ("setMyDescription", "description", 512),
        ("setMyShortDescription", "short_description", 120),
        ("setMyName", "name", 64),
    ):
        assert await raw.call(method, **{name: "x" * most})
        assert "too long" in await raw.refusal(method, **{name: "x" * (most + 1)})


async def test_the_menu_button_is_set_for_private_chats(
    bot: Bot, raw: Raw, ada: Person, world: World
) -> None:
    await bot.set_chat_menu_button(ada.id, MenuButtonCommands())
    assert world.profile.menu_buttons == {ada.id: {"type": "commands"}}
    assert "can't parse MenuButton" in await raw.refusal("setChatMenuButton", menu_button={"type": "x"})
    assert "can't parse MenuButton" in await raw.refusal(
        "setChatMenuButton", menu_button={"type": "web_app"}
    )
    group = world.add_group(owner=ada)
    group.add_bot(ada)
    assert "private chats" in await raw.refusal("setChatMenuButton", chat_id=group.id)


async def test_a_file_that_a_person_sent_is_downloaded(bot: Bot, ada: Person) -> None:
    ada.send_photo(picture(), "Look")
    [update] = await bot.get_updates()
    assert update.message is not None
    assert update.message.caption == "Look"
    file = await update.message.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == picture()


async def test_a_document_keeps_its_name(bot: Bot, ada: Person) -> None:
    ada.send_document(b"a,b", "table.csv")
    [update] = await bot.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    assert update.message.document.file_name == "table.csv"


async def test_unknown_and_large_files_are_not_downloaded(raw: Raw, api: BotApi, world: World) -> None:
    assert "wrong file_id" in await raw.refusal("getFile", file_id="nothing")
    large = world.files.add("document", "large", b"x" * 20_000_001)
    assert "file is too big" in await raw.refusal("getFile", file_id=large.id)
    lost: httpx.Response = await raw.client.get(f"{api.base_file_url}{world.token}/nothing")
    wrong: httpx.Response = await raw.client.get(f"{api.base_file_url}1:wrong/{large.path}")
    assert (lost.status_code, wrong.status_code) == (404, 404)
