"""At the door of a group."""

from datetime import timedelta

import pytest

from tests.support.bot_stage import BotStage
from tests.support.group_stage import bound_group, captain
from tests.support.telegram.people import Person


async def asks(stage: BotStage) -> tuple[Person, Person]:
    """A captain, and somebody who asks to be let into her group."""
    lena = await captain(stage)
    group = await bound_group(stage, lena)
    noor = stage.world.add_user("Noor Secret", language_code="fr")
    group.request_join(noor)
    await stage.settle()
    return lena, noor


async def test_many_who_come_at_once_get_one_welcome(stage: BotStage) -> None:
    group = await bound_group(stage, await captain(stage))
    for name in ("Ada", "Bo", "Cy"):
        stage.world.add_user(name).join(group)
    await stage.settle()
    assert group.text.count("Willkommen. Alle hier sehen Profil und Namen") == 1
    assert "Ada" not in "".join(each.text for each in group.messages)
    stage.world.clock.advance(timedelta(minutes=11))
    stage.world.add_user("Di").join(group)
    await stage.settle()
    assert group.text.count("Willkommen.") == 2
    assert group.last.button("Meine Aufgabe, privat")["url"].startswith("https://t.me/balloon_bot?start=")


async def test_a_paused_city_welcomes_nobody(stage: BotStage) -> None:
    lena = await captain(stage)
    group = await bound_group(stage, lena)
    lena.send("/stop city:berlin")
    await stage.settle()
    stage.world.add_user("Ada").join(group)
    await stage.settle()
    assert "Willkommen" not in group.text


async def test_a_captain_lets_somebody_in_without_a_name(stage: BotStage) -> None:
    lena, noor = await asks(stage)
    assert "asks to be let into the group of" in lena.last.text
    assert "français" in lena.last.text
    assert "Noor" not in lena.phone
    data = lena.last.button("Let in")["callback_data"]
    assert str(noor.id) not in data
    assert "Quelqu" not in noor.phone
    assert "décide" in noor.phone
    lena.press(lena.last, "Let in")
    await stage.settle()
    group = next(chat for chat in stage.world.chats.values() if chat.type == "group")
    assert group.member(noor).present
    assert "They are let in." in lena.phone


async def test_a_captain_keeps_somebody_out(stage: BotStage) -> None:
    lena, noor = await asks(stage)
    lena.press(lena.last, "Do not let in")
    await stage.settle()
    group = next(chat for chat in stage.world.chats.values() if chat.type == "group")
    assert not group.member(noor).present
    assert noor.id not in group.join_requests


async def test_what_another_decided_is_said(stage: BotStage) -> None:
    lena, noor = await asks(stage)
    card = lena.last
    group = next(chat for chat in stage.world.chats.values() if chat.type == "group")
    del group.join_requests[noor.id]
    lena.press(card, "Let in")
    await stage.settle()
    assert "decided that already" in lena.phone


async def test_asking_twice_brings_one_card(stage: BotStage) -> None:
    lena, noor = await asks(stage)
    before = len(lena.chat.messages)
    group = next(chat for chat in stage.world.chats.values() if chat.type == "group")
    group.request_join(noor)
    await stage.settle()
    assert len(lena.chat.messages) == before


async def test_only_captains_of_the_city_are_asked_and_obeyed(stage: BotStage) -> None:
    paul = await stage.comes("paul", "captain", scope="city:paris")
    lena, noor = await asks(stage)
    assert "asks to be let into" not in paul.phone
    with pytest.raises(LookupError):
        paul.press(paul.last, "Let in")
    paul.type_forged_callback(lena.last.button("Let in")["callback_data"])
    await stage.settle()
    group = next(chat for chat in stage.world.chats.values() if chat.type == "group")
    assert not group.member(noor).present
