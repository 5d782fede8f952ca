import pytest

from schedules.commands import pauses
from schedules.people.roles import Role
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_accounts


async def test_a_captain_sees_and_stops_her_city_alone(stage: BotStage) -> None:
    await stage.add_account("group-berlin", "rehearsal", {}, city="berlin")
    carla = await stage.comes("carla", Role.CAPTAIN, scope="city:berlin")
    carla.send("/stop")
    await stage.settle()
    assert ["■ city berlin"] in carla.last.buttons
    assert ["■ campaign white-balloons"] not in carla.last.buttons
    carla.press(carla.last, "■ city berlin")
    await stage.settle()
    assert [pause.scope for pause in await pauses.paused(stage.store)] == ["city:berlin"]


async def test_a_hundred_and_fifty_accounts_are_shown_page_by_page_and_found_by_a_word(
    stage: BotStage,
) -> None:
    await add_accounts(stage.store, *(f"an-account-with-a-long-name-{number}" for number in range(150)))
    edda = await stage.comes("edda", Role.EDITOR)
    edda.send("/stop")
    await stage.settle()
    seen = set()
    for _ in range(4):
        seen |= {label for row in edda.last.buttons for label in row}
        edda.press(edda.last, "›")
        await stage.settle()
    seen |= {label for row in edda.last.buttons for label in row}
    assert {f"■ account an-account-with-a-long-name-{number}" for number in range(150)} <= seen
    assert edda.last.buttons[0] == ["Stop everything"]
    edda.send("/stop name-149")
    await stage.settle()
    assert edda.last.buttons == [["Stop everything"], ["■ account an-account-with-a-long-name-149"]]
    edda.press(edda.last, "■ account an-account-with-a-long-name-149")
    await stage.settle()
    scope = "account:an-account-with-a-long-name-149"
    assert [pause.scope for pause in await pauses.paused(stage.store)] == [scope]


@pytest.mark.parametrize("scope", ["city:aleppo", "partner:harbour-union"])
async def test_what_only_volunteers_belong_to_can_be_stopped_as_well(stage: BotStage, scope: str) -> None:
    await stage.volunteer("aleppo", "ar", partner="harbour-union")
    edda = await stage.comes("edda", Role.EDITOR)
    edda.send("/stop")
    await stage.settle()
    edda.press(edda.last, "■ " + scope.replace(":", " "))
    await stage.settle()
    assert [pause.scope for pause in await pauses.paused(stage.store)] == [scope]


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
