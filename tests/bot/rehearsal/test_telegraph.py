from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from bot.rehearsal.telegraph import TOKEN, Telegraph
from channels.rehearsal.journal import Journal, read_journal
from schedules.clock import SetClock

NOON = datetime(2027, 3, 20, 12, tzinfo=UTC)
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("I am here", callback_data="here 1")]])


@pytest.fixture
def telegraph(tmp_path: Path) -> Iterator[Telegraph]:
    with closing(Journal(tmp_path / "log.jsonl", now=lambda: NOON)) as journal:
        yield Telegraph(journal, SetClock(NOON))


@pytest.fixture
async def bot(telegraph: Telegraph) -> Bot:
    bot = Bot(TOKEN, request=telegraph, get_updates_request=telegraph)
    await bot.initialize()
    return bot


async def test_what_is_sent_and_changed_stands_in_the_chat_and_in_the_journal(
    bot: Bot, telegraph: Telegraph, tmp_path: Path
) -> None:
    sent = await bot.send_message(7, "<b>There?</b>", reply_markup=KEYS, parse_mode="HTML")
    [bubble] = telegraph.in_chat(7)
    assert (bubble.number, bubble.text, bubble.sent_at) == (sent.message_id, "There?", NOON)
    assert bubble.keys == ((("I am here", "here 1"),),)
    await bot.edit_message_text("Noted &amp; told.", 7, sent.message_id)
    [bubble] = telegraph.in_chat(7)
    assert (bubble.text, bubble.keys) == ("Noted & told.", ())
    told = [
        (entry["event"], entry["text"], entry["keys"]) for entry in read_journal(tmp_path / "log.jsonl")
    ]
    assert told == [("told", "There?", [["I am here"]]), ("changed", "Noted & told.", [])]


async def test_a_change_that_changes_nothing_is_refused_as_telegram_does(bot: Bot) -> None:
    sent = await bot.send_message(7, "There?", reply_markup=KEYS)
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("There?", 7, sent.message_id, reply_markup=KEYS)


async def test_what_was_deleted_is_gone(bot: Bot, telegraph: Telegraph) -> None:
    sent = await bot.send_message(7, "There?")
    await bot.pin_chat_message(7, sent.message_id)
    assert telegraph.in_chat(7)[0].pinned
    await bot.delete_messages(7, [sent.message_id])
    assert telegraph.in_chat(7) == []
    with pytest.raises(BadRequest, match="not found"):
        await bot.edit_message_text("There?", 7, sent.message_id)


async def test_no_two_telegraphs_give_one_number(bot: Bot, tmp_path: Path) -> None:
    first = await bot.send_message(7, "There?")
    with closing(Journal(tmp_path / "other.jsonl", now=lambda: NOON)) as journal:
        other = Telegraph(journal, SetClock(NOON))
        second = await Bot(TOKEN, request=other, get_updates_request=other).send_message(7, "There?")
    assert second.message_id > first.message_id
