"""Where a volunteer lives: a city, or only which clock is theirs."""

from datetime import timedelta

from bot.telegram.choices import code
from schedules.people import volunteers
from schedules.planning.record import record
from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import agree, ask, come, joined, kept, press


async def test_a_city_is_not_said_and_the_clock_is(stage: BotStage) -> None:
    ada = await joined(stage)
    await ask(stage, ada, "/city")
    await press(stage, ada, "I do not say")
    zones = [label for row in ada.last.buttons for label in row]
    await press(stage, ada, next(label for label in zones if label.endswith("Tunis")))
    row = await kept(stage)
    assert (row.city, row.zone) == (None, "Africa/Tunis")
    assert "not said (clock of Tunis)" in ada.phone
    assert ["Forget me", "Hide"] in ada.last.buttons


async def test_whoever_does_not_say_a_city_any_more_is_warned_and_stays_guarded(stage: BotStage) -> None:
    ada = await stage.volunteer("aleppo")
    await ask(stage, ada, "/city")
    await press(stage, ada, "I do not say")
    assert "messages here vanish within a day" in ada.last.text
    await press(stage, ada, ada.last.buttons[0][0])
    assert ["Forget me", "Hide"] in ada.last.buttons
    await ask(stage, ada, "/help")
    await stage.advance(timedelta(hours=25))
    assert "/help" not in ada.phone
    assert "not said" not in ada.phone


async def test_a_guarded_city_says_what_stays_from_before(stage: BotStage) -> None:
    ada = await joined(stage)
    await ask(stage, ada, "/city")
    await press(stage, ada, "Aleppo")
    assert "What was written before stays" in ada.last.text
    assert (await kept(stage)).zone == "Asia/Damascus"


async def test_many_cities_come_on_pages(stage: BotStage) -> None:
    city = stage.campaign.cities[0]
    more = [city.model_copy(update={"id": f"city-{n}", "name": {"en": f"City {n:02}"}}) for n in range(45)]
    larger = stage.campaign.model_copy(update={"cities": (*stage.campaign.cities, *more)})
    await record(stage.store, stage.means.clock, larger, (), author="sara", kept=frozenset())
    ada = await joined(stage)
    await ask(stage, ada, "/city")
    await press(stage, ada, "›")
    await press(stage, ada, "›")
    assert "‹" in str(ada.last.buttons)
    await press(stage, ada, "City 40")
    assert (await kept(stage)).city == "city-40"


async def test_a_city_that_is_gone_counts_as_not_said(stage: BotStage) -> None:
    ada = await joined(stage)
    who = (await kept(stage)).person
    await volunteers.change(stage.store, who, city="gone")
    await ask(stage, ada, "/city")
    data = stage.means.signer.data(ada.id, "city", f"s{code('gone')}")
    ada.type_forged_callback(data, ada.last)
    await stage.settle()
    assert (await kept(stage)).city is None


async def test_whoever_came_by_the_link_of_a_city_is_not_asked_for_it(stage: BotStage) -> None:
    ada = await come(stage, city="hamburg", language="en")
    await agree(stage, ada)
    await press(stage, ada, "Next")
    assert "What is safe for you?" in ada.last.text
