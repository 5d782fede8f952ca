"""What somebody reads before they agree to anything."""

from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import come, press


async def test_the_first_page_says_who_asks_and_how_to_check_it(stage: BotStage) -> None:
    ada = await come(stage, partner="open-crossing", city="berlin")
    page = ada.last.text
    assert "White balloons for Bab al-Nour" in page
    assert "120 trucks" in page
    assert "Open Crossing Network" in page
    assert "https://example.org/open-crossing" in page
    assert f"@{stage.means.username}" in page
    assert "never asks for your name, your phone number or a code" in page
    assert "18 or older" in page
    assert "let nobody see your phone number" in page


async def test_the_second_page_says_what_is_kept_and_until_when(stage: BotStage) -> None:
    ada = await come(stage)
    await press(stage, ada, "Next")
    page = ada.last.text
    assert "A random name" in page
    assert "White balloons for Bab al-Nour" in page
    assert "April 30, 2027" in page
    assert "Telegram itself knows" in page


async def test_a_partner_without_an_address_is_checked_by_the_name_of_the_bot(stage: BotStage) -> None:
    ada = await come(stage)
    assert "Is it the real one?" in ada.last.text
    assert "Or ask here" not in ada.last.text
    await press(stage, ada, "العربية")
    assert "بالونات بيضاء لباب النور" in ada.last.text
