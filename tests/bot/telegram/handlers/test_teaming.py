import base64

from schedules.people import people, roles, secondfactor
from schedules.people.roles import Grant, Role
from tests.support.bot_stage import BotStage
from tests.support.telegram.people import Person


async def _proven(stage: BotStage, person: Person) -> None:
    person.send("/code")
    await stage.settle()
    key = base64.b32decode(person.last.text.splitlines()[-1])
    person.send("/code " + secondfactor.code_at(key, secondfactor.step_at(stage.means.clock.now())))
    await stage.settle()


async def _grants(stage: BotStage, handle: str) -> tuple[Grant, ...]:
    return await roles.of(stage.store, (await people.called(stage.store, handle)).id)


async def test_granting_takes_a_code_and_locking_takes_none(stage: BotStage) -> None:
    sara, amal = await stage.comes("sara", Role.ADMIN), await stage.comes("amal", Role.VIEWER)
    sara.send("/grant amal approver city:berlin")
    await stage.settle()
    assert "This takes a second factor. Set it up first" in sara.last.text
    await _proven(stage, sara)
    sara.send("/grant amal approver city:berlin")
    await stage.settle()
    assert Grant(Role.APPROVER, "city:berlin") in await _grants(stage, "amal")
    sara.send("/lock amal")
    await stage.settle()
    amal.send("/status")
    await stage.settle()
    assert "not understood" in amal.last.text
    sara.send("/team")
    await stage.settle()
    assert (
        "amal · approver (city berlin), viewer (everything) · locked out · no second factor"
        in sara.last.text
    )


async def test_a_lost_phone_is_let_in_again_and_a_role_is_taken_back(stage: BotStage) -> None:
    sara, amal = await stage.comes("sara", Role.ADMIN), await stage.comes("amal", Role.VIEWER)
    await _proven(stage, sara)
    for text in ("/lock amal", "/unlock amal"):
        sara.send(text)
        await stage.settle()
    amal.send("/status")
    await stage.settle()
    assert "not understood" not in amal.last.text
    sara.send("/withdraw amal viewer everything")
    await stage.settle()
    assert await _grants(stage, "amal") == ()


async def test_what_is_no_role_is_explained(stage: BotStage) -> None:
    sara = await stage.comes("sara", Role.ADMIN)
    sara.send("/grant amal queen")
    await stage.settle()
    assert "amal approver city:berlin" in sara.last.text
