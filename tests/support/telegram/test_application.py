"""A whole bot, built with python-telegram-bot, polling the fake."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from tests.support.telegram.people import Person
from tests.support.telegram.server import BotApi
from tests.support.telegram.world import World

DONE = InlineKeyboardMarkup([[InlineKeyboardButton("Done", callback_data="done")]])


async def greet(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_html(f"<b>Welcome</b> {' '.join(context.args or [])}", reply_markup=DONE)


async def thank(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer("Thank you")
    await update.callback_query.edit_message_text("Done")


@pytest.fixture
async def application(world: World, api: BotApi) -> AsyncIterator[Any]:
    """A bot that greets and thanks."""
    builder = (
        Application.builder().token(world.token).base_url(api.base_url).base_file_url(api.base_file_url)
    )
    application = builder.build()
    application.add_handler(CommandHandler("start", greet))
    application.add_handler(CallbackQueryHandler(thank))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(allowed_updates=Update.ALL_TYPES)
        yield application
        await application.updater.stop()
        await application.stop()


async def test_a_conversation_from_the_first_word_to_the_last(application: Any, world: World) -> None:
    bo = world.add_user("Bo")
    bo.send("/start abc")
    await world.until(lambda: "Welcome abc" in bo.phone)
    press = bo.press(bo.last, "Done")
    await world.until(lambda: bo.last.text == "Done")
    assert press.text == "Thank you"
    assert bo.phone == "Bo: /start abc\nBalloons (edited): Done"


async def test_a_bot_that_stops_leaves_no_quarrel_about_updates(
    application: Any, world: World, ada: Person
) -> None:
    await application.updater.stop()
    await application.updater.start_polling()
    ada.send("/start")
    await world.until(lambda: "Welcome" in ada.phone)
    assert 409 not in {request.status for request in world.journal.of("getUpdates")}
