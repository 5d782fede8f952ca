"""How ready a day is, in a message that Telegram takes however many cities there are."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.telegram.readyview import Meant, city_list, days_to_prepare, missing_lines, overview
from content.counting import utf16_units
from content.models import DayCity, Permit, Preparation
from content.words import words
from schedules.action_days.readiness import Item, Look, readiness
from schedules.planning.cities import CityState, Status
from schedules.planning.kits import Kits
from tests.schedules.action_days.days import day_at, many, with_day
from tests.schedules.planning.factories import city, utc
from tests.support.bot_stage import BotStage
from tests.support.deliveries import add_stale_campaign

T0 = utc("2026-09-05 12:00")
MOST = 4096
"""UTF-16 units in a message (core.telegram.org/bots/api#sendmessage)."""
LONG = Preparation(id="long", title={"en": "A <very> long name " * 20})
READY = Look(
    state=CityState(ticked=frozenset({Item.MATERIAL, "long"})),
    planned=1,
    has_group=True,
    captains=2,
    has_place=True,
    coming=7,
)


@pytest.mark.parametrize("count", [3, 150])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_message_is_too_long_and_no_city_is_forgotten(count: int, language: str) -> None:
    campaign = many(T0, count)
    day = campaign.action_days[0].model_copy(update={"checklist": (LONG,)})
    lists = [readiness(day, each, Look()) for each in campaign.cities]
    shown = overview(words(language), Meant(campaign, day), lists, T0 - timedelta(days=1))
    assert utf16_units(shown) < MOST
    assert "<very>" not in shown
    lines = missing_lines(words("en"), campaign, lists)
    named = [line for line in lines if line.startswith("✗")]
    assert ("nobody has ticked it" in lines[0]) == (count == 3)
    assert len(lines) == len(named) + (count > len(named))
    if count > len(named):
        assert lines[-1] == f"and {count - len(named)} more cities: /day"


def test_a_list_with_twenty_long_names_fits() -> None:
    berlin = city("berlin", "Europe/Berlin")
    longest = tuple(LONG.model_copy(update={"id": f"long-{number}"}) for number in range(20))
    day = day_at(T0, checklist=longest)
    one = readiness(day, berlin, Look())
    meant = Meant(with_day(day, berlin), day)
    assert utf16_units(city_list(words("ar"), meant, one, T0)) < MOST


def test_a_city_that_is_over_counts_neither_as_ready_nor_as_missing() -> None:
    entries = tuple(DayCity(id=name, permit=Permit.GRANTED) for name in ("berlin", "lyon"))
    day = day_at(T0, cities=entries)
    cities = (city("berlin", "Europe/Berlin"), city("lyon", "Europe/Paris"))
    aborted = Look(state=CityState(status=Status.ABORTED), coming=90)
    lists = [readiness(day, cities[0], READY), readiness(day, cities[1], aborted)]
    shown = overview(words("en"), Meant(with_day(day, *cities), day), lists, T0)
    assert "Cities that are ready: 1 of 1." in shown
    assert "Coming, with guests: 7" in shown
    assert "In 1 city it is over, or does not take place." in shown
    assert "Time until" not in shown
    assert "✗" not in shown


def test_a_delay_is_told_and_counts() -> None:
    berlin = city("berlin", "Europe/Berlin")
    day = day_at(T0, cities=(DayCity(id="berlin", permit=Permit.GRANTED),))
    late = replace(
        READY, state=replace(READY.state, delay=timedelta(minutes=30), status=Status.BEGUN), coming=4
    )
    shown = city_list(words("en"), Meant(with_day(day, berlin), day), readiness(day, berlin, late), T0)
    assert "Time until T-0: 30 minutes" in shown
    assert "It has begun there." in shown
    assert "Coming, with guests: &lt;5" in shown
    assert "Later than planned by: 30 minutes" in shown


async def test_a_campaign_that_nobody_can_read_hides_no_other_day(stage: BotStage) -> None:
    await add_stale_campaign(stage.store)
    found = await days_to_prepare(Kits(stage.store), stage.means.clock.now())
    assert [meant.day.id for meant in found] == [day.id for day in stage.campaign.action_days]
