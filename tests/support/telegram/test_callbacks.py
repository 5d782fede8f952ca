from datetime import timedelta

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ChatAction

from tests.support.telegram.conftest import Raw
from tests.support.telegram.people import Impossible, Person
from tests.support.telegram.world import World

KEYBOARD = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Done", callback_data="d:1"), InlineKeyboardButton("Read", url="https://x.org")]]
)


@pytest.fixture
async def asked(bot: Bot, ada: Person) -> Person:
    """Ada, with a message that has two buttons."""
    await bot.send_message(ada.id, "Well?", reply_markup=KEYBOARD)
    return ada


async def test_a_press_reaches_the_bot_with_its_message(bot: Bot, asked: Person) -> None:
    asked.press(asked.last, "Done")
    [update] = await bot.get_updates()
    assert isinstance(update, Update)
    query = update.callback_query
    assert query is not None
    assert (query.data, query.from_user.id) == ("d:1", asked.id)
    assert query.message is not None
    assert query.message.message_id == asked.last.id


async def test_a_button_is_found_by_its_data_too(asked: Person) -> None:
    assert asked.press(asked.last, "d:1").data == "d:1"


async def test_a_button_that_is_not_there_cannot_be_pressed(asked: Person) -> None:
    with pytest.raises(LookupError, match="Done"):
        asked.press(asked.last, "Later")
    with pytest.raises(Impossible, match="does not report"):
        asked.press(asked.last, "Read")


async def test_forged_data_arrive_although_no_button_has_them(bot: Bot, asked: Person) -> None:
    asked.type_forged_callback("admin:1")
    [update] = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "admin:1"
    with pytest.raises(Impossible):
        asked.type_forged_callback("x" * 65)


async def test_the_answer_pops_up_and_its_delay_is_known(bot: Bot, asked: Person) -> None:
    press = asked.press(asked.last, "Done")
    assert (press.text, press.waited) == (None, None)
    assert await bot.answer_callback_query(press.id, "Thank you", show_alert=True)
    assert press.text == "Thank you"
    assert press.answer is not None
    assert press.answer["show_alert"]
    assert press.waited is not None
    assert 0 <= press.waited < 10


async def test_an_answer_of_more_than_200_characters_is_refused(raw: Raw, asked: Person) -> None:
    press = asked.press(asked.last, "Done")
    refusal = await raw.refusal("answerCallbackQuery", callback_query_id=press.id, text="x" * 201)
    assert refusal == "Bad Request: MESSAGE_TOO_LONG"
    assert await raw.call("answerCallbackQuery", callback_query_id=press.id, text="x" * 200)


async def test_an_answer_may_open_nothing_but_the_bot(raw: Raw, asked: Person, world: World) -> None:
    press = asked.press(asked.last, "Done")
    refusal = await raw.refusal("answerCallbackQuery", callback_query_id=press.id, url="https://x.org")
    assert refusal == "Bad Request: URL_INVALID"
    url = f"https://t.me/{world.bot.username}?start=a"
    assert await raw.call("answerCallbackQuery", callback_query_id=press.id, url=url)


async def test_old_and_unknown_presses_are_answered_no_more(raw: Raw, asked: Person, world: World) -> None:
    press = asked.press(asked.last, "Done")
    world.clock.advance(world.query_lifetime + timedelta(seconds=1))
    for number in (press.id, "1"):
        refusal = await raw.refusal("answerCallbackQuery", callback_query_id=number)
        assert (
            refusal == "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
    assert press.answer is None


async def test_activity_is_shown(bot: Bot, raw: Raw, ada: Person) -> None:
    await bot.send_chat_action(ada.id, ChatAction.TYPING)
    assert ada.chat.actions == ["typing"]
    assert "wrong parameter action" in await raw.refusal(
        "sendChatAction", chat_id=ada.id, action="sleeping"
    )
