from datetime import date
from typing import Final

from bot.telegram.hints import LONGEST, hints
from content.counting import utf16_units
from content.loader import load_campaign
from content.models import Campaign, Prompt
from content.words import words
from tests.support.bot_stage import EXAMPLE

TODAY: Final = date(2027, 2, 3)


def _own_words() -> tuple[Campaign, Prompt]:
    campaign = load_campaign(EXAMPLE)
    return campaign, next(each for each in campaign.prompts if each.id == "day-3")


def test_facts_that_the_prompt_names_come_before_its_angles() -> None:
    campaign, prompt = _own_words()
    assert hints(campaign, prompt, "en", TODAY, words("en")).splitlines()[:4] == [
        "Facts:",
        "• One clinic with four doctors is left",
        "",
        "Where to begin, in your own words:",
    ]


def test_a_fact_that_was_to_be_checked_again_is_left_out() -> None:
    campaign, prompt = _own_words()
    told = hints(campaign, prompt, "en", date(2028, 1, 1), words("en"))
    assert told.startswith("Where to begin")


def test_what_is_not_said_in_a_language_is_left_out_and_nothing_stands_in() -> None:
    campaign, prompt = _own_words()
    assert hints(campaign, prompt, "es", TODAY, words("en")) == ""


def test_hints_never_fill_the_message() -> None:
    campaign, prompt = _own_words()
    angles = tuple({"en": f"{number}" + "&" * 199} for number in range(10))
    told = hints(campaign, prompt.model_copy(update={"angles": angles}), "en", TODAY, words("en"))
    assert LONGEST - 1100 < utf16_units(told) <= LONGEST
    assert "• 0&amp;" in told
