"""Who is guarded, and what a notification of theirs says."""

import pytest

from bot.telegram import readers
from bot.telegram.guarding import behind_a_tap, city_of, is_guarded, risk_of
from content.models import Risk
from content.words import words
from schedules.people import people
from schedules.store.tables import volunteer
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_stale_campaign
from tests.support.telegram.people import Person
from tests.support.volunteers_way import ask, press, rows_of


async def guarded(stage: BotStage, person: Person) -> bool:
    means = stage.means
    known = await people.find(means.store, means.vault, person.id)
    return known is not None and await is_guarded(means.store, means.kits, known.id)


def test_a_city_that_nobody_knows_is_a_guarded_one(stage: BotStage) -> None:
    assert risk_of(stage.campaign, "atlantis") is Risk.GUARDED
    assert risk_of(stage.campaign, None) is Risk.GUARDED
    assert city_of(stage.campaign, "atlantis") is None


@pytest.mark.parametrize(("city", "is_so"), [("aleppo", True), ("berlin", False), (None, True)])
async def test_volunteers_are_guarded_by_their_city(stage: BotStage, city: str | None, is_so: bool) -> None:
    assert await guarded(stage, await stage.volunteer(city=city)) is is_so


@pytest.mark.parametrize(
    ("scope", "is_so"),
    [("city:aleppo", True), ("city:atlantis", True), ("city:berlin", False), ("everything", False)],
)
async def test_whoever_is_in_charge_of_a_guarded_city_is_guarded(
    stage: BotStage, scope: str, is_so: bool
) -> None:
    assert await guarded(stage, await stage.comes("lena", "captain", scope=scope)) is is_so


async def test_while_a_campaign_cannot_be_read_whoever_is_in_charge_of_a_city_is_guarded(
    stage: BotStage,
) -> None:
    lena, ada = await stage.comes("lena", "captain", scope="city:berlin"), await stage.volunteer()
    await add_stale_campaign(stage.store)
    assert [await guarded(stage, person) for person in (lena, ada)] == [True, False]


async def test_while_their_own_campaign_cannot_be_read_volunteers_are_guarded(stage: BotStage) -> None:
    ada = await stage.volunteer("berlin")
    await add_stale_campaign(stage.store)
    async with stage.store.write() as connection:
        await connection.execute(volunteer.update().values(campaign="stale"))
    assert await guarded(stage, ada)
    await ask(stage, ada, "/forget")
    await press(stage, ada, "Forget me")
    assert await rows_of(stage, volunteer) == 0


async def test_their_notifications_say_only_that_something_is_ready(stage: BotStage) -> None:
    lena = await stage.comes("lena", "captain", scope="city:aleppo")
    reader = await readers.called(stage.means, "lena")
    assert reader is not None
    assert await reader.say("<b>Where</b> do the <code>balloons</code> go?")
    assert "Where do the balloons go?" in lena.last.text
    assert lena.last.notification.replace("░", "").strip() == "Ready."


def test_what_no_spoiler_may_hold_is_taken_out() -> None:
    html = behind_a_tap("<blockquote>a</blockquote><pre><code class='x'>b</code></pre>", words("en"))
    assert html == "Ready.\n\n<tg-spoiler>ab</tg-spoiler>"
