from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.telegram.packets import LONGEST, Packets, pieces, told
from bot.telegram.vanishing import Vanishing
from channels.base import Packet, Urging
from channels.errors import NotAuthorised, OutcomeUnknown, RateLimited
from channels.registry import BOT_CHANNEL
from channels.telegram.keyboards import MOST_COPIED
from content.counting import utf16_units
from content.words import words
from schedules.accounts import accounts, buckets
from schedules.commands.people import lock
from schedules.people import people, roles
from schedules.people.roles import Grant, Role
from schedules.store.tables import post
from tests.channels.posts import PLANNED_AT, picture, video
from tests.support.bot_stage import BOT, COORDINATOR, BotStage
from tests.support.deliveries import add_deliveries
from tests.support.telegram.people import Person

KEY = "demo/launch/hello/tiktok/-/1"
EVIL = '<a href="tg://user?id=6">Nour & \u202e</a>'


def packet(text: str = "#WhiteBalloons", **more: Any) -> Packet:
    values: dict[str, Any] = {
        "key": KEY,
        "account": "whatsapp-ar",
        "platform": "whatsapp",
        "language": "ar",
        "link": "https://wa.me/",
        "planned_at": PLANNED_AT,
        "media": (),
        "urging": Urging.NOTHING,
        **more,
    }
    return Packet(text=text, **values)


async def amal(stage: BotStage) -> Person:
    """A person in charge, and the post that she is handed."""
    person = stage.world.add_user("Somebody")
    person.send("/start")
    stage.world.updates.drop()
    means = stage.means
    async with means.store.write() as connection:
        await people.welcome(connection, means.vault, means.clock, person.id, "en", "amal")
    await stage.add_account("whatsapp-ar", "handoff", {"platform": "whatsapp", "to": "amal"})
    return person


async def key_of_a_post(stage: BotStage) -> str:
    await add_deliveries(stage.store, ["whatsapp-ar"], 1, campaign=stage.campaign.id)
    async with stage.store.read() as connection:
        return str((await connection.execute(select(post.c.key))).scalar_one())


def hand_over(stage: BotStage) -> Packets:
    means = stage.means

    async def rest(seconds: float) -> None:
        stage.world.clock.advance(timedelta(seconds=seconds))

    return Packets(Vanishing(means.store, means.vault, means.clock, means.kits), means.signer, rest)


async def test_she_gets_the_text_to_copy_the_way_there_and_her_two_answers(stage: BotStage) -> None:
    person, key = await amal(stage), await key_of_a_post(stage)
    receipt = await hand_over(stage)(packet(key=key), "amal")
    assert receipt.remote_id == str(person.last.id)
    assert person.last.buttons == [["Copy the text", "Open whatsapp"], ["Posted", "Cannot"]]
    assert person.last.button("Copy the text")["copy_text"] == {"text": "#WhiteBalloons"}
    assert "To post now, number 1:" in person.last.text


async def test_her_answers_are_hers_alone_and_name_the_post_and_its_part(stage: BotStage) -> None:
    person, key = await amal(stage), await key_of_a_post(stage)
    await hand_over(stage)(packet(key=f"{key}#2"), "amal")
    data = str(person.last.button("Posted")["callback_data"])
    read = stage.means.signer.read(person.id, data)
    assert read is not None
    assert (read.action, read.argument) == ("posted", "1.2")
    assert stage.means.signer.read(person.id + 1, data) is None


async def test_what_is_too_long_to_be_copied_by_a_button_stands_there_to_be_tapped(stage: BotStage) -> None:
    person, key = await amal(stage), await key_of_a_post(stage)
    await hand_over(stage)(packet("🎈" * (MOST_COPIED // 2) + "x", key=key, link=""), "amal")
    assert person.last.buttons == [["Posted", "Cannot"]]
    assert "code" in {entity["type"] for entity in person.last.entities}


async def test_a_text_is_only_text_whatever_stands_in_it(stage: BotStage) -> None:
    person, key = await amal(stage), await key_of_a_post(stage)
    await hand_over(stage)(packet(EVIL, key=key, account="<b>tiktok</b>"), "amal")
    assert EVIL in person.last.text
    assert "<b>tiktok</b>" in person.last.text
    assert not {"text_link", "text_mention"} & {entity["type"] for entity in person.last.entities}


async def test_pictures_come_first_and_not_again_with_the_reminder(stage: BotStage) -> None:
    person, key = await amal(stage), await key_of_a_post(stage)
    await hand_over(stage)(packet(key=key, media=(picture("One"),)), "amal")
    await hand_over(stage)(packet(key=key, media=(picture("One"), picture("Two"))), "amal")
    await hand_over(stage)(packet(key=key, media=(video("Rising"),)), "amal")
    await hand_over(stage)(packet(key=key, media=(picture("One"),), urging=Urging.REMINDER), "amal")
    sent = [request.method for request in stage.world.journal.requests if request.method.startswith("send")]
    assert sent == [
        *("sendPhoto", "sendMessage"),
        *("sendMediaGroup", "sendMessage"),
        *("sendVideo", "sendMessage"),
        "sendMessage",
    ]
    assert "still waits for you" in person.last.text


@pytest.mark.parametrize("urging", Urging)
def test_it_is_said_in_her_language(urging: Urging) -> None:
    assert told(packet(urging=urging), "7", words("ar")) != told(packet(urging=urging), "7", words("en"))


def test_a_post_without_text_shows_no_empty_frame() -> None:
    assert "<code>" not in told(packet(""), "7", words("en"))


async def test_whoever_has_not_come_cannot_be_handed_anything(stage: BotStage) -> None:
    with pytest.raises(NotAuthorised, match="nora"):
        await hand_over(stage)(packet(), "nora")


@pytest.mark.parametrize("how", ["block_bot", "deactivate"])
async def test_whoever_is_gone_calls_for_another_person(stage: BotStage, how: str) -> None:
    person, key = await amal(stage), await key_of_a_post(stage)
    getattr(person, how)()
    with pytest.raises(NotAuthorised, match="cannot be reached") as raised:
        await hand_over(stage)(packet(key=key), "amal")
    assert "another person" in raised.value.remedy
    assert str(person.id) not in str(raised.value)


async def test_whoever_left_is_not_written_to(stage: BotStage) -> None:
    await amal(stage)
    found = await people.called(stage.store, "amal")
    await people.left(stage.store, stage.means.clock, found.id)
    with pytest.raises(NotAuthorised, match="cannot be reached"):
        await hand_over(stage)(packet(), "amal")
    assert stage.world.journal.of("sendMessage") == []


async def test_whoever_was_locked_out_is_not_written_to(stage: BotStage) -> None:
    await amal(stage)
    await lock(stage.store, stage.means.clock, COORDINATOR, "amal")
    with pytest.raises(NotAuthorised, match="cannot be reached"):
        await hand_over(stage)(packet(), "amal")
    assert stage.world.journal.of("sendMessage") == []


async def test_it_is_drawn_on_the_rate_of_the_bot_and_waits_no_longer_than_the_lease_allows(
    stage: BotStage,
) -> None:
    person, key = await amal(stage), await key_of_a_post(stage)
    means, before = stage.means, stage.means.clock.now()
    connection = await accounts.connection(stage.store, means.vault, BOT)
    lane = means.vault.credential_lane(BOT, BOT_CHANNEL, connection.secret)
    await buckets.block(stage.store, means.clock, lane, timedelta(seconds=5))
    await hand_over(stage)(packet(key=key), "amal")
    assert means.clock.now() - before >= timedelta(seconds=5)
    await buckets.block(stage.store, means.clock, lane, timedelta(minutes=5))
    with pytest.raises(RateLimited) as raised:
        await hand_over(stage)(packet(key=key), "amal")
    assert raised.value.retry_after > timedelta(minutes=4)
    assert len(person.chat.messages) == 2


async def test_a_halt_that_telegram_asks_for_holds_whatever_else_the_bot_sends(stage: BotStage) -> None:
    _, key = await amal(stage), await key_of_a_post(stage)
    connection = await accounts.connection(stage.store, stage.means.vault, BOT)
    lane = stage.means.vault.credential_lane(BOT, BOT_CHANNEL, connection.secret)
    stage.world.fail("sendMessage", "too_many_requests", retry_after=7)
    with pytest.raises(RateLimited):
        await hand_over(stage)(packet(key=key), "amal")
    wait = await buckets.draw(stage.store, stage.means.clock, lane, ahead=buckets.ANSWERS)
    assert timedelta(0) < wait <= timedelta(seconds=7)


async def test_without_a_bot_it_says_how_to_connect_one(stage: BotStage) -> None:
    await accounts.remove(stage.store, BOT, stage.means.clock.now())
    with pytest.raises(NotAuthorised, match="no bot") as raised:
        await hand_over(stage)(packet(), "amal")
    assert "munasara accounts add telegram-bot" in raised.value.remedy


async def test_telegram_asks_to_wait_or_breaks_off(stage: BotStage) -> None:
    _, key = await amal(stage), await key_of_a_post(stage)
    stage.world.fail("sendMessage", "too_many_requests", retry_after=7)
    with pytest.raises(RateLimited) as raised:
        await hand_over(stage)(packet(key=key), "amal")
    assert raised.value.retry_after == timedelta(seconds=7)
    stage.world.fail("sendMessage", "hang_up_after")
    with pytest.raises(OutcomeUnknown):
        await hand_over(stage)(packet(key=key), "amal")


@given(st.text(min_size=1, max_size=9_000))
def test_the_pieces_of_a_long_text_are_that_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_a_long_text_is_cut_between_words() -> None:
    found = pieces("balloons " * 600)
    assert len(found) == 2
    assert all(utf16_units(piece) <= LONGEST and piece.endswith("balloons ") for piece in found)


async def test_on_a_guarded_phone_a_packet_is_covered_and_vanishes(stage: BotStage) -> None:
    person, key = await amal(stage), await key_of_a_post(stage)
    known = await people.find(stage.store, stage.means.vault, person.id)
    assert known is not None
    async with stage.store.write() as connection:
        await roles.grant(
            connection, stage.means.clock, known.id, Grant(Role.CAPTAIN, "city:aleppo"), by="root"
        )
    for media in ((), (picture(),), (picture(), picture())):
        await hand_over(stage)(packet("#WhiteBalloons " * 400, key=key, media=media), "amal")
    shown = [message for message in person.chat.messages if message.sender is stage.world.bot]
    assert {message.notification.replace("░", "").strip() for message in shown} == {"Ready.", ""}
    assert "#WhiteBalloons" in person.phone
    await stage.advance(timedelta(hours=24, minutes=1))
    assert all(message.deleted for message in shown)
