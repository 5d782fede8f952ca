import pytest
from telegram import Bot, ReplyKeyboardMarkup

from tests.support.telegram.people import Impossible, Person
from tests.support.telegram.world import World


async def test_a_message_tells_who_wrote_it_in_which_language(bot: Bot, world: World) -> None:
    world.add_user("Bo", language_code="fa", username="bo").send("سلام")
    [update] = await bot.get_updates()
    user = update.effective_user
    assert user is not None
    assert (user.first_name, user.language_code, user.username) == ("Bo", "fa", "bo")
    assert user.id > 2**32


async def test_a_deep_link_starts_the_bot_with_its_payload(bot: Bot, world: World) -> None:
    bo = world.add_user("Bo")
    bo.open_link(f"https://t.me/{world.bot.username}?start=abc_1")
    [update] = await bot.get_updates()
    assert update.message is not None
    assert update.message.text == "/start abc_1"
    assert bo.started
    with pytest.raises(Impossible):
        bo.open_link("https://t.me/other_bot?start=abc")
    with pytest.raises(Impossible):
        bo.open_link(f"https://t.me/{world.bot.username}?start={'x' * 65}")


async def test_a_forward_tells_where_it_came_from(bot: Bot, ada: Person, world: World) -> None:
    channel = world.add_channel("News", owner=ada)
    ada.forward(ada.send("Look", to=channel))
    [update] = await bot.get_updates()
    assert update.message is not None
    assert update.message.forward_origin is not None
    assert update.message.forward_origin.type == "channel"


async def test_an_edit_by_a_person_is_told(bot: Bot, ada: Person) -> None:
    message = ada.send("tomorow")
    ada.edit(message, "tomorrow")
    _, update = await bot.get_updates()
    assert update.edited_message is not None
    assert update.edited_message.text == "tomorrow"


async def test_nobody_edits_what_others_wrote(bot: Bot, ada: Person) -> None:
    await bot.send_message(ada.id, "mine")
    with pytest.raises(Impossible):
        ada.edit(ada.last, "yours")


async def test_a_reply_keyboard_sends_its_label(bot: Bot, ada: Person) -> None:
    await bot.send_message(ada.id, "Sure?", reply_markup=ReplyKeyboardMarkup([["Yes", "No"]]))
    assert ada.tap(ada.last, "Yes").text == "Yes"
    assert ada.phone.splitlines()[-1] == "Ada: Yes"


async def test_numbers_of_messages_differ_between_chats(bot: Bot, ada: Person, world: World) -> None:
    first, second = world.add_supergroup(owner=ada), world.add_supergroup(owner=ada)
    assert ada.send("a", to=first).id == ada.send("b", to=second).id == 1
    bo = world.add_user("Bo")
    assert bo.send("c").id == ada.send("d").id - 1
