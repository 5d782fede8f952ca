import pytest

from schedules.commands import pauses
from schedules.people.roles import Role
from tests.support.bot_stage import BotStage


async def test_a_captain_sees_and_stops_her_city_alone(stage: BotStage) -> None:
    await stage.add_account("group-berlin", "rehearsal", {}, city="berlin")
    carla = await stage.comes("carla", Role.CAPTAIN, scope="city:berlin")
    carla.send("/stop")
    await stage.settle()
    assert ["■ city:berlin"] in carla.last.buttons
    assert ["■ campaign:white-balloons"] not in carla.last.buttons
    carla.press(carla.last, "■ city:berlin")
    await stage.settle()
    assert [pause.scope for pause in await pauses.paused(stage.store)] == ["city:berlin"]


async def test_stopping_twice_says_so_twice_and_stops_once(stage: BotStage) -> None:
    edda = await stage.comes("edda", Role.EDITOR)
    for _ in range(2):
        edda.send("/stop everything")
        await stage.settle()
    assert edda.phone.count("Stopped: everything.") == 2
    assert len(await pauses.paused(stage.store)) == 1


@pytest.mark.parametrize("scope", ["city:nowhere", "nonsense", "campaign:<b>"])
async def test_what_does_not_exist_is_not_stopped(stage: BotStage, scope: str) -> None:
    edda = await stage.comes("edda", Role.EDITOR)
    edda.send(f"/stop {scope}")
    await stage.settle()
    assert "That was not done." in edda.last.text
    assert not await pauses.paused(stage.store)


async def test_pause_is_another_word_for_whoever_is_in_charge(stage: BotStage) -> None:
    edda = await stage.comes("edda", Role.EDITOR)
    edda.send("/pause everything")
    await stage.settle()
    assert [pause.scope for pause in await pauses.paused(stage.store)] == ["everything"]
