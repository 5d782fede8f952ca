"""Nothing that the bot wrote to somebody in a guarded city, or that they wrote to it, outlives a day."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from telegram.error import TelegramError

from bot.telegram import phones, readers
from bot.telegram.packets import Packets
from bot.telegram.table import TABLE
from bot.telegram.vanishing import Vanishing
from channels.base import Packet
from content.intents import Intent, label
from schedules.commands import volunteering
from schedules.people import expecting, people, roles, traces
from schedules.people.roles import Grant, Role
from tests.channels.posts import PLANNED_AT, picture, png
from tests.support.bot_stage import BotStage, bot_stage
from tests.support.deliveries import add_deliveries
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, come, press

A_DAY: Final = timedelta(hours=24, minutes=1)
REST: Final = timedelta(minutes=1)
"""After so long a person may write again without being taken for a flood."""
EVENING: Final = datetime(2027, 2, 2, 15, 0, tzinfo=UTC)
ARGUMENTS: Final = ("", "1", "berlin")
FOR_GOOD: Final = frozenset({"erase", "wipe", "agree", "take_up", "lock"})
"""After these nobody is there any more, or they are for people who are not there yet."""


async def pseudonym(stage: BotStage, person: Person) -> str:
    means = stage.means
    known = await people.find(means.store, means.vault, person.id)
    assert known is not None
    return known.id


async def all_powerful(stage: BotStage) -> Person:
    """A volunteer of Aleppo who holds every role."""
    person = await stage.volunteer("aleppo")
    name = await pseudonym(stage, person)
    await people.change(stage.store, name, {"handle": "amal"})
    async with stage.store.write() as connection:
        await roles.grant(connection, stage.means.clock, name, Grant(Role.ADMIN), by="root")
    # These are from before she was anybody.
    for message in person.chat.messages:
        message.deleted = True
    return person


async def settled(stage: BotStage) -> None:
    """Handle what came; a handler that cannot use what it was given apologises, and that vanishes too."""
    with contextlib.suppress(Exception):
        await stage.settle()
    await stage.settle()
    stage.world.clock.advance(REST)


def buttons() -> Iterator[tuple[str, str]]:
    for action in sorted(TABLE.buttons):
        if not any(word in action for word in FOR_GOOD):
            yield from ((action, argument) for argument in ARGUMENTS)


async def test_every_handler_leaves_an_empty_chat(sqlite_url: str) -> None:
    async with bot_stage(sqlite_url, at=EVENING) as stage:
        amal = await all_powerful(stage)
        name = await pseudonym(stage, amal)
        for command in sorted(TABLE.commands):
            if command not in FOR_GOOD:
                amal.send(f"/{command}")
                await settled(stage)
        for intent in sorted(TABLE.intents):
            if intent is not Intent.HIDE:
                amal.send(label(intent, "en"))
                await settled(stage)
        for what in sorted(TABLE.answers):
            if not any(word in what for word in FOR_GOOD):
                await expecting.expect(stage.store, stage.means.clock, name, f"{what}:1")
                amal.send("12:30")
                await settled(stage)
        for action, argument in buttons():
            below = amal.chat.keep(stage.world.bot, {"text": "a button"})
            amal.type_forged_callback(stage.means.signer.data(amal.id, action, argument), below)
            await settled(stage)
        amal.send_photo(png(), "a picture")
        await settled(stage)
        assert await people.find(stage.store, stage.means.vault, amal.id) is not None
        assert len(stage.world.journal.accepted("sendMessage")) > len(TABLE.commands)
        await stage.advance(A_DAY)
        assert [message.text for message in amal.chat.messages] == []


async def test_what_comes_by_itself_vanishes_too(stage: BotStage) -> None:
    amal = await all_powerful(stage)
    await stage.add_account("whatsapp-ar", "handoff", {"platform": "whatsapp", "to": "amal"})
    await add_deliveries(stage.store, ["whatsapp-ar"], 1, campaign=stage.campaign.id)
    means = stage.means
    hand_over = Packets(Vanishing(means.store, means.vault, means.clock, means.kits), means.signer)
    for media in ((), (picture(),), (picture(), picture())):
        text = "long " * 900 if len(media) > 1 else "#WhiteBalloons"
        async with stage.store.read() as connection:
            key = str((await connection.exec_driver_sql("SELECT key FROM post")).scalar_one())
        await hand_over(Packet("whatsapp-ar", key, "whatsapp", "ar", text, PLANNED_AT, media), "amal")
    reader = await readers.called(means, "amal")
    assert reader is not None
    assert await reader.say("An alert.")
    shown = [message for message in amal.chat.messages if message.notification.strip()]
    assert {message.notification.replace("░", "").strip() for message in shown} <= {"Ready.", ""}
    assert len(amal.chat.messages) > 5
    await stage.advance(A_DAY)
    assert amal.chat.messages == []


async def test_the_way_in_and_a_new_city_vanish(stage: BotStage) -> None:
    ada = await come(stage)
    for label_ in ("Next", "Yes, I agree", "Next", "Aleppo"):
        await press(stage, ada, label_)
    await stage.advance(A_DAY)
    assert ada.chat.messages == []
    lena = await stage.comes("lena", "captain", scope="city:aleppo")
    await ask(stage, lena, "/invite")
    await press(stage, lena, "Aleppo")
    assert "https://t.me/" in lena.phone
    await stage.advance(A_DAY)
    assert lena.chat.messages == []


async def test_the_page_on_which_a_guarded_city_was_chosen_vanishes(stage: BotStage) -> None:
    ada = await stage.volunteer("berlin")
    await ask(stage, ada, "/city")
    page = ada.last
    await press(stage, ada, "Aleppo")
    assert not page.deleted
    await stage.advance(A_DAY)
    assert page.deleted


async def test_more_than_is_answered_vanishes_as_well(stage: BotStage) -> None:
    amal = await all_powerful(stage)
    for _ in range(30):
        amal.send("/help")
    await stage.settle()
    assert len(stage.world.journal.accepted("sendMessage")) < 30
    await stage.advance(A_DAY)
    assert amal.chat.messages == []


async def test_what_nobody_heard_the_end_of_vanishes(stage: BotStage) -> None:
    amal = await all_powerful(stage)
    stage.world.fail("sendMessage", "hang_up_after")
    with contextlib.suppress(TelegramError):
        await stage.means.bot.send_message(amal.id, "lost")
    assert "lost" in amal.phone
    await stage.advance(A_DAY)
    assert amal.chat.messages == []


async def test_what_was_refused_is_not_waited_for(stage: BotStage) -> None:
    amal = await all_powerful(stage)
    with pytest.raises(TelegramError):
        await stage.means.bot.send_message(amal.id, "<nothing>")
    assert await traces.left(stage.store, await pseudonym(stage, amal)) == traces.Left()


@pytest.mark.parametrize("how", ["hide", "forget"])
async def test_what_arrives_while_they_hide_or_are_forgotten_is_deleted_at_once(
    stage: BotStage, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    amal = await stage.volunteer("aleppo")
    means, name = stage.means, await pseudonym(stage, amal)
    begin = traces.begin

    async def begun(*args: Any, **options: Any) -> str:
        key = await begin(*args, **options)
        if how == "hide":
            await phones.hide(means, name)
        else:
            await volunteering.forget(means.store, means.clock, name)
        return key

    monkeypatch.setattr(traces, "begin", begun)
    sent = await means.bot.send_message(amal.id, "too late")
    assert amal.chat.history[sent.message_id].deleted


async def test_a_prompt_that_arrives_after_they_were_forgotten_is_deleted(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bot_stage(sqlite_url, at=datetime(2027, 2, 2, 5, 0, tzinfo=UTC)) as stage:
        amal = await stage.volunteer("aleppo", level="nobody")
        await stage.plan_prompts()
        name, arrived = await pseudonym(stage, amal), traces.arrived
        came: list[int] = []

        async def forgotten(store: Any, key: str, *messages: int) -> bool:
            came.extend(messages)
            await volunteering.forget(stage.store, stage.means.clock, name)
            return await arrived(store, key, *messages)

        monkeypatch.setattr(traces, "arrived", forgotten)
        stage.world.clock.advance(timedelta(hours=2))
        await stage.send_due()
        assert came
        assert "Ready." not in amal.phone


async def test_in_open_cities_nothing_is_noted(stage: BotStage) -> None:
    ada = await stage.volunteer("berlin")
    await ask(stage, ada, "/help")
    assert await traces.left(stage.store, await pseudonym(stage, ada)) == traces.Left()
