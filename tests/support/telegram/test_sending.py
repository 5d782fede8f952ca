from io import BytesIO

import pytest
from PIL import Image
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
)
from telegram.error import BadRequest

from tests.support.telegram.conftest import Raw
from tests.support.telegram.people import Impossible, Person
from tests.support.telegram.world import World


def picture(width: int = 4, height: int = 3) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height)).save(file, "PNG")
    return file.getvalue()


async def test_a_text_arrives_with_entities_and_buttons(bot: Bot, ada: Person) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Done", callback_data="d")]])
    sent = await bot.send_message(
        ada.id, "<b>Hello</b> #Balloons", parse_mode="HTML", reply_markup=keyboard
    )
    assert [entity.type for entity in sent.entities] == ["bold", "hashtag"]
    assert sent.reply_markup == keyboard
    assert ada.last.text == "Hello #Balloons"
    assert ada.last.buttons == [["Done"]]
    assert ada.phone == "Ada: /start\nBalloons: Hello #Balloons\n  [Done]"


async def test_a_refused_text_reaches_nobody(raw: Raw, ada: Person) -> None:
    await raw.refusal("sendMessage", chat_id=ada.id, text="<p>", parse_mode="HTML")
    assert ada.phone == "Ada: /start"


async def test_protection_and_silence_are_kept(bot: Bot, ada: Person) -> None:
    sent = await bot.send_message(ada.id, "secret", protect_content=True, disable_notification=True)
    assert sent.has_protected_content
    assert (ada.last.protected, ada.last.silent) == (True, True)
    with pytest.raises(Impossible):
        ada.forward(ada.last)


async def test_a_reply_names_what_it_answers(bot: Bot, raw: Raw, ada: Person) -> None:
    question = ada.send("Where?")
    sent = await bot.send_message(ada.id, "Here", reply_to_message_id=question.id)
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "Where?"
    lost = {"message_id": 999}
    for odd in ({**lost, "colour": "red"}, {"message_id": "first"}):
        assert "can't parse reply parameters" in await raw.refusal(
            "sendMessage", chat_id=ada.id, text="x", reply_parameters=odd
        )
    assert "message to be replied not found" in await raw.refusal(
        "sendMessage", chat_id=ada.id, text="x", reply_parameters=lost
    )
    assert await raw.call(
        "sendMessage",
        chat_id=ada.id,
        text="x",
        reply_parameters={**lost, "allow_sending_without_reply": True},
    )


async def test_a_picture_is_uploaded_and_sent_again_by_its_id(bot: Bot, ada: Person, world: World) -> None:
    first = await bot.send_photo(ada.id, picture(), caption="<i>Look</i>", parse_mode="HTML")
    assert (first.photo[0].width, first.photo[0].height, first.caption) == (4, 3, "Look")
    again = await bot.send_photo(ada.id, first.photo[0].file_id)
    assert again.photo[0].file_unique_id == first.photo[0].file_unique_id
    assert world.files[first.photo[0].file_id].content == picture()


async def test_videos_and_documents_are_sent(bot: Bot, ada: Person) -> None:
    video = await bot.send_video(ada.id, b"film", filename="film.mp4")
    document = await bot.send_document(ada.id, b"table", filename="table.csv")
    assert video.video is not None
    assert document.document is not None
    assert (video.video.file_name, document.document.file_name) == ("film.mp4", "table.csv")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (picture(100, 2), "PHOTO_INVALID_DIMENSIONS"),
        (b"", "file must be non-empty"),
        (b"x" * 10_000_001, "too big"),
    ],
    ids=["garbage", "narrow", "empty", "large"],
)
async def test_what_is_no_picture_is_refused(bot: Bot, ada: Person, content: bytes, complaint: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){complaint}"):
        await bot.send_photo(ada.id, content)


async def test_an_unknown_file_or_one_of_another_kind_is_refused(bot: Bot, raw: Raw, ada: Person) -> None:
    document = await bot.send_document(ada.id, b"table")
    assert document.document is not None
    wrong = await raw.refusal("sendPhoto", chat_id=ada.id, photo=document.document.file_id)
    assert "can't use file of type Document as Photo" in wrong
    assert "wrong file identifier" in await raw.refusal("sendPhoto", chat_id=ada.id, photo="AgAD")
    assert "can't find the file" in await raw.refusal("sendPhoto", chat_id=ada.id, photo="attach://nothing")


async def test_an_album_is_several_messages_of_one_group(bot: Bot, ada: Person) -> None:
    album = await bot.send_media_group(
        ada.id, [InputMediaPhoto(picture(), caption="one"), InputMediaPhoto(picture())]
    )
    assert len({message.media_group_id for message in album}) == 1
    assert [message.caption for message in album] == ["one", None]
    assert len(ada.chat.messages) == 3


async def test_an_album_has_two_to_ten_parts_and_no_buttons(bot: Bot, raw: Raw, ada: Person) -> None:
    sent = await bot.send_photo(ada.id, picture())
    part = {"type": "photo", "media": sent.photo[0].file_id}
    for number in (1, 11):
        refusal = await raw.refusal("sendMediaGroup", chat_id=ada.id, media=[part] * number)
        assert "2 to 10 parts" in refusal
    refusal = await raw.refusal("sendMediaGroup", chat_id=ada.id, media=[part] * 2, reply_markup={})
    assert 'unknown parameter "reply_markup"' in refusal


@pytest.mark.parametrize(
    "part", ["photo", {"type": "pigeon"}, {"type": "photo"}, {"type": "photo", "media": "x", "y": 1}]
)
async def test_malformed_parts_of_an_album_are_refused(raw: Raw, ada: Person, part: object) -> None:
    assert "can't parse InputMedia" in await raw.refusal("sendMediaGroup", chat_id=ada.id, media=[part] * 2)


async def test_documents_and_pictures_make_no_album(bot: Bot, ada: Person) -> None:
    with pytest.raises(BadRequest, match="can't be mixed"):
        await bot.send_media_group(ada.id, [InputMediaPhoto(picture()), InputMediaDocument(b"x")])


async def test_a_copy_names_no_source_and_a_forward_does(bot: Bot, ada: Person) -> None:
    told = ada.send("mine")
    copy = await bot.copy_message(ada.id, ada.id, told.id)
    assert (ada.last.id, ada.last.text) == (copy.message_id, "mine")
    forward = await bot.forward_message(ada.id, ada.id, told.id)
    assert forward.forward_origin is not None
    assert forward.forward_origin.type == "user"
    assert "forward_origin" not in ada.chat.history[copy.message_id].content


async def test_a_copy_may_have_a_caption_of_its_own(bot: Bot, ada: Person) -> None:
    photo = ada.send_photo(picture(), "old")
    await bot.copy_message(ada.id, ada.id, photo.id, caption="new")
    assert ada.last.text == "new"


async def test_protected_and_unknown_messages_are_not_passed_on(bot: Bot, raw: Raw, ada: Person) -> None:
    secret: Message = await bot.send_message(ada.id, "secret", protect_content=True)
    where = {"chat_id": ada.id, "from_chat_id": ada.id}
    assert "message can't be copied" in await raw.refusal(
        "copyMessage", **where, message_id=secret.message_id
    )
    assert "message can't be forwarded" in await raw.refusal(
        "forwardMessage", **where, message_id=secret.message_id
    )
    assert "message to copy not found" in await raw.refusal("copyMessage", **where, message_id=999)
    assert "message to forward not found" in await raw.refusal("forwardMessage", **where, message_id=999)


async def test_every_kind_of_file_has_its_own_parameters(raw: Raw, ada: Person) -> None:
    wrong = await raw.refusal("sendPhoto", chat_id=ada.id, photo="x", duration=5)
    assert 'unknown parameter "duration"' in wrong
    part = {"type": "document", "media": "x", "has_spoiler": True}
    assert "unknown fields has_spoiler" in await raw.refusal(
        "sendMediaGroup", chat_id=ada.id, media=[part] * 2
    )
