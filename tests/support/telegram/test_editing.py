from datetime import timedelta

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Message
from telegram.error import BadRequest

from tests.support.telegram.conftest import Raw
from tests.support.telegram.people import Impossible, Person
from tests.support.telegram.test_sending import picture
from tests.support.telegram.world import World

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Done", callback_data="d")]])


async def test_an_edit_changes_what_the_person_sees(bot: Bot, ada: Person) -> None:
    sent = await bot.send_message(ada.id, "old", reply_markup=KEYBOARD)
    edited = await bot.edit_message_text("new", ada.id, sent.message_id)
    assert isinstance(edited, Message)
    assert edited.edit_date is not None
    assert ada.phone.endswith("Balloons (edited): new")
    assert ada.last.buttons == []


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, ada: Person) -> None:
    sent = await bot.send_message(ada.id, "same", reply_markup=KEYBOARD)
    with pytest.raises(
        BadRequest, match=r"^Message is not modified: specified new message content and reply"
    ):
        await bot.edit_message_text("same", ada.id, sent.message_id, reply_markup=KEYBOARD)
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_reply_markup(ada.id, sent.message_id, reply_markup=KEYBOARD)
    await bot.edit_message_reply_markup(ada.id, sent.message_id)
    assert ada.last.buttons == []


async def test_other_formatting_is_a_change(bot: Bot, ada: Person) -> None:
    sent = await bot.send_message(ada.id, "same")
    assert await bot.edit_message_text("<b>same</b>", ada.id, sent.message_id, parse_mode="HTML")


async def test_unknown_deleted_and_foreign_messages_are_not_edited(raw: Raw, bot: Bot, ada: Person) -> None:
    gone = await bot.send_message(ada.id, "gone")
    await bot.delete_message(ada.id, gone.message_id)
    for number in (gone.message_id, 999):
        refusal = await raw.refusal("editMessageText", chat_id=ada.id, message_id=number, text="x")
        assert refusal == "Bad Request: message to edit not found"
    hers = ada.send("hers")
    refusal = await raw.refusal("editMessageText", chat_id=ada.id, message_id=hers.id, text="x")
    assert refusal == "Bad Request: message can't be edited"


async def test_texts_and_captions_are_edited_each_by_its_own_method(
    bot: Bot, raw: Raw, ada: Person
) -> None:
    photo = await bot.send_photo(ada.id, picture(), caption="old")
    text = await bot.send_message(ada.id, "text")
    edit = {"chat_id": ada.id, "message_id": photo.message_id}
    assert "there is no text in the message to edit" in await raw.refusal(
        "editMessageText", **edit, text="x"
    )
    await bot.edit_message_caption(ada.id, photo.message_id, caption="new")
    assert ada.chat.history[photo.message_id].text == "new"
    edit = {"chat_id": ada.id, "message_id": text.message_id}
    assert "there is no caption" in await raw.refusal("editMessageCaption", **edit, caption="x")


async def test_a_picture_is_exchanged(bot: Bot, ada: Person) -> None:
    sent = await bot.send_photo(ada.id, picture(), caption="old")
    edited = await bot.edit_message_media(
        InputMediaPhoto(picture(5, 5), caption="new"), ada.id, sent.message_id
    )
    assert isinstance(edited, Message)
    assert (edited.photo[0].width, edited.caption) == (5, "new")


async def test_a_deleted_message_is_seen_no_more(bot: Bot, ada: Person) -> None:
    sent = await bot.send_message(ada.id, "gone", reply_markup=KEYBOARD)
    kept = ada.last
    assert await bot.delete_message(ada.id, sent.message_id)
    assert ada.phone == "Ada: /start"
    assert kept.deleted
    with pytest.raises(Impossible):
        ada.press(kept, "Done")
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ada.id, sent.message_id)


async def test_after_48_hours_nothing_is_deleted(bot: Bot, ada: Person, world: World) -> None:
    sent = await bot.send_message(ada.id, "old")
    young = await bot.send_message(ada.id, "younger")
    world.clock.advance(timedelta(hours=47))
    await bot.delete_message(ada.id, young.message_id)
    world.clock.advance(timedelta(hours=1))
    with pytest.raises(BadRequest, match="can't be deleted for everyone"):
        await bot.delete_message(ada.id, sent.message_id)
    with pytest.raises(BadRequest, match="can't be deleted for everyone"):
        await bot.delete_messages(ada.id, [sent.message_id])
    assert ada.last.text == "old"


async def test_many_are_deleted_at_once_and_missing_ones_skipped(bot: Bot, raw: Raw, ada: Person) -> None:
    numbers = [(await bot.send_message(ada.id, str(number))).message_id for number in range(3)]
    assert await bot.delete_messages(ada.id, [*numbers, 999])
    assert ada.phone == "Ada: /start"
    for wrong in ([], list(range(101))):
        assert "1 to 100" in await raw.refusal("deleteMessages", chat_id=ada.id, message_ids=wrong)
    assert "expected numbers" in await raw.refusal("deleteMessages", chat_id=ada.id, message_ids=["1"])


async def test_messages_of_others_are_deleted_with_the_right_only(
    bot: Bot, ada: Person, world: World
) -> None:
    group = world.add_supergroup(owner=ada)
    group.add_bot(ada)
    hers = ada.send("hers", to=group)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(group.id, hers.id)
    own = await bot.send_message(group.id, "mine")
    await bot.delete_message(group.id, own.message_id)
    group.promote_bot("can_delete_messages")
    assert await bot.delete_message(group.id, hers.id)


async def test_posts_of_others_are_edited_with_the_right_only(bot: Bot, ada: Person, world: World) -> None:
    channel = world.add_channel(owner=ada)
    channel.add_bot(ada, rights=("can_post_messages",))
    post = ada.send("hers", to=channel)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", channel.id, post.id)
    channel.promote_bot("can_edit_messages")
    assert await bot.edit_message_text("x", channel.id, post.id)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(channel.id, post.id)
