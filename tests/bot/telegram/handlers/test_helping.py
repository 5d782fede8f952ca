import pytest

from bot.telegram.table import TABLE
from schedules.people import people, roles
from schedules.people.roles import Grant, Role
from tests.support.bot_stage import BotStage
from tests.support.telegram.people import Person


async def known(stage: BotStage, *grants: Grant, language: str = "en") -> Person:
    person = stage.world.add_user("Ada")
    means = stage.means
    async with means.store.write() as connection:
        name = await people.welcome(connection, means.vault, means.clock, person.id, language)
        for given in grants:
            await roles.grant(connection, means.clock, name, given, by="root")
    return person


def offered(text: str) -> set[str]:
    return {line.split()[0].removeprefix("/") for line in text.splitlines() if line.startswith("/")}


async def asked(stage: BotStage, person: Person, how: str = "/help") -> str:
    person.send(how)
    await stage.settle()
    return person.last.text


async def test_somebody_without_a_role_is_offered_what_takes_none(stage: BotStage) -> None:
    expected = {name for name, entry in TABLE.commands.items() if entry.role is None and entry.menu}
    assert offered(await asked(stage, await known(stage))) == expected


async def test_an_admin_is_offered_everything(stage: BotStage) -> None:
    expected = {name for name, entry in TABLE.commands.items() if entry.menu}
    assert offered(await asked(stage, await known(stage, Grant(Role.ADMIN)))) == expected


@pytest.mark.parametrize("how", ["help", "/help", "/HELP@balloon_bot"])
async def test_help_is_asked_for_in_words_too(stage: BotStage, how: str) -> None:
    assert "help" in offered(await asked(stage, await known(stage), how))


async def test_whatever_is_not_understood_leads_there(stage: BotStage) -> None:
    assert "/help" in await asked(stage, await known(stage), "<b>what?</b> \u202e")
