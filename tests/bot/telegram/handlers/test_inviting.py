from io import BytesIO

from PIL import Image

from bot.telegram.handlers.inviting import qr_code
from schedules.people.roles import Role
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_stale_campaign


async def test_a_captain_lets_one_person_into_a_guarded_city(stage: BotStage) -> None:
    carla = await stage.comes("carla", Role.CAPTAIN, scope="city:aleppo")
    await add_stale_campaign(stage.store)
    carla.send("/invite")
    await stage.settle()
    assert carla.last.buttons == [["Aleppo"]]
    carla.press(carla.last, "Aleppo")
    await stage.settle()
    assert "lets 1 person in" in carla.last.text
    first, second = stage.world.add_user("A"), stage.world.add_user("B")
    link = next(line for line in carla.last.text.splitlines() if line.startswith("https://t.me/"))
    first.open_link(link)
    await stage.settle()
    assert "does not work any more" not in first.phone
    carla.press(carla.last, "Close this link")
    await stage.settle()
    assert "lets nobody in any more" in carla.phone
    second.open_link(link)
    await stage.settle()
    assert "does not work any more" in second.phone


async def test_a_link_for_an_open_city_lets_several_in(stage: BotStage) -> None:
    carla = await stage.comes("carla", Role.CAPTAIN, scope="city:berlin")
    carla.send("/invite")
    await stage.settle()
    carla.press(carla.last, "Berlin")
    await stage.settle()
    assert "lets 50 people in" in carla.last.text


async def test_whose_city_no_campaign_has_is_told_so(stage: BotStage) -> None:
    carla = await stage.comes("carla", Role.CAPTAIN, scope="city:atlantis")
    carla.send("/invite")
    await stage.settle()
    assert "There is no city here that you look after." in carla.last.text


async def test_more_cities_than_one_message_holds_are_shown_page_by_page(stage: BotStage) -> None:
    await stage.plan_many_cities(120)
    amal = await stage.comes("amal", Role.ADMIN)
    amal.send("/invite")
    await stage.settle()
    for _ in range(2):
        amal.press(amal.last, "›")
        await stage.settle()
    assert amal.last.buttons[-2:] == [["Berlin 119"], ["‹", "3/3"]]
    amal.press(amal.last, "Berlin 119")
    await stage.settle()
    assert "Berlin 119" in amal.last.text


def test_a_link_is_a_picture_of_its_own() -> None:
    shown = qr_code("https://t.me/balloon_bot?start=abc")
    with Image.open(BytesIO(shown)) as picture:
        assert picture.width == picture.height > 200
    assert qr_code("https://t.me/balloon_bot?start=abd") != shown


async def test_a_button_of_a_city_that_is_not_theirs_makes_no_link(stage: BotStage) -> None:
    admin, carla = (
        await stage.comes("ada", Role.ADMIN),
        await stage.comes("carla", Role.CAPTAIN, scope="city:berlin"),
    )
    admin.send("/invite")
    await stage.settle()
    names = [row[0] for row in admin.last.buttons]
    other = next(number for number, city in enumerate(stage.campaign.cities) if city.id != "berlin")
    data = admin.last.button(names[other])["callback_data"]
    carla.type_forged_callback(data)
    await stage.settle()
    assert "no longer works" in str(carla.presses[-1].text)
    assert "https://t.me" not in carla.phone
