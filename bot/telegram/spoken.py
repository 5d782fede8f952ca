"""What a campaign says, in the language of whoever reads it."""

from collections.abc import Mapping
from datetime import date, datetime, time

from content.filters import habits_for, language_name, time_
from content.languages import chain
from content.models import Campaign, City
from content.words import Words
from content.words import words as words_in


def spoken(texts: Mapping[str, str], language: str, campaign: Campaign) -> str:
    """A text of the campaign in the nearest language that has it; the campaign's first one where none is near."""
    wanted = (*chain(language), *campaign.languages, *texts)
    return next(texts[tag] for tag in wanted if tag in texts)


def words_for(campaign: Campaign, language: str) -> Words:
    """Our own words for a reader of one of the campaign's languages, with the digits that it asks for."""
    return words_in(language, campaign.digits.get(language, "latn"))


def own_name(language: str) -> str:
    """The name of a language in that language."""
    return language_name(habits_for(language, "latn"), language)


def place_name(campaign: Campaign, zone: str, language: str) -> str:
    """What people know a zone by: the campaign's cities in it, else its own name."""
    here = [spoken(city.name, language, campaign) for city in campaign.cities if city.zone == zone]
    return ", ".join(here[:2]) or zone.rpartition("/")[2].replace("_", " ")


def by_name(campaign: Campaign, language: str) -> tuple[City, ...]:
    """The cities of a campaign, sorted by their names in a language."""
    return tuple(sorted(campaign.cities, key=lambda city: spoken(city.name, language, campaign).casefold()))


def hour_name(words: Words, hour: int) -> str:
    """A wall hour, as the reader writes it."""
    return time_(words.habits, datetime.combine(date.min, time(hour)))
