"""Whom to turn to among the captains of a city."""

from bot.telegram.deputies import on_duty
from schedules.commands.actor import Actor
from schedules.commands.captains import be_away
from schedules.people.roles import Role
from tests.support.bot_stage import BotStage
from tests.support.group_stage import captain


async def handles(stage: BotStage, *roles: Role) -> list[str]:
    return [one.handle for one in await on_duty(stage.means, {"city:berlin"}, *roles)]


async def test_whoever_is_away_is_left_in_peace_unless_all_are(stage: BotStage) -> None:
    await captain(stage)
    await captain(stage, "noor")
    await stage.comes("paul", "captain", scope="city:paris")
    assert await handles(stage) == ["lena", "noor"]
    await be_away(stage.store, stage.means.clock, Actor("lena"), 2)
    assert await handles(stage) == ["noor"]
    await be_away(stage.store, stage.means.clock, Actor("noor"), 2)
    assert await handles(stage) == ["lena", "noor"]


async def test_of_several_roles_everybody_is_named_once(stage: BotStage) -> None:
    await captain(stage)
    await stage.comes("edda", "editor", scope="city:berlin")
    await stage.comes("amal", "admin")
    assert await handles(stage, Role.EDITOR, Role.CAPTAIN) == ["edda", "amal", "lena"]
    await be_away(stage.store, stage.means.clock, Actor("amal"), 2)
    assert await handles(stage, Role.EDITOR, Role.CAPTAIN) == ["edda", "lena"]
