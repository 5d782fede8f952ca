import pytest

import bot.telegram.handlers  # noqa: F401 - fills the table
from bot.telegram.table import TABLE, button, command
from bot.telegram.talk import Talk
from content.languages import OURS
from content.words import words


async def nothing(talk: Talk, argument: str) -> None:
    del talk, argument


def test_two_handlers_for_one_command_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two handlers for start"):
        command("start")(nothing)


def test_two_handlers_for_one_button_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two handlers for posted"):
        button("posted")(nothing)


def test_commands_of_groups_and_of_private_chats_are_two_tables() -> None:
    try:
        command("start", group=True)(nothing)
        assert TABLE.group_commands["start"].group
        assert TABLE.commands["start"].handler is not nothing
    finally:
        TABLE.group_commands.pop("start")


def test_whoever_is_not_known_may_ask_for_nothing_that_takes_a_role() -> None:
    entries = [*TABLE.commands.values(), *TABLE.group_commands.values(), *TABLE.buttons.values()]
    assert [entry for entry in entries if entry.unknown and entry.role is not None] == []


def test_every_line_of_the_menu_is_said_in_every_language() -> None:
    for language in OURS:
        for entry in TABLE.commands.values():
            if entry.menu is not None:
                assert 0 < len(words(language).of(entry.menu)) <= 256
