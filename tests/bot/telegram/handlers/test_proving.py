import base64
from datetime import timedelta

from schedules.people import secondfactor
from schedules.people.roles import Role
from tests.support.bot_stage import BotStage
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, press


async def shown(stage: BotStage, person: Person) -> str:
    """The key of a fresh second factor."""
    await ask(stage, person, "/code")
    return person.last.text.splitlines()[-1]


async def test_the_key_is_shown_once_and_its_codes_open_for_a_while(stage: BotStage) -> None:
    sara = await stage.comes("sara", Role.ADMIN)
    sara.send("/code")
    await stage.settle()
    key = sara.last.text.splitlines()[-1]
    sara.send("/code")
    await stage.settle()
    assert key not in sara.last.text
    assert "Write the six digits" in sara.last.text
    sara.send(secondfactor.code_at(base64.b32decode(key), secondfactor.step_at(stage.means.clock.now())))
    await stage.settle()
    assert "Open for 15 minutes." in sara.last.text


async def test_wrong_codes_open_nothing_and_after_five_none_is_taken(stage: BotStage) -> None:
    sara = await stage.comes("sara", Role.ADMIN)
    sara.send("/code")
    await stage.settle()
    for _ in range(5):
        sara.send("/code 000000")
        await stage.settle()
        assert "Open for" not in sara.last.text
    sara.send("/code 000000")
    await stage.settle()
    assert "Too many wrong codes came." in sara.last.text


async def test_a_volunteer_has_no_second_factor(stage: BotStage) -> None:
    ada = await stage.volunteer()
    ada.send("/code")
    await stage.settle()
    assert "not understood" in ada.last.text


async def test_the_key_vanishes_when_a_code_of_it_came(stage: BotStage) -> None:
    sara = await stage.comes("sara", Role.ADMIN)
    key = await shown(stage, sara)
    assert key in sara.phone
    code = secondfactor.code_at(base64.b32decode(key), secondfactor.step_at(stage.means.clock.now()))
    await ask(stage, sara, f"/code {code}")
    assert "Open for 15 minutes." in sara.last.text
    assert key not in sara.phone


async def test_the_key_vanishes_after_ten_minutes_at_the_latest(stage: BotStage) -> None:
    sara = await stage.comes("sara", Role.ADMIN)
    key = await shown(stage, sara)
    await stage.advance(timedelta(minutes=9))
    assert key in sara.phone
    await stage.advance(timedelta(minutes=1))
    assert key not in sara.phone
    await ask(stage, sara, "/code")
    await press(stage, sara, "Set up a new one")
    assert "Put this key into an app" in sara.last.text
