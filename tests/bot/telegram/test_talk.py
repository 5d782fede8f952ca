from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from telegram import Update
from telegram.error import BadRequest

from bot.telegram.talk import MOST_TOAST, Talk
from channels.base import Button
from content.models import Risk
from schedules.people import people, traces, volunteers
from schedules.people.people import Person as Known
from schedules.people.volunteers import Volunteer
from tests.channels.posts import png
from tests.support.bot_stage import BotStage
from tests.support.telegram.people import Person
from tests.support.telegram.presses import Press

ROWS = ((Button("Fine", data="fine"),),)


async def welcomed(stage: BotStage, language: str = "en") -> tuple[Person, Known]:
    ada = stage.world.add_user("Ada", language_code="de")
    means = stage.means
    async with means.store.write() as connection:
        name = await people.welcome(connection, means.vault, means.clock, ada.id, language)
    known = await people.get(means.store, name)
    assert known is not None
    return ada, known


async def last_update(stage: BotStage) -> Update:
    return (await stage.updates())[-1]


def in_city(stage: BotStage, known: Known, city: str | None) -> Volunteer:
    return Volunteer(known.id, stage.campaign.id, "en", "UTC", 18, city=city, consent=1)


async def joined(stage: BotStage, known: Known, city: str | None) -> None:
    async with stage.store.write() as connection:
        await volunteers.join(connection, in_city(stage, known, city), stage.means.clock.now())


async def wrote(stage: BotStage, ada: Person, known: Known | None, city: str | None = "") -> Talk:
    ada.send("hello")
    volunteer = in_city(stage, known, city) if known is not None and city != "" else None
    return Talk(stage.means, await last_update(stage), known, volunteer)


async def pressed(stage: BotStage, ada: Person, known: Known) -> tuple[Talk, Press]:
    ada.send("/start")
    ada.chat.keep(stage.world.bot, {"text": "Ready?"})
    press = ada.type_forged_callback("x")
    return Talk(stage.means, await last_update(stage), known, None), press


async def test_it_speaks_the_language_that_they_chose_else_that_of_their_app(stage: BotStage) -> None:
    ada, known = await welcomed(stage, "tr")
    assert (await wrote(stage, ada, known)).words.language == "tr"
    assert (await wrote(stage, ada, None)).words.language == "de"
    eve = stage.world.add_user("Eve", language_code=None)
    assert (await wrote(stage, eve, None)).words.language == "en"


async def test_it_knows_who_where_and_what(stage: BotStage) -> None:
    ada, known = await welcomed(stage)
    talk = await wrote(stage, ada, known)
    assert (talk.user, talk.chat, talk.is_private, talk.text) == (ada.id, ada.id, True, "hello")
    assert talk.known() is known
    assert (await talk.actor()).name == known.id
    assert await talk.campaign() is None


async def test_a_caption_is_text_and_a_sticker_is_none(stage: BotStage) -> None:
    ada, known = await welcomed(stage)
    ada.send_photo(png(), "from the square")
    assert Talk(stage.means, await last_update(stage), known, None).text == "from the square"
    assert Talk(stage.means, Update(1), None, None).text == ""


async def test_a_handler_for_known_people_is_not_fooled_by_a_stranger(stage: BotStage) -> None:
    talk = await wrote(stage, stage.world.add_user("Eve"), None)
    with pytest.raises(LookupError):
        talk.known()


async def test_its_buttons_are_for_this_person_alone(stage: BotStage) -> None:
    ada, known = await welcomed(stage)
    button = (await wrote(stage, ada, known)).button("Done", "done", "17")
    assert stage.means.signer.read(ada.id, button.data) is not None
    assert stage.means.signer.read(ada.id + 1, button.data) is None


async def test_it_says_something_with_buttons(stage: BotStage) -> None:
    ada, known = await welcomed(stage)
    await (await wrote(stage, ada, known)).say("<b>Hello</b> &amp; مرحبا", ROWS)
    assert ada.last.text == "Hello & مرحبا"
    assert ada.last.buttons == [["Fine"]]


async def test_html_that_nobody_escaped_is_an_error_and_no_message(stage: BotStage) -> None:
    ada, known = await welcomed(stage)
    with pytest.raises(BadRequest):
        await (await wrote(stage, ada, known)).say("<Nour> & I")


async def test_what_is_shown_takes_the_place_of_the_message_whose_button_was_pressed(
    stage: BotStage,
) -> None:
    ada, known = await welcomed(stage)
    talk, press = await pressed(stage, ada, known)
    await talk.show("Done.", ROWS)
    await talk.show("Done.", ROWS)
    assert press.message.text == "Done."
    assert ada.last is press.message


async def test_where_that_message_is_gone_it_is_written_anew(stage: BotStage) -> None:
    ada, known = await welcomed(stage)
    talk, press = await pressed(stage, ada, known)
    press.message.deleted = True
    await talk.show("Done.")
    assert ada.last.text == "Done."


async def test_what_is_shown_without_a_button_is_written(stage: BotStage) -> None:
    ada, known = await welcomed(stage)
    await (await wrote(stage, ada, known)).show("Done.")
    assert ada.last.text == "Done."


async def test_the_answer_to_a_press_is_cut_to_what_telegram_takes(stage: BotStage) -> None:
    ada, known = await welcomed(stage)
    talk, press = await pressed(stage, ada, known)
    await talk.toast("é" * (MOST_TOAST + 1))
    assert press.text == "é" * MOST_TOAST


@pytest.mark.parametrize("spoilt", [False, True])
async def test_a_press_that_cannot_be_answered_any_more_is_no_failure(
    stage: BotStage, spoilt: bool
) -> None:
    ada, known = await welcomed(stage)
    talk, press = await pressed(stage, ada, known)
    if spoilt:
        stage.world.fail("answerCallbackQuery", "status", status=502)
    else:
        stage.world.clock.advance(timedelta(minutes=1))
    await talk.toast("Done")
    assert press.answer is None


async def test_only_a_press_can_be_answered(stage: BotStage) -> None:
    ada, known = await welcomed(stage)
    await (await wrote(stage, ada, known)).toast("Done")
    assert stage.world.journal.of("answerCallbackQuery") == []


def _cities(stage: BotStage, risk: Risk) -> Sequence[str]:
    return [city.id for city in stage.campaign.cities if city.risk is risk]


async def test_in_a_guarded_city_what_is_said_is_to_vanish_and_elsewhere_not(stage: BotStage) -> None:
    for risk, kept in ((Risk.GUARDED, 1), (Risk.OPEN, 0)):
        ada, known = await welcomed(stage)
        await joined(stage, known, _cities(stage, risk)[0])
        await (await wrote(stage, ada, known)).say("secret")
        assert len(await traces.of(stage.store, known.id)) == kept


async def test_a_city_that_nobody_knows_is_a_guarded_one(stage: BotStage) -> None:
    for city in (None, "atlantis"):
        ada, known = await welcomed(stage)
        await joined(stage, known, city)
        assert await (await wrote(stage, ada, known)).is_guarded()


async def test_what_is_said_briefly_vanishes_anywhere(stage: BotStage) -> None:
    ada, known = await welcomed(stage)
    await (await wrote(stage, ada, known)).say_briefly("a key", timedelta(minutes=10))
    await stage.advance(timedelta(minutes=9))
    assert "a key" in ada.phone
    await stage.advance(timedelta(minutes=1))
    assert "a key" not in ada.phone


def test_who_works_with_it_does_not_show_the_token(stage: BotStage) -> None:
    shown = repr(stage.means) + repr(replace(stage.means, account="other"))
    assert stage.world.token.partition(":")[2] not in shown
