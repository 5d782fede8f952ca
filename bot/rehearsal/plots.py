"""What goes wrong on an action day of a rehearsal, on purpose: chosen by a seed, each in a city of its own."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from content.models import ActionDay, Campaign, City, Risk
from schedules.action_days.calls import Gathering, gatherings

DANGER: Final = timedelta(hours=-3)
"""From T-0 on, when a captain reports danger."""
ABORT: Final = DANGER + timedelta(minutes=10)
"""When an organiser calls the day off there."""
GOES_ON: Final = timedelta(hours=7)
"""When two people start again what else is sent in a city that was in danger."""
RAIN: Final = timedelta(minutes=-40)
"""When a captain lets it begin later, because it rains."""
DELAY: Final = timedelta(minutes=30)
TEAM: Final = 2
"""A captain and her deputy; what further deputies do is the same."""


@dataclass(frozen=True, slots=True)
class Plot:
    """What goes wrong on one action day.

    Attributes:
        day: The id of the day.
        danger: The id of the city in which a captain reports danger, and which is then called off.
        late: The city in which it begins half an hour late.
        silent: The city whose captain never answers, and whose deputy does not answer at first.
    """

    day: str
    danger: str | None = None
    late: str | None = None
    silent: str | None = None

    def delay(self, city: str) -> timedelta:
        """By how much it begins later in a city."""
        return DELAY if city == self.late else timedelta()


def plots(campaign: Campaign, seed: int, *, faults: bool) -> tuple[Plot, ...]:
    """A plot for each action day; a day in few cities does not meet everything."""
    return tuple(_plot(campaign, day, seed) if faults else Plot(day.id) for day in campaign.action_days)


def team_size(day: ActionDay, city: str) -> int:
    """How many people run a city in a rehearsal."""
    entry = day.city(city)
    return 0 if entry is None else min(entry.captains, TEAM)


def starts(campaign: Campaign, plot: Plot) -> dict[str, datetime]:
    """T-0 in each city of a day as it is played, in UTC."""
    return {each.city.id: each.starts_at + plot.delay(each.city.id) for each in _of(campaign, plot.day)}


def _of(campaign: Campaign, day: str) -> Iterator[Gathering]:
    return (each for each in gatherings(campaign, {}) if each.day.id == day)


def _meets(day: ActionDay, city: City) -> bool:
    """Whether people gather there, and may be told where."""
    entry = day.city(city.id)
    return city.risk is Risk.OPEN and entry is not None and entry.permit.is_open


def _plot(campaign: Campaign, day: ActionDay, seed: int) -> Plot:
    cities = [city.id for city in campaign.cities_of(day) if _meets(day, city)]
    random.Random(f"{seed}/{day.id}").shuffle(cities)  # noqa: S311 - a rehearsal must be repeatable
    kept = cities.pop() if cities else None
    found: dict[str, str] = {}
    for name in ("silent", "danger", "late"):
        fits = [city for city in cities if name != "silent" or team_size(day, city) >= TEAM]
        if fits and kept:
            found[name] = fits[0]
            cities.remove(fits[0])
    return Plot(day.id, **found)
