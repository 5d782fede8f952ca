"""What a campaign says, in the language of whoever reads it."""

import pytest

from bot.telegram.spoken import by_name, hour_name, own_name, place_name, spoken, words_for
from content.loader import load_campaign
from content.models import Campaign
from tests.support.bot_stage import EXAMPLE


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign(EXAMPLE)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", "Weiße Ballons für Bab al-Nur"),
        ("de-AT", "Weiße Ballons für Bab al-Nur"),
        ("es", "بالونات بيضاء لباب النور"),
    ],
)
def test_a_text_in_the_nearest_language(campaign: Campaign, language: str, expected: str) -> None:
    assert spoken(campaign.title, language, campaign) == expected


def test_a_text_in_none_of_the_campaigns_languages_is_still_said(campaign: Campaign) -> None:
    assert spoken({"pt": "Olá"}, "de", campaign) == "Olá"


def test_our_words_with_the_digits_of_the_campaign(campaign: Campaign) -> None:
    assert hour_name(words_for(campaign, "ar"), 18) == "٦:٠٠ م"
    assert hour_name(words_for(campaign, "de"), 18) == "18:00"


def test_a_language_names_itself() -> None:
    assert [own_name(each) for each in ("ar", "de", "tr")] == ["العربية", "Deutsch", "Türkçe"]


def test_a_zone_is_known_by_its_cities(campaign: Campaign) -> None:
    assert place_name(campaign, "Europe/Berlin", "en") == "Berlin, Hamburg"
    assert place_name(campaign, "America/Argentina/Buenos_Aires", "en") == "Buenos Aires"


def test_cities_are_sorted_as_they_are_read(campaign: Campaign) -> None:
    names = [city.name["en"] for city in by_name(campaign, "en")]
    assert names == sorted(names, key=str.casefold)
    assert len(names) == len(campaign.cities)
