"""The way in of a volunteer: what she reads before her yes, and that nothing is kept until then."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from schedules.store.tables import invite, person, trace, volunteer
from tests.support.bot_stage import BotStage
from tests.support.telegram.people import Person
from tests.support.volunteers_way import agree, come, filled_tables, kept, press, rows_of


async def test_nothing_is_kept_before_the_yes(stage: BotStage) -> None:
    ada = await come(stage, city="aleppo")
    await press(stage, ada, "Deutsch")
    await press(stage, ada, "Weiter")
    assert "Ja, einverstanden" in ada.phone
    assert await filled_tables(stage) == {"account", "campaign", "invite", "lane"}


@pytest.mark.parametrize(("city", "starts"), [("aleppo", 1), ("berlin", 3)])
async def test_the_link_opened_again_and_again_leaves_one_dialog_where_it_could_endanger(
    stage: BotStage, city: str, starts: int
) -> None:
    ada, link = stage.world.add_user("Ada"), await stage.invite(city=city)
    berta = await come(stage, city="aleppo")
    for _ in range(2):
        ada.open_link(link)
    await stage.settle()
    ada.open_link(link)
    await stage.settle()
    assert len(ada.chat.messages) == 2 * starts
    assert ada.last.buttons[-1] == ["Next"]
    assert len(berta.chat.messages) == 2
    assert await rows_of(stage, person, trace) == 0


async def test_a_yes_keeps_the_safest_choices(stage: BotStage) -> None:
    ada = await come(stage, city="berlin", partner="open-crossing")
    await agree(stage, ada)
    row = await kept(stage)
    assert (row.level, row.rhythm, row.language, row.city) == ("nobody", "daily", "en", "berlin")
    assert (row.zone, row.partner, row.consent) == ("Europe/Berlin", "open-crossing", 1)


async def test_the_yes_pressed_thrice_lets_in_one(stage: BotStage) -> None:
    ada = await come(stage, uses=5)
    await press(stage, ada, "Next")
    for _ in range(3):
        ada.press(ada.last, "Yes, I agree")
    await stage.settle()
    assert await rows_of(stage, volunteer) == 1
    async with stage.store.read() as connection:
        assert (await connection.execute(select(invite.c.uses))).scalar() == 4
    assert "In which language" in ada.phone


async def test_a_link_that_was_used_meanwhile_is_told_kindly(stage: BotStage) -> None:
    link = await stage.invite()
    ada, berta = stage.world.add_user("Ada"), stage.world.add_user("Berta")
    for each in (ada, berta):
        each.open_link(link)
        await stage.settle()
        await press(stage, each, "Next")
    await press(stage, berta, "Yes, I agree")
    await press(stage, ada, "Yes, I agree")
    assert "Meanwhile this link lets nobody in any more" in ada.phone
    assert await rows_of(stage, volunteer) == 1


async def test_a_link_that_is_over_says_so_at_each_step(stage: BotStage) -> None:
    ada = await come(stage)
    await stage.advance(timedelta(days=2))
    await press(stage, ada, "Next")
    assert "Meanwhile this link lets nobody in any more" in ada.phone
    ada.open_link(await stage.invite(expires_at=stage.means.clock.now()))
    await stage.settle()
    assert "does not work any more" in ada.phone


async def test_a_no_keeps_nothing_and_empties_a_guarded_phone(stage: BotStage) -> None:
    ada = await come(stage, city="aleppo", language="en")
    await press(stage, ada, "Next")
    await press(stage, ada, "No")
    assert not ada.chat.messages
    assert await rows_of(stage, person, volunteer, trace) == 0


async def test_a_no_is_confirmed_where_the_city_is_open(stage: BotStage) -> None:
    ada = await come(stage, city="berlin", language="en")
    await press(stage, ada, "Next")
    await press(stage, ada, "No")
    assert "Nothing was kept of you" in ada.phone


async def test_whoever_takes_part_sees_what_they_chose(stage: BotStage) -> None:
    ada = await come(stage)
    await agree(stage, ada)
    ada.open_link(await stage.invite())
    await stage.settle()
    assert "You take part. This is what you chose:" in ada.last.text
    ada.send("/start")
    await stage.settle()
    assert "You take part. This is what you chose:" in ada.last.text


async def test_the_used_link_opened_again_shows_what_they_chose(stage: BotStage) -> None:
    ada, link = stage.world.add_user("Ada"), await stage.invite()
    ada.open_link(link)
    ada.open_link(link)
    await stage.settle()
    await agree(stage, ada)
    ada.open_link(link)
    await stage.settle()
    assert "You take part. This is what you chose:" in ada.last.text


async def test_somebody_in_charge_keeps_their_name_and_role(stage: BotStage) -> None:
    sara = await stage.comes("sara", "viewer")
    sara.open_link(await stage.invite())
    await stage.settle()
    await agree(stage, sara)
    async with stage.store.read() as connection:
        found = (await connection.execute(select(person.c.handle))).scalars().all()
    assert found == ["sara"]
    assert await rows_of(stage, volunteer) == 1


@pytest.mark.parametrize(
    ("phone", "given", "expected"),
    [
        ("de-AT", {}, "de"),
        ("tr", {"language": "fr"}, "fr"),
        ("ja", {"city": "paris"}, "fr"),
        ("ja", {}, "ar"),
        (None, {}, "ar"),
    ],
)
async def test_the_language_is_guessed(
    stage: BotStage, phone: str | None, given: dict[str, str], expected: str
) -> None:
    ada = stage.world.add_user("Ada", language_code=phone)
    ada.open_link(await stage.invite(**given))
    await stage.settle()
    marked = {"de": "✓ Deutsch", "fr": "✓ français", "ar": "✓ العربية"}[expected]
    assert marked in [label for row in ada.last.buttons for label in row]


async def test_the_dialog_vanishes_from_a_guarded_phone(stage: BotStage) -> None:
    ada = await come(stage, city="aleppo", language="en")
    await agree(stage, ada)
    assert len(ada.chat.messages) == 2
    await stage.advance(timedelta(hours=24, minutes=1))
    assert not ada.chat.messages


async def test_buttons_of_another_persons_dialog_do_nothing(stage: BotStage) -> None:
    ada = await come(stage)
    await press(stage, ada, "Next")
    stranger: Person = stage.world.add_user("Eve")
    stranger.type_forged_callback(ada.last.button("Yes, I agree")["callback_data"], ada.last)
    await stage.settle()
    assert await rows_of(stage, volunteer) == 0
    assert "no longer works" in str(stranger.presses[-1].text)
