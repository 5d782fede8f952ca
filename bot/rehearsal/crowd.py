"""Synthetic volunteers of a rehearsal: invented pseudonyms in every language and city, and what each of them does."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from content.models import LEVELS, Campaign, City, Level, Risk
from schedules.ledger.answers import Answer
from schedules.people.days import DailyPrompt
from schedules.planning.prompts import daily_prompts

FIRST_CHAT: Final = 1_000
HOURS: Final = (9, 20, 12, 8, 21)
"""At which wall hours they want their prompt, one after the other."""
DONE: Final = 0.6
NOT_TODAY: Final = 0.8
"""Of all prompts, which part is done, and up to which part somebody answers at all."""
COMES: Final = 0.7
"""Of those who are asked, which part comes to an action day."""
LEAVES_AFTER: Final = timedelta(days=2)
"""How long after the beginning of the campaign somebody pauses or wants to be forgotten."""


class Manner(StrEnum):
    """What somebody does besides answering."""

    STAYS = "stays"
    PAUSES = "pauses"
    """Writes one word, and wants peace from then on."""
    FORGETS = "forgets"
    """Wants every trace deleted."""


@dataclass(frozen=True, slots=True)
class Someone:
    """A volunteer who does not exist.

    Attributes:
        city: The id of their city, or ``None`` where they did not say.
        hour: The wall hour in ``zone`` at which they want their prompt.
        is_guarded: Whether being found out is dangerous where they live.
    """

    number: int
    language: str
    city: str | None
    zone: str
    hour: int
    level: Level
    is_guarded: bool
    manner: Manner = Manner.STAYS

    @property
    def chat(self) -> int:
        """Their private chat with the bot."""
        return FIRST_CHAT + self.number


def crowd(campaign: Campaign) -> tuple[Someone, ...]:
    """One volunteer for each language of each city, and one for each language who does not say where they live.

    Nobody where the campaign writes to nobody. Only where it has prompts does somebody want peace from them.
    """
    if not campaign.prompts and not campaign.writes_letters:
        return ()
    places = list(_places(campaign))
    tired = {len(places) // 3: Manner.PAUSES, 2 * len(places) // 3: Manner.FORGETS}
    manners = tired if campaign.prompts else {}
    return tuple(
        _someone(number, language, city, campaign.zone, manners.get(number, Manner.STAYS))
        for number, (language, city) in enumerate(places)
    )


def says(seed: int, who: Someone, on: date) -> Answer | None:
    """What somebody says of the prompt of a date; ``None`` where they say nothing."""
    drawn = random.Random(f"{seed}/{who.number}/{on}").random()  # noqa: S311 - a rehearsal must be repeatable
    if drawn < DONE:
        return Answer.DONE
    return Answer.NOT_TODAY if drawn < NOT_TODAY else None


def comes(seed: int, who: Someone, day: str) -> bool:
    """Whether somebody who is asked comes to an action day."""
    return random.Random(f"{seed}/{who.number}/{day}").random() < COMES  # noqa: S311 - a rehearsal must be repeatable


def owed(campaign: Campaign, who: Someone) -> Iterator[DailyPrompt]:
    """The prompts that somebody is to get, one after the other."""
    for prompt in daily_prompts(campaign):
        is_over = who.manner is not Manner.STAYS and prompt.on > campaign.starts_on + LEAVES_AFTER
        if who.level in prompt.serves and not is_over:
            yield prompt


def leaves(campaign: Campaign, who: Someone, on: date) -> bool:
    """Whether somebody pauses, or wants to be forgotten, when the prompt of this date has come."""
    last = [prompt.on for prompt in owed(campaign, who)][-1:]
    return who.manner is not Manner.STAYS and [on] == last


def _places(campaign: Campaign) -> Iterator[tuple[str, City | None]]:
    for city in campaign.cities:
        yield from ((language, city) for language in city.languages if language in campaign.languages)
    yield from ((language, None) for language in campaign.languages)


def _someone(number: int, language: str, city: City | None, zone: str, manner: Manner) -> Someone:
    level = LEVELS[number % len(LEVELS)]
    return Someone(
        number=number,
        language=language,
        city=None if city is None else city.id,
        zone=zone if city is None else city.zone,
        hour=HOURS[number % len(HOURS)],
        level=level if manner is Manner.STAYS else Level.PUBLIC,
        is_guarded=city is None or city.risk is Risk.GUARDED,
        manner=manner,
    )
