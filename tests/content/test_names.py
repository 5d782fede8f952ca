from datetime import datetime
from typing import Any

from content.allowlist import KNOWN_NAMES
from content.filters import HABITS
from content.models import ActionDay, DayCity, Risk
from content.names import identifier, names_for
from tests.content.sample import campaign, message

CITY = campaign().cities[0]
RISKS = {"berlin": Risk.OPEN, "lyon": Risk.OPEN, "aleppo": Risk.GUARDED}


def _names(language: str = "en", local_at: datetime | None = None) -> dict[str, Any]:
    return names_for(campaign(), message().ask, language, "x", city=None, local_at=local_at)


def test_a_template_writes_an_id_with_underscores() -> None:
    assert identifier("homes-destroyed") == "homes_destroyed"


def test_every_name_that_a_template_may_use_has_a_value() -> None:
    assert set(_names()) - {HABITS} == set(KNOWN_NAMES)


def test_what_the_campaign_does_not_give_is_false() -> None:
    assert not _names()["at"]
    assert not _names()["city"]


def test_a_day_counts_all_of_its_cities_and_names_the_open_ones() -> None:
    cities = [CITY.model_copy(update={"id": name, "risk": risk}) for name, risk in RISKS.items()]
    entries = tuple(DayCity(id=name) for name in ("lyon", "aleppo"))
    day = ActionDay(id="rise", title={"en": "Rise"}, at=datetime(2026, 9, 12, 18), cities=entries)
    used = campaign(cities=tuple(cities), action_days=(day,))
    names = names_for(used, message().ask, "en", "x", city=None, local_at=None, day=day)
    assert (names["day"]["title"], names["day"]["number"]) == ("Rise", 2)
    assert names["day"]["cities"] == (CITY.name["en"],)
    assert not _names()["day"]
